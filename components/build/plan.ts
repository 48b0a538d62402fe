/** A build as docker-build takes it: pure, from the arguments of an image. */
import type * as dockerBuild from "@pulumi/docker-build";
import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host";
import type { Registry } from "../registry/registry";
import type { ServerRegistry } from "../registry/server-registry";
import type { ImageArgs } from "./args";
import { attestationArgs, isAttested } from "./attestations";
import { cacheOf } from "./cache";

/** The registries with a login. */
export const loginsOf = ({ registries = [] }: Pick<ImageArgs, "registries">): Registry[] =>
  registries.filter((registry): registry is Registry => !isOwn(registry));

/** The registry on a server that it goes to; none where it goes to another one. */
export const ownRegistry = ({
  registries = [],
  repository,
}: Pick<ImageArgs, "registries" | "repository">): ServerRegistry | undefined =>
  registries.filter(isOwn).find(({ address }) => repository.startsWith(`${address}/`));

/** Whether it is a registry on a server, and no login for another one. */
export const isOwn = (registry: Registry | ServerRegistry): registry is ServerRegistry =>
  "trusted" in registry;

/** Whether it is built on the machine that runs Pulumi, or by a builder that is known there, for a registry that only servers reach. */
export const isShipped = (args: Pick<ImageArgs, "registries" | "repository" | "builder">): boolean =>
  typeof args.builder !== "object" && ownRegistry(args) !== undefined;

/** Paths from the directory of the program, so that they are the same on every machine. */
export function pathsOf({ context = ".", dockerfile = "Dockerfile" }: ImageArgs): {
  context: string;
  dockerfile: string;
} {
  const directory = context.replace(/(.)\/+$/, "$1");
  return { context: directory, dockerfile: directory === "." ? dockerfile : `${directory}/${dockerfile}` };
}

/** The platforms: those that are given, or of the servers whose architecture is known; none where the builder's own is meant. */
export function platformsOf({ platforms, servers = [] }: Pick<ImageArgs, "platforms" | "servers">): string[] {
  if (platforms !== undefined) return [...new Set(platforms)].sort();
  const known = servers.flatMap(({ architecture }: Pick<Host, "architecture">) => architecture ?? []);
  return [...new Set(known)].sort().map((architecture) => `linux/${architecture}`);
}

/** `id` or `id=path`, as docker-build has them apart. */
export function sshOf(words: readonly string[]): { id: string; paths?: string[] }[] {
  return words.map((word) => {
    const [id = "", path] = word.split("=");
    return { id, ...(path === undefined ? {} : { paths: [path] }) };
  });
}

/**
 * What is built, and where it goes.
 * @param place the directory that it is put into, where it is shipped to a registry on a server; else it is pushed
 * @param noCache whether no step of the cache is used in this run; docker-build has it among what a preview compares, so that it builds
 */
export function buildOf(
  args: ImageArgs,
  version: string,
  builder: pulumi.Input<string> | undefined,
  noCache = false,
  place?: string,
): dockerBuild.ImageArgs {
  const { repository, target, args: buildArgs, secrets, ssh, cache } = args;
  const logins = loginsOf(args);
  const paths = pathsOf(args);
  const platforms = platformsOf(args);
  return {
    tags: [`${repository}:${version}`],
    context: { location: paths.context },
    dockerfile: { location: paths.dockerfile },
    ...(target === undefined ? {} : { target }),
    ...(buildArgs === undefined && !isAttested(args)
      ? {}
      : { buildArgs: { ...buildArgs, ...attestationArgs(args) } }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(ssh === undefined ? {} : { ssh: sshOf(ssh) }),
    ...cacheOf(cache, repository),
    ...(noCache ? { noCache } : {}),
    ...(platforms.length === 0 ? {} : { platforms: platforms as dockerBuild.Platform[] }),
    ...(builder === undefined ? {} : { builder: { name: builder } }),
    ...(logins.length === 0
      ? {}
      : {
          registries: logins.map(({ address, username, password }) => ({ address, username, password })),
        }),
    // Pushed alone: who builds keeps the steps, and no image that nobody would remove. In a directory it is in OCI's layout, to which only
    // what is not there is written (moby/buildkit v0.31 exporter/oci/export.go, Export, where `tar` is false). Each driver that the plugin
    // has can do that (docker-build v0.0.22 provider/internal/image.go, buildx v0.35 build/opt.go); Docker's own is none of them.
    push: false,
    exports:
      place === undefined
        ? [{ image: { push: true, store: false } }]
        : [{ raw: `type=oci,dest=${place},tar=false` }],
    // A preview says what would be built, and builds nothing.
    buildOnPreview: false,
  };
}
