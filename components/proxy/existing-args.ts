/** The arguments of a proxy that is there already. */
import type { Transform } from "../core/component";
import type { Host } from "../host/host";
import type { ProxyThereArgs } from "../host/step";
import type { Front } from "./args";

/** Arguments of `ExistingProxy`. */
export interface ExistingProxyArgs {
  /**
   * The hosts on which the proxy runs.
   *
   * @edit looks for it on a host that is added; on one that is taken out the proxy stays
   * @example [web1, web2]
   */
  servers: Host[];
  /**
   * Whose the proxy has to be, as its label `sextant.proxy` says: project, stack and the name of its `Proxy`. A proxy of anybody else,
   * Kamal's among them, is refused then.
   *
   * @default whoever made it
   * @edit looks again, in place
   * @example "platform/production/proxy"
   */
  owner?: string;
  /**
   * What stands in front of that proxy and ends TLS, as its `Proxy` says: [what follows from it](proxy.md#behind).
   *
   * @default none: the proxy itself is the front
   * @edit the switches run again
   * @example "nginx"
   */
  behind?: Front;
  /** The host port for HTTP that its `Proxy` has, for checks of firewalls. @default 80, or 8080 behind nginx @edit nothing on the host */
  httpPort?: number;
  /** The host port for HTTPS that its `Proxy` has, for checks of firewalls. @default 443 @edit nothing on the host */
  httpsPort?: number;
  /** Changes a child before it is made. @default none @edit what the changed argument of the child does */
  transform?: {
    /** The command that looks for the proxy. */
    there?: Transform<ProxyThereArgs>;
  };
}
