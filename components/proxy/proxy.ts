import * as pulumi from "@pulumi/pulumi";
import { Component, transformed } from "../core/component";
import { proxyLabel } from "../core/names";
import { refuseShape } from "../core/shape";
import { Container, type ContainerArgs } from "../docker/container";
import { configured, madeFrom, ownProxy, type ContainerInputs } from "../../provider/docker/container-body";
import { loginLine } from "../image/login";
import { Pull } from "../image/pull";
import { Volume, type VolumeArgs } from "../docker/volume";
import type { Host } from "../host/host";
import { alsoAfter, dependingOn } from "../host/depends";
import { Step } from "../host/step";
import { checkProxy, proxyConfig, type ProxyArgs, type ProxyConfig } from "./args";
import { checkFront, checkKamal, checkOnServers, registerProxy } from "./checks/check-servers";
import { proxyCommand, proxyFiles, proxyPorts, proxySettings, proxyVolume } from "./container";
import { proxyContainer } from "../../provider/release/proxy-names";
import { proxyShape } from "./shape";

/** What a proxy is on one host. */
export interface ProxyOnHost {
  readonly host: Host;
  readonly volume: Volume;
  readonly bridge: Step<"Bridge">;
  readonly container: Container;
  /** Done when the proxy answers with all its routes; routes wait for it. */
  readonly settle: Step<"Settle">;
}

/**
 * One kamal-proxy on each host, shared by all apps of the program there. It owns the host's ports 80 and 443, routes by host name and
 * path, and ends TLS, unless `behind` names who does.
 *
 * Editing an argument replaces the proxy without refusing a connection: a second proxy with the same routes takes new
 * connections while the first one drains. That is for connections over TCP; HTTP/3 pauses. An edit that is cut off goes on with the
 * next `pulumi up`, and one that is taken back leaves nothing of the second proxy, without a lost request either way.
 *
 * The proxy belongs to this component of this stack, by a label, and the apps of other stacks and programs route through it with
 * `ExistingProxy`. A second `Proxy` on the same host is refused before anything is changed. Who renames it, its stack or its project
 * gives it `aliases`, as Pulumi wants them.
 *
 * @example const proxy = new Proxy("proxy", { servers: [web1, web2] });
 * @example const proxy = new Proxy("proxy", { servers: [web], behind: "nginx" });
 */
export class Proxy extends Component {
  /** The proxy's image, on all hosts. */
  readonly image: Pull;
  /** The proxy of each host, by the host's name. */
  readonly on: ReadonlyMap<string, ProxyOnHost>;
  /** The configuration, with its defaults. */
  readonly config: ProxyConfig;

  constructor(name: string, args: ProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, proxyShape, args);
    super("Proxy", name, opts);
    this.config = proxyConfig(args);
    const { refused, warned } = checkOnServers(this.label, args.servers, this.config);
    this.refuse([...checkProxy(args), ...checkKamal(args.servers), ...refused]);
    this.warn([...checkFront(args.servers, this.config), ...warned]);
    registerProxy(this.label, args.servers, this.config);
    this.image = new Pull(
      name,
      args.servers,
      this.config.image,
      { parent: this },
      undefined,
      args.transform?.image,
    );
    this.on = new Map(args.servers.map((host) => [host.hostName, this.put(host, args.transform)]));
    this.registerOutputs({});
  }

  private put(host: Host, transform: ProxyArgs["transform"] = {}): ProxyOnHost {
    const name = `${this.componentName}-${host.hostName}`;
    const { config, image } = this;
    const owner = proxyLabel(this.componentName);
    const [, volumeArgs, volumeOpts] = transformed<VolumeArgs>(
      transform.volume,
      name,
      // Settings, and no data of the program: they go with the proxy.
      { shell: host.ssh, host: host.hostName, name: proxyVolume, data: "discard" },
      dependingOn(host, { parent: this }),
    );
    const [, given, containerOpts] = transformed<ContainerArgs>(
      transform.container,
      name,
      {
        shell: host.ssh,
        name: proxyContainer,
        image: config.image,
        __auth: loginLine(host, config.image),
        command: proxyCommand(config),
        ports: proxyPorts(config),
        network: { name: host.network.name, id: host.network.id },
        volumes: [
          { volumeName: volumeArgs.name, containerPath: proxySettings },
          { hostPath: proxyFiles, containerPath: proxyFiles, readOnly: true },
        ],
        restart: "unless-stopped",
        logDriver: "json-file",
        logOpts: { "max-size": config.logMaxSize, "max-file": "3" },
        labels: { [ownProxy]: owner },
        ownedBy: ownProxy,
        destroyGraceSeconds: 30,
      },
      // It owns host ports, so the old one has to go first; the bridge takes the connections meanwhile.
      dependingOn(host, { parent: this, dependsOn: [image], deleteBeforeReplace: true }),
    );
    const made = hashOf(given);
    const bridge = new Step(
      "Bridge",
      `${name}-bridge`,
      host,
      {
        config: made,
        image: given.image,
        __auth: loginLine(host, config.image),
        owner,
        httpPort: config.httpPort,
        // Behind another server that is not the proxy's to have.
        httpsPort: config.behind === undefined ? config.httpsPort : config.httpPort,
        // On some addresses only, another server may have the same port on others.
        ...(config.publish !== false && config.publish.includes("0.0.0.0") ? { freePorts: true } : {}),
        command: given.command,
      },
      { parent: this, dependsOn: [image, host.network] },
      transform.bridge,
    );
    // Where the proxy is another program's the bridge has refused by then, and nothing of that is touched.
    const volume = new Volume(name, volumeArgs, alsoAfter(volumeOpts, bridge));
    const container = new Container(
      name,
      {
        ...given,
        labels: pulumi.output(given.labels).apply((labels) => ({ ...labels, [configured]: made })),
      },
      alsoAfter(containerOpts, bridge, volume),
    );
    const settle = new Step(
      "Settle",
      `${name}-settle`,
      host,
      { container: container.id },
      { parent: this, dependsOn: [container] },
      transform.settle,
    );
    return { host, volume, bridge, container, settle };
  }
}

/** The hash of what a container is made from, by which the host sees a change; of how it is reached and logs in nothing is in it. */
function hashOf(given: ContainerArgs): pulumi.Output<string> {
  const { shell: _shell, __auth: _auth, network, ...rest } = given;
  // Another network of the same name is no edit of the proxy, and its id is known late.
  const name = pulumi.output(network).apply((one) => one.name);
  const aliases = pulumi.output(network).apply((one) => one.aliases);
  return pulumi
    .output({ ...rest, network: { name, aliases } })
    .apply((inputs) => madeFrom(inputs as Partial<ContainerInputs>));
}
