import * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import * as hcloud from "@pulumi/hcloud";
import { Component, transformed } from "../core/component";
import { mebibytes } from "../core/units";
import { putBehind, type Reach } from "../firewall/audit";
import type { Architecture, Host } from "../host/host";
import type { GateOnHost } from "../host/gate";
import type { Kit } from "../host/kit";
import { ssh } from "../host/ssh";
import { wireHost } from "../host/wire-host";
import type { ServerArgs } from "./args";
import { checkServer } from "./check-server";
import { cloudInit } from "./cloud-init";
import { hostKey, type HostKey } from "./host-key";
import { stackKey } from "./ssh-key";
import { serverTypes, smallMemoryMb } from "./types";

/**
 * A server at Hetzner, closed from its first boot, with Docker and with a host key that is known before anyone connects.
 *
 * Editing keys, cloud-init, image or labels never makes a new server; `pulumi up --replace` on its `server` does.
 *
 * @example
 * const edge = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24"), http, https] });
 * const web = new Server("web-1", { type: "cx32", location: "fsn1", firewalls: [edge] });
 */
export class Server extends Component implements Host {
  readonly hostName: string;
  readonly server: hcloud.Server;
  /** The SSH key at Hetzner, shared by the servers of the stack; none when `sshKeys` names others. */
  readonly sshKey: hcloud.SshKey | undefined;
  /** The generated host key. */
  readonly hostKey: HostKey;
  /** The attachment to the private network. */
  readonly serverNetwork: hcloud.ServerNetwork | undefined;
  /** Succeeds when the first boot is done and Docker answers; then puts the verbs on the server. */
  readonly gate: GateOnHost;

  readonly address: pulumi.Output<string>;
  readonly ipv6Address: pulumi.Output<string | undefined>;
  readonly privateAddress: pulumi.Output<string | undefined>;
  readonly architecture: Architecture | undefined;
  readonly memoryMb: number | undefined;
  readonly cores: number | undefined;
  readonly connection: Host["connection"];
  readonly shell: Host["shell"];
  readonly network: Host["network"];
  readonly kit: Kit;
  readonly registries: Host["registries"];
  readonly reach: Reach;
  readonly tied: Host["tied"];
  readonly ready: pulumi.Resource;
  private readonly dockerProvider: () => docker.Provider;
  /** The arguments, for checks of other components. */
  readonly args: Readonly<ServerArgs>;

  constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("server:Server", name, opts);
    this.refuse(checkServer(name, args));
    this.args = args;
    this.hostName = name;
    this.reach = {
      sshPort: args.ssh?.port ?? 22,
      firewalls: args.firewalls,
      privately: args.network !== undefined,
    };
    const type = serverTypes.get(args.type);
    this.architecture = type?.architecture;
    this.memoryMb = type?.memoryMb;
    this.cores = type?.cores;
    this.hostKey = hostKey(`${name}-host-key`, this, args.transform?.hostKey);
    this.sshKey = this.makeSshKey();
    this.server = this.makeServer();
    this.serverNetwork = this.attach();
    this.address = this.server.ipv4Address;
    this.ipv6Address = this.server.ipv6Address.apply((address) => (address === "" ? undefined : address));
    this.privateAddress = pulumi.output(this.serverNetwork?.ip);
    this.tied = { deletedWith: this.server, replacementTrigger: this.server.id };
    const wired = wireHost(this, {
      access: ssh(args.ssh),
      address: this.address,
      hostKey: this.hostKey.publicKey,
      registries: args.registries ?? [],
      tied: this.tied,
      gate: { verb: "host-ready", words: this.gateWords(), show: false },
      dependsOn: this.serverNetwork === undefined ? [this.server] : [this.server, this.serverNetwork],
      transform: args.transform ?? {},
    });
    ({ connection: this.connection, shell: this.shell, network: this.network, kit: this.kit } = wired);
    this.dockerProvider = wired.docker;
    ({ registries: this.registries, ready: this.ready, gate: this.gate } = wired);
    putBehind(args.firewalls, this);
    this.registerOutputs({
      address: this.address,
      ipv6Address: this.ipv6Address,
      privateAddress: this.privateAddress,
    });
  }

  get docker(): docker.Provider {
    return this.dockerProvider();
  }

  private makeSshKey(): hcloud.SshKey | undefined {
    const { publicKey } = ssh(this.args.ssh);
    if (this.args.sshKeys !== undefined || publicKey === undefined) return undefined;
    return stackKey(publicKey, this.getProvider("hcloud:index:SshKey"), this.args.transform?.sshKey);
  }

  private makeServer(): hcloud.Server {
    const { args } = this;
    const protect = args.protect ?? false;
    return new hcloud.Server(
      ...transformed<hcloud.ServerArgs>(
        args.transform?.server,
        this.componentName,
        {
          name: args.name === false ? undefined : (args.name ?? this.componentName),
          serverType: args.type,
          image: args.image ?? "debian-12",
          location: args.location,
          sshKeys: args.sshKeys ?? (this.sshKey === undefined ? [] : [this.sshKey.id]),
          userData: this.userData(),
          // At creation, so that there is no moment without them.
          firewallIds: args.firewalls.map((firewall) => firewall.id),
          labels: { project: pulumi.getProject(), stack: pulumi.getStack(), ...args.labels },
          placementGroupId: args.placementGroup?.id.apply(Number),
          publicNets: args.publicIpv6 === false ? [{ ipv4Enabled: true, ipv6Enabled: false }] : undefined,
          backups: args.backups ?? false,
          deleteProtection: protect,
          rebuildProtection: protect,
        },
        { parent: this, protect, ignoreChanges: ["sshKeys", "userData", "image"] },
      ),
    );
  }

  private userData(): pulumi.Output<string> {
    const { args } = this;
    const settings = {
      sshPort: ssh(args.ssh).port,
      swapMb: swapMb(args.swap, this.memoryMb),
      daemon: args.daemon ?? {},
      extra: args.cloudInit,
    };
    const { privateKey, publicKey } = this.hostKey;
    return pulumi
      .all([privateKey, publicKey])
      .apply(([secret, known]) =>
        cloudInit({ hostKey: { privateKey: secret, publicKey: known }, ...settings }),
      );
  }

  private attach(): hcloud.ServerNetwork | undefined {
    const { network } = this.args;
    if (network === undefined) return undefined;
    const { network: net, ip } = "ip" in network ? network : { network, ip: undefined };
    return net.attach(this.componentName, this.server.id.apply(Number), ip, {
      parent: this,
      deletedWith: this.server,
    });
  }

  private gateWords(): pulumi.Input<string>[] {
    const privately =
      this.serverNetwork === undefined ? [] : [pulumi.interpolate`private=${this.serverNetwork.ip}`];
    return ["boot=yes", ...privately, "timeout=600"];
  }
}

/** The size of the swap file in MiB: what was asked for, else 2 GB on small servers. */
export function swapMb(swap: ServerArgs["swap"], memoryMb: number | undefined): number {
  if (swap === false) return 0;
  if (swap !== undefined) return mebibytes(swap);
  return memoryMb !== undefined && memoryMb <= smallMemoryMb ? 2048 : 0;
}
