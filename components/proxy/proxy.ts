import * as pulumi from "@pulumi/pulumi";
import { Component, transformed } from "../core/component";
import { Container, type ContainerArgs } from "../docker/container";
import { Pull } from "../docker/pull";
import { Volume, type VolumeArgs } from "../docker/volume";
import type { Host } from "../host/host";
import { onHost } from "../host/remote";
import { VerbOnHost } from "../host/verb";
import { checkProxy, proxyConfig, type ProxyArgs, type ProxyConfig } from "./args";
import { checkOnServers, occupy } from "./check-servers";
import {
  configHash,
  proxyCommand,
  proxyContainer,
  proxyFiles,
  proxyPorts,
  proxySettings,
  proxyVolume,
} from "./container";

/** What a proxy is on one host. */
export interface ProxyOnHost {
  readonly host: Host;
  readonly volume: Volume;
  readonly bridge: VerbOnHost;
  readonly container: Container;
  /** Done when the proxy answers with all its routes; routes wait for it. */
  readonly settle: VerbOnHost;
}

/**
 * One kamal-proxy on each host, shared by all apps there. It owns the host's ports 80 and 443, routes by host name and
 * path, and ends TLS.
 *
 * Editing an argument replaces the proxy without refusing a connection: a second proxy with the same routes takes new
 * connections while the first one drains.
 *
 * @example const proxy = new Proxy("proxy", { servers: [web1, web2] });
 */
export class Proxy extends Component {
  /** The proxy's image, on all hosts. */
  readonly image: Pull;
  /** The proxy of each host, by the host's name. */
  readonly on: ReadonlyMap<string, ProxyOnHost>;
  /** The configuration, with its defaults. */
  readonly config: ProxyConfig;

  constructor(name: string, args: ProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("proxy:Proxy", name, opts);
    this.config = proxyConfig(args);
    const onServers = checkOnServers(this.label, args.servers, this.config);
    this.refuse([...checkProxy(args), ...onServers]);
    occupy(this.label, args.servers, this.config);
    this.image = new Pull(name, args.servers, this.config.image, { parent: this }, args.transform?.image);
    this.on = new Map(args.servers.map((host) => [host.hostName, this.put(host, args.transform)]));
    this.registerOutputs({});
  }

  private put(host: Host, transform: ProxyArgs["transform"] = {}): ProxyOnHost {
    const name = `${this.componentName}-${host.hostName}`;
    const { config, image } = this;
    const volume = new Volume(
      ...transformed<VolumeArgs>(
        transform.volume,
        name,
        { shell: host.shell, name: proxyVolume },
        onHost(host, { parent: this }),
      ),
    );
    const bridge = new VerbOnHost(
      `${name}-bridge`,
      host,
      "bridge",
      {
        words: [
          `config=${configHash(config)}`,
          `image=${config.image}`,
          `http=${config.httpPort}`,
          `https=${config.httpsPort}`,
          // On some addresses only, another server may have the same port on others.
          ...(config.publish !== false && config.publish.includes("0.0.0.0") ? ["free=yes"] : []),
        ],
      },
      { parent: this, dependsOn: [image, host.network] },
      transform.bridge,
    );
    const container = new Container(
      ...transformed<ContainerArgs>(
        transform.container,
        name,
        {
          shell: host.shell,
          name: proxyContainer,
          image: config.image,
          command: proxyCommand(config),
          ports: proxyPorts(config),
          network: { name: host.network.name, id: host.network.id },
          volumes: [
            { volumeName: volume.name, containerPath: proxySettings },
            { hostPath: proxyFiles, containerPath: proxyFiles, readOnly: true },
          ],
          restart: "unless-stopped",
          logDriver: "json-file",
          logOpts: { "max-size": config.logMaxSize, "max-file": "3" },
          labels: { "sextant.config": configHash(config) },
          destroyGraceSeconds: 30,
        },
        // It owns host ports, so the old one has to go first; the bridge takes the connections meanwhile.
        onHost(host, { parent: this, dependsOn: [image, bridge], deleteBeforeReplace: true }),
      ),
    );
    const settle = new VerbOnHost(
      `${name}-settle`,
      host,
      "settle",
      { words: [pulumi.interpolate`container=${container.id}`, "timeout=60"] },
      { parent: this, dependsOn: [container] },
      transform.settle,
    );
    return { host, volume, bridge, container, settle };
  }
}
