/** The shape of the arguments of an image that is built. */
import {
  type Shape,
  changes,
  either,
  flag,
  hiddenText,
  input,
  list,
  made,
  named,
  needed,
  object,
  ofType,
  text,
} from "../core/shape";
import { hosts, oneHost } from "../host/shapes";
import type { Registry } from "../registry/registry";
import type { ServerRegistry } from "../registry/server-registry";
import type { BuildCache, ImageArgs } from "./args";

const cache: Shape<BuildCache> = object<BuildCache>(
  {
    type: needed(text, 'write type: "registry"'),
    image: text,
    scope: text,
    directory: text,
    mode: text,
    options: named(text, '{ compression: "zstd" }'),
  },
  '{ type: "registry" }',
);

/** Logins, and registries on servers. */
const allRegistries: Shape<(Registry | ServerRegistry)[]> = list(
  made<Registry | ServerRegistry>(
    "a Registry or a ServerRegistry",
    (value) => ofType("sextant:index:Registry")(value) || ofType("sextant:index:ServerRegistry")(value),
    'give the one that new Registry("ghcr", …) makes',
  ),
  "[registry]",
);

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
    sbom: either(flag, (value) => typeof value !== "string", text),
    provenance: text,
    servers: hosts,
    platforms: list(text, '["linux/amd64"]'),
    builder: either(text, (value) => typeof value === "string", oneHost),
    registries: allRegistries,
    version: text,
    uncommitted: text,
    hooks: object<NonNullable<ImageArgs["hooks"]>>(
      { beforeBuild: text, output: text },
      '{ beforeBuild: "bin/ci-is-green $KAMAL_VERSION" }',
    ),
    transform: changes<NonNullable<ImageArgs["transform"]>>({ build: true, push: true, hook: true }),
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
  },
);
