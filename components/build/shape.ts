/** The shape of the arguments of an image that is built. */
import {
  type Shape,
  changes,
  either,
  hiddenText,
  input,
  list,
  named,
  needed,
  object,
  text,
} from "../core/shape";
import { allRegistries, hosts, oneHost } from "../host/shapes";
import type { BuildCache, ImageArgs } from "./args";

type Kind = BuildCache["type"];

const caches: { readonly [Each in Kind]: Shape<Extract<BuildCache, { type: Each }>> } = {
  registry: object<Extract<BuildCache, { type: "registry" }>>(
    { type: needed(text), image: text, mode: text },
    '{ type: "registry" }',
  ),
  gha: object<Extract<BuildCache, { type: "gha" }>>(
    { type: needed(text), scope: text, mode: text },
    '{ type: "gha" }',
  ),
  local: object<Extract<BuildCache, { type: "local" }>>(
    { type: needed(text), directory: needed(text, "name the directory"), mode: text },
    '{ type: "local", directory: "/var/cache/shop-build" }',
  ),
};

const cache: Shape<BuildCache> = {
  problems(argument, value) {
    const type = (value as { type?: unknown } | null)?.type;
    return typeof type === "string" && Object.hasOwn(caches, type)
      ? caches[type as Kind].problems(argument, value)
      : [
          {
            argument: `${argument}.type`,
            fault: "is none of registry, gha and local",
            cure: 'write it like { type: "registry" }',
          },
        ];
  },
};

export const imageShape: Shape<ImageArgs> = object<ImageArgs>(
  {
    repository: needed(text, "name the repository that it is pushed to"),
    context: text,
    dockerfile: text,
    target: text,
    args: named(input, '{ RUBY_VERSION: "3.4.2" }'),
    secrets: named(hiddenText, '{ TOKEN: config.requireSecret("token") }'),
    ssh: list(text, '["default"]'),
    cache,
    servers: hosts,
    platforms: list(text, '["linux/amd64"]'),
    builder: either(text, (value) => typeof value === "string", oneHost),
    registries: allRegistries,
    version: text,
    uncommitted: text,
    transform: changes<NonNullable<ImageArgs["transform"]>>({ build: true }),
  },
  '{ repository: "registry.example.com/shop" }',
  {
    image: "write repository",
    tag: "write version",
    tags: "write version",
    registry: "write registries: [registry]",
    arch: 'write platforms: ["linux/amd64"], or servers: [web]',
    remote: "write builder, a Server or an ExistingServer",
    buildArgs: "write args",
    provenance: "leave it out: docker-build makes none",
    sbom: "leave it out: docker-build makes none",
  },
);
