/** An app's image as its registry describes it, against the roles: what a preview asks, and what it says of the answer. */
import * as pulumi from "@pulumi/pulumi";
import type { Findings, Problem } from "../../core/problem";
import type { Duration } from "../../../provider/core/units";
import { mountsOf } from "../../accessory/mounts";
import { checkImageFacts, type ImageUse } from "../../image/check-image";
import { machineOf, type Machine } from "../../image/machine";
import { askRegistry } from "../../image/ask";
import type { ImageAnswer } from "../../image/facts";
import { parseReference, type Reference } from "../../image/reference";
import type { Registry } from "../../registry/registry";
import type { AppArgs } from "../args";
import { routeArgument, type Role } from "../plan";
import { imageReference, releasedApart, type NamedArgs, type Released } from "../released";
import { routePort } from "../route";
import { volumeOfImage } from "../volumes";
import type { Check } from "../../core/check";

export const imageTagCheck: Check = {
  id: "image-tag",
  title: "Tag that the registry does not have",
  effect: "warned",
  why: "The pull would fail on every host, before anything is touched. A preview of a pull request often runs before the build has pushed, so that it is a warning; `inspectImage: false` leaves the registry unasked.",
  says: [
    'App "shop": version is "v404", but registry.test has no such tag of shop; push it before pulumi up, or set inspectImage: false (npx sextant docs checks#image-tag).',
  ],
};

export const imageUnreadCheck: Check = {
  id: "image-unread",
  title: "Image that could not be read",
  effect: "warned",
  why: "A preview goes on without what the registry would have said: it may be down, or reachable from the servers only. It is asked for three seconds at most, see `inspectImage` of App. Credentials are those of a `Registry` of the app's servers.",
  says: [
    'App "shop": image is "registry.test/shop:v2", but registry.test did not answer within 3s, so platform, command and ports are unchecked; set inspectImage: false if it cannot be reached from here (npx sextant docs checks#image-unread).',
  ],
};

/** How long a registry may take in all, when nothing else is said. */
const usualLimit: Duration = "3s";

/**
 * Asks the registry of each image of the roles and hands over what it found; the engine waits for it. Nothing else does: resources are
 * registered meanwhile. Nothing is asked where the version or the login is known only in an update, such as an image that is not built yet.
 *
 * @param data what the names of the app's volumes begin with
 */
export function inspectImages(
  args: NamedArgs,
  roles: readonly Role[],
  data: pulumi.Input<string>,
  found: (findings: Findings) => void,
): void {
  const ofApp = roles.filter(({ released }) => released === undefined);
  for (const each of [{ released: args, roles: ofApp }, ...releasedApart(roles)])
    inspect({ args, ...each }, data, found);
}

function inspect(
  about: Pick<Asked, "args" | "released" | "roles">,
  data: pulumi.Input<string>,
  found: (findings: Findings) => void,
): void {
  const { args, released, roles } = about;
  const limit = args.inspectImage ?? usualLimit;
  if (limit === false || released.own === true || roles.length === 0) return;
  const login = loginFor(parseReference(released.image, "").registry, roles);
  const release = pulumi
    .all([released.version, released.digest])
    .apply(([version, digest]) => digest ?? version);
  pulumi.all([release, login?.username, login?.password]).apply(([version, username, password]) => {
    const ask = async (): Promise<void> => {
      const hosts = await Promise.all(roles.flatMap((role) => role.servers).map(machineOf));
      const machines = new Map(hosts.map((host) => [host.name, host]));
      const reference = parseReference(released.image, version);
      const answer = await askRegistry(reference, hosts, login, { username, password }, limit);
      const say = (named: string): void => {
        found(judge(answer, { ...about, machines, data: named, version, reference, limit, login }));
      };
      // Where the edit is refused for its data there is no name; that a registry did not answer is said all the same.
      if ("facts" in answer) pulumi.output(data).apply(say);
      else say("");
    };
    void ask().finally(pulumi.runtime.rpcKeepAlive());
  });
}

