/** The shapes of the arguments of registries. */
import { type Shape, amount, changes, flag, hiddenText, needed, object, single, text } from "../core/shape";
import { hosts, oneHost } from "../host/shapes";
import type { RegistryArgs } from "./args";
import type { ServerRegistryArgs } from "./server-registry-args";

type Part<Name extends keyof ServerRegistryArgs> = NonNullable<ServerRegistryArgs[Name]>;

export const registryShape: Shape<RegistryArgs> = object<RegistryArgs>(
  {
    address: needed(text, 'write it like "ghcr.io"'),
    username: needed(hiddenText),
    password: needed(hiddenText),
    insecure: flag,
  },
  '{ address: "ghcr.io", username: "deploy", password: config.requireSecret("ghcr") }',
  { server: "write address" },
);

export const serverRegistryShape: Shape<ServerRegistryArgs> = object<ServerRegistryArgs>(
  {
    server: needed(oneHost, "give the server that it runs on"),
    clients: hosts,
    keep: amount,
    port: single,
    version: text,
    image: text,
    resources: object<Part<"resources">>({ memory: single, cpus: single }, '{ memory: "512m" }'),
    data: single,
    transform: changes<Part<"transform">>({
      ...{ image: true, volume: true, container: true, ready: true },
      ...{ trust: true, prune: true },
    }),
  },
  "{ server: web1, clients: [web2] }",
  { servers: "write server for where it runs, and clients for those that use it", hosts: "write clients" },
);
