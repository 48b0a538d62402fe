import type * as pulumi from "@pulumi/pulumi";
import { kamalNetwork } from "../../provider/kamal/names";
import { Component } from "../core/component";
import { refuseShape } from "../core/shape";
import type { Host } from "../host/host";
import { Step } from "../host/step";
import type { ProxyConfig } from "./args";
import { checkExisting, existingConfig } from "./checks/check-existing";
import { checkFront, checkOnServers, registerProxy } from "./checks/check-servers";
import type { ExistingProxyArgs } from "./existing-args";
import { existingProxyShape } from "./shape";

/** What an existing proxy is on one host. */
export interface ExistingProxyOnHost {
  readonly host: Host;
  /** Done when the proxy was found, with the right owner; routes wait for it. */
  readonly settle: Step<"ProxyThere">;
}

/**
 * A kamal-proxy that is on the hosts already: that of another stack, program or repository. It makes nothing, and `pulumi destroy` takes
 * nothing away but the routes of this program's apps. An `App` takes it wherever it takes a `Proxy`.
 *
 * The first step of an update looks on each host whether a proxy runs there that reaches this program's containers, and whose it is. Two
 * programs cannot have one route: the host name and path of another program's app are refused at the switch, with the old release serving.
 * While the proxy's own program replaces it, a switch waits.
 *
 * On an `ExistingServer` with `takeOver: "kamal"` it is Kamal's own, which stays as it is: docs/guide/from-kamal.md.
 *
 * A route with `ownCertificate()` needs a proxy that a `Proxy` made, which reads the certificate's files.
 *
 * @example const proxy = new ExistingProxy("proxy", { servers: [web], owner: "platform/production/proxy" });
 */
export class ExistingProxy extends Component {
  /** The proxy of each host, by the host's name. */
  readonly on: ReadonlyMap<string, ExistingProxyOnHost>;
  /** What is known of its configuration, with defaults. */
  readonly config: ProxyConfig;

  constructor(name: string, args: ExistingProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, existingProxyShape, args);
    super("ExistingProxy", name, opts);
    this.config = existingConfig(args);
    const { refused, warned } = checkOnServers(this.label, args.servers, this.config);
    this.refuse([...checkExisting(args), ...refused]);
    this.warn([...checkFront(args.servers, this.config), ...warned]);
    registerProxy(this.label, args.servers, this.config);
    this.on = new Map(args.servers.map((host) => [host.hostName, { host, settle: this.find(host, args) }]));
    this.registerOutputs({});
  }

  private find(host: Host, { owner, transform }: ExistingProxyArgs): Step<"ProxyThere"> {
    return new Step(
      "ProxyThere",
      `${this.componentName}-${host.hostName}-there`,
      host,
      {
        ...(owner === undefined ? {} : { owner }),
        // Kamal's own stays as it is; the containers of apps come to it.
        ...(host.takeOver === "kamal" ? { network: kamalNetwork } : {}),
      },
      { parent: this, dependsOn: [host.network] },
      transform?.there,
    );
  }
}