/** What was asked, for sentences. */
interface Asked {
  args: AppArgs;
  released: Released;
  /** The roles that have it. */
  roles: readonly Role[];
  /** Their hosts, by their names. */
  machines: ReadonlyMap<string, Machine>;
  /** What the names of the app's volumes begin with. */
  data: string;
  version: string;
  reference: Reference;
  limit: Duration;
  /** The registry that gave the login. */
  login: Pick<Registry, "label" | "insecure"> | undefined;
}

/** What is said of an answer. */
export function judge(answer: ImageAnswer, asked: Asked): Findings {
  const { version, reference } = asked;
  const image = imageReference(asked.released.image, version);
  const argument = argumentOf(asked, "image");
  if ("facts" in answer) return checkImageFacts(image, answer.facts, usesOf(asked), argument);
  if (answer.failure === "missing") {
    const kind = version.startsWith("sha256:") ? "digest" : "tag";
    const problem: Problem = {
      argument: argumentOf(asked, "version"),
      value: version,
      rule: `${reference.registry} has no such ${kind} of ${reference.repository}`,
      cure: "push it before pulumi up, or set inspectImage: false",
      check: imageTagCheck,
    };
    // A preview of a pull request often runs before the build has pushed.
    return { refused: [], warned: [problem] };
  }
  const { rule, cure } = unread(answer.failure, asked);
  const problem: Problem = {
    argument,
    value: image,
    rule: `${rule}, so platform, command and ports are unchecked`,
    cure,
    check: imageUnreadCheck,
  };
  return { refused: [], warned: [problem] };
}

/** How a program writes what the image is of: as the app's own, where no role says otherwise. */
function argumentOf({ args, roles: [first] }: Asked, name: "image" | "version"): string {
  const own = first === undefined ? undefined : args.roles[first.name]?.[name];
  return own === undefined ? name : `roles.${first?.name ?? ""}.${name}`;
}

type Failure = Exclude<Extract<ImageAnswer, { failure: unknown }>["failure"], "missing">;

function unread(failure: Failure, { reference, limit, login }: Asked): { rule: string; cure: string } {
  const { registry } = reference;
  const off = "set inspectImage: false if it cannot be reached from here";
  switch (failure) {
    case "unauthorized":
      return login === undefined
        ? {
            rule: `${registry} wants a login`,
            cure: "give the servers a Registry for it, if the image is private",
          }
        : {
            rule: `${registry} refuses the login of ${login.label}`,
            cure: "check its username and password",
          };
    case "plain":
      return {
        rule: `${registry} answers without TLS, so that the login of ${login?.label ?? "its Registry"} was not sent`,
        cure: "give the registry TLS, or say insecure: true at its Registry",
      };
    case "late":
      return { rule: `${registry} did not answer within ${limit}`, cure: off };
    case "unreachable":
      return {
        rule: `${registry} did not answer`,
        cure:
          login?.insecure === false ? `${off}, or insecure: true at ${login.label} if it has no TLS` : off,
      };
    case "unreadable":
      return { rule: `${registry} gave a manifest of another schema`, cure: "set inspectImage: false" };
  }
}

function loginFor(registry: string, roles: readonly Role[]): Registry | undefined {
  return roles
    .flatMap((role) => role.servers)
    .flatMap((host) => host.registries)
    .find((known) => known.serves(registry));
}

function usesOf({ args, roles, data, machines }: Asked): ImageUse[] {
  return roles.map((role) => ({
    role: role.name,
    command: role.command,
    mounted: mountsOf(role).map(({ containerPath }) => containerPath),
    volume: `${data}-${volumeOfImage(role)}`,
    ports: role.routes.map(({ route }, at) => ({
      argument: `${routeArgument(args, role, at)}.port`,
      port: routePort(route),
    })),
    hosts: role.servers.flatMap(({ hostName }) => machines.get(hostName) ?? []),
  }));
}
