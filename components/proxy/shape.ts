/** The shape of a proxy's arguments. */
import { type Shape, changes, flag, list, needed, object, orFalse, single, text } from "../core/shape";
import { hosts } from "../host/shapes";
import type { ProxyArgs } from "./args";
import type { ExistingProxyArgs } from "./existing-args";

export const proxyShape: Shape<ProxyArgs> = object<ProxyArgs>(
  {
    servers: needed(hosts, "give the servers that get a proxy, [web]"),
    image: text,
    behind: text,
    httpPort: single,
    httpsPort: single,
    publish: orFalse(list(single, '["10.0.0.2"]')),
    http3: flag,
    metricsPort: single,
    debug: flag,
    logMaxSize: single,
    transform: changes<NonNullable<ProxyArgs["transform"]>>({
      image: true,
      volume: true,
      container: true,
      bridge: true,
      settle: true,
    }),
  },
  "{ servers: [web] }",
  { hosts: "write servers", route: "give it to the App", tls: "give it to the App's route" },
);

export const existingProxyShape: Shape<ExistingProxyArgs> = object<ExistingProxyArgs>(
  {
    servers: needed(hosts, "give the servers that have the proxy, [web]"),
    owner: text,
    behind: text,
    httpPort: single,
    httpsPort: single,
    transform: changes<NonNullable<ExistingProxyArgs["transform"]>>({ there: true }),
  },
  "{ servers: [web] }",
  {
    hosts: "write servers",
    route: "give it to the App",
    image: "the program that made the proxy names its image",
  },
);
