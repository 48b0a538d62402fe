/** Where the steps of a build are kept, in the words of buildx: pure, and what can be wrong with it. */
import type * as dockerBuild from "@pulumi/docker-build";
import { secretBy } from "../../provider/core/secret-name";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { BuildCache } from "./args";

/** Options that say how GitHub's cache is reached, and so count where it is read, too (Kamal 2.12 configuration/builder.rb). */
const reachesGitHub = ["scope", "timeout", "url", "url_v2"];

/**
 * Where the steps are kept: read from there and written to there. They are in buildx's own words, since what docker-build makes of its
 * arguments for a directory loses the mode (v0.0.22 provider/internal/cache.go).
 */
export function cacheOf(
  cache: BuildCache | undefined,
  repository: string,
): Pick<dockerBuild.ImageArgs, "cacheFrom" | "cacheTo"> {
  if (cache === undefined) return {};
  const { type, options = {} } = cache;
  const [from, to] = placesOf(cache, repository);
  const reached =
    type === "gha"
      ? Object.fromEntries(Object.entries(options).filter(([name]) => reachesGitHub.includes(name)))
      : {};
  return {
    cacheFrom: [{ raw: words({ type, ...from, ...reached }) }],
    cacheTo: [{ raw: words({ type, ...to, mode: cache.mode ?? "max", ...options }) }],
  };
}

/** Where it is read, and where it is written. */
function placesOf(
  { type, image, scope, directory = "" }: BuildCache,
  repository: string,
): [Record<string, string>, Record<string, string>] {
  switch (type) {
    case "registry": {
      const place = { ref: image ?? `${repository}-build-cache` };
      return [place, place];
    }
    case "gha": {
      const place: Record<string, string> = scope === undefined ? {} : { scope };
      return [place, place];
    }
    case "local":
      return [{ src: directory }, { dest: directory }];
  }
}

/** A line of buildx's: fields of a CSV, so that a value may have commas. */
function words(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}

/** Which member belongs to which type. */
const members = { image: "registry", scope: "gha", directory: "local" } as const;

/** What is said by an argument of the cache. */
const said: Readonly<Record<string, string>> = {
  type: "cache.type",
  mode: "cache.mode",
  ref: "cache.image",
  scope: "cache.scope",
  src: "cache.directory",
  dest: "cache.directory",
};

/** What is wrong with a cache. */
export function checkCache(cache: BuildCache | undefined): Problem[] {
  if (cache === undefined) return [];
  const { type, mode, directory, options = {} } = cache;
  const types = ["registry", "gha", "local"];
  if (!types.includes(type)) return check.oneOf("cache.type", type, types);
  const others = (Object.keys(members) as (keyof typeof members)[]).filter(
    (member) => cache[member] !== undefined && members[member] !== type,
  );
  return [
    ...check.oneOf("cache.mode", mode, ["max", "min"]),
    ...others.map((member) => ({
      argument: `cache.${member}`,
      fault: `has no meaning for a cache of type ${type}`,
      cure: `leave it out, or write type: "${members[member]}"`,
    })),
    ...(type === "local" && !directory
      ? [{ argument: "cache.directory", fault: "is missing", cure: "name the directory" }]
      : []),
    ...Object.entries(options).flatMap(([name, value]) => checkOption(name, value)),
  ];
}

function checkOption(name: string, value: string): Problem[] {
  const argument = `cache.options.${name}`;
  const own = said[name];
  if (own !== undefined) return [{ argument, fault: `is said by ${own}`, cure: `write ${own}` }];
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name))
    return [{ argument, fault: "is no name of an option of buildx", cure: 'write it like "compression"' }];
  if (secretBy(name, value) !== undefined)
    return [
      {
        argument,
        fault: "seems to be a secret, which would be in the state and in each preview in clear",
        cure: "leave it out: GitHub's token is read from ACTIONS_RUNTIME_TOKEN",
      },
    ];
  return /[\r\n]/.test(value)
    ? [{ argument, fault: "holds a line break", cure: "write it in one line" }]
    : [];
}
