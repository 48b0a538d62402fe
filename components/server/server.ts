import * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import * as hcloud from "@pulumi/hcloud";
import { Component, transformed } from "../core/component";
import { ownLabels } from "../core/names";
import { skippedHooks } from "../core/hook";
import { refuseShape } from "../core/shape";
import { mebibytes } from "../../provider/core/units";
import { registerHost } from "../firewall/audit";
import type { Architecture, Host, Exposure } from "../host/host";
import { checkToken } from "../hetzner/token";
import { ssh } from "../host/ssh";
import { prepareHost } from "../host/prepare-host";
import type { ServerArgs } from "./args";
import { checkServer, insecureRegistries } from "./checks/check-server";
import { warnAddresses } from "./checks/check-addresses";
import { cloudInit } from "./cloud-init";
import { hostKey, hostKeyName, type HostKey } from "./host-key";
import { askFor, type Offer } from "./offer";
import { keyOf, stackKey } from "./ssh-key";
import { serverShape } from "./shape";
import { afterReadingState, lostKey, strayOf, straysOf, takesUp } from "./take-up";
import { serverTypes, smallMemoryMb } from "./types";

/**
 * A server at Hetzner, closed from its first boot, with Docker and with a host key that is known before anyone connects.
 *
 * Editing keys, cloud-init, image or labels never makes a new server; `pulumi up --replace` on its `server` does. A preview refuses to
 * replace one that has data of an accessory or an app: see [Data](data.md).
 *
 * @example
 * const edge = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24"), http, https] });
 * const web = new Server("web-1", { type: "cx33", location: "fsn1", firewalls: [edge] });
 */
export class Server extends Component implements Host {
  readonly hostName: string;
  readonly server: hcloud.Server;
  /** The SSH key at Hetzner, shared by the servers of the stack; none when it is there already, or `sshKeys` names others. */
  readonly sshKey: hcloud.SshKey | undefined;
  private readonly offer: Offer;
  /** The generated host key. */
  readonly hostKey: HostKey;
  /** The attachment to the private network. */
  readonly serverNetwork: hcloud.ServerNetwork | undefined;

  readonly address: pulumi.Output<string>;
  readonly ipv6Address: pulumi.Output<string | undefined>;
  readonly privateAddress: pulumi.Output<string | undefined>;
  readonly architecture: Architecture | undefined;
  readonly dockerMajor: number | undefined;
  readonly memoryMb: number | undefined;
  readonly cores: number | undefined;
  readonly connection: Host["connection"];
  readonly ssh: Host["ssh"];
  readonly network: Host["network"];
  readonly registries: Host["registries"];
  /** Whether the program says that the machine is gone. */
  readonly gone: boolean;
  readonly exposure: Exposure;
  readonly lifecycle: Host["lifecycle"];
  /** Succeeds when the first boot is done and Docker answers; then puts the verbs on the server. */
  readonly ready: pulumi.CustomResource;
  private readonly dockerProvider: () => docker.Provider;
  /** The arguments, for checks of other components. */
  readonly args: Readonly<ServerArgs>;

  constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, serverShape, args);
    super("Server", name, opts);
    this.refuse([
      ...checkServer(name, args),
      ...checkToken(this.getProvider("hcloud:index:Server"), args.transform?.server),
    ]);
    this.offer = askFor(name, args, this.getProvider("hcloud:index:Server"));
    this.refuse(this.offer.refused);
    if (pulumi.runtime.isDryRun()) this.warn(this.offer.warned);
    const skipped = skippedHooks(args.hooks);
    this.refuse(skipped.refused);
    this.warn([...skipped.warned, ...warnAddresses(args)]);
    this.args = args;
    this.hostName = name;
    this.gone = args.gone ?? false;
    this.exposure = {
      sshPort: args.ssh?.port ?? 22,
      firewalls: args.firewalls,
      inPrivateNetwork: args.network !== undefined,
    };
    const type = serverTypes.get(args.type);
    this.architecture = type?.architecture;
    // Debian 11 and 12 have Docker 20.10 in their packages, which the first boot installs.
    this.dockerMajor = /^debian-1[12]$/.test(args.image ?? "debian-12") ? 20 : undefined;
    this.memoryMb = type?.memoryMb;
    this.cores = type?.cores;
    const strays = straysOf(ownLabels(), this.offer.servers);
    this.hostKey = hostKey(
      hostKeyName(name),
      this,
      args.transform?.hostKey,
      strays.length > 0 ? [afterReadingState] : [],
    );
    this.sshKey = this.makeSshKey();
    this.server = this.makeServer();
    this.serverNetwork = this.attach();
    this.address = args.publicIpv4 === false ? this.server.ipv6Address : this.server.ipv4Address;
    this.ipv6Address = this.server.ipv6Address.apply((address) => (address === "" ? undefined : address));
    this.privateAddress = pulumi.output(this.serverNetwork?.ip);
    this.lifecycle = { deletedWith: this.server, replacementTrigger: this.server.id };
    const prepared = prepareHost(this, {
      access: ssh(args.ssh),
      address: this.address,
      hostKey: this.hostKey.publicKey,
      registries: args.registries ?? [],
      lifecycle: this.lifecycle,
      check: { verb: "host-ready", words: this.checkWords(), show: false },
      dependsOn: this.serverNetwork === undefined ? [this.server] : [this.server, this.serverNetwork],
      machine: this.server.id,
      gone: this.gone,
      hooks: args.hooks,
      transform: args.transform ?? {},
    });
    ({ connection: this.connection, ssh: this.ssh, network: this.network } = prepared);
    this.dockerProvider = prepared.docker;
    this.registries = prepared.registries;
    this.ready = prepared.hook ?? prepared.ready;
    registerHost(args.firewalls, this);
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
    return stackKey(
      publicKey,
      this.getProvider("hcloud:index:SshKey"),
      this.args.transform?.sshKey,
      this.offer.keys,
    );
  }

  /** The key of this stack; where it is at Hetzner already, that one. */
  private ownKey(): pulumi.Input<string>[] {
    if (this.sshKey !== undefined) return [this.sshKey.id];
    const { publicKey } = ssh(this.args.ssh);
    const there = publicKey === undefined ? undefined : keyOf(publicKey, this.offer.keys);
    return there === undefined ? [] : [String(there.id)];
  }

  private makeServer(): hcloud.Server {
    const { args } = this;
    const protect = args.protect ?? false;
    const labels = ownLabels();
    const [name, serverArgs, opts] = transformed<hcloud.ServerArgs>(
      args.transform?.server,
      this.componentName,
      {
        name: args.name === false ? undefined : (args.name ?? this.componentName),
        serverType: args.type,
        image: args.image ?? "debian-12",
        location: args.location,
        sshKeys: args.sshKeys ?? this.ownKey(),
        userData: this.userData(),
        // At creation, so that there is no moment without them.
        firewallIds: args.firewalls.map((firewall) => firewall.id),
        labels: { ...labels, ...args.labels },
        placementGroupId: args.placementGroup?.id.apply(Number),
        publicNets: publicNets(args),
        backups: args.backups ?? false,
        deleteProtection: protect,
        rebuildProtection: protect,
      },
      {
        parent: this,
        protect,
        ignoreChanges: ["sshKeys", "userData", "image"],
      },
    );
    // A name is there once: else Pulumi would make the new one first where it is told to replace the server.
    if (serverArgs.name !== undefined) opts.deleteBeforeReplace ??= true;
    const stray = strayOf(serverArgs.name, labels, this.offer.servers);
    if (stray !== undefined) {
      const key = hostKeyName(this.componentName);
      opts.transforms = [...(opts.transforms ?? []), takesUp(stray, key)];
      if (pulumi.runtime.isDryRun())
        void lostKey(stray, key).then((lost) => {
          this.refuseLate(lost === undefined ? [] : [lost]);
        });
    }
    return new hcloud.Server(name, serverArgs, opts);
  }

  private userData(): pulumi.Output<string> {
    const { args } = this;
    const settings = {
      sshPort: ssh(args.ssh).port,
      swapMb: swapMb(args.swap, this.memoryMb),
      daemon: daemonSettings(args),
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

  private checkWords(): pulumi.Input<string>[] {
    const privately =
      this.serverNetwork === undefined ? [] : [pulumi.interpolate`private=${this.serverNetwork.ip}`];
    return ["boot=yes", ...privately, "timeout=600"];
  }
}

/** The settings of the Docker daemon: what the program gives, and the registries that it names insecure. */
export function daemonSettings({ daemon = {}, registries = [] }: ServerArgs): Record<string, unknown> {
  const named = registries.filter(({ insecure }) => insecure).map(({ address }) => address);
  const all = [...new Set([...insecureRegistries(daemon), ...named])];
  return all.length === 0 ? daemon : { ...daemon, "insecure-registries": all };
}

/** The public addresses, where they are not both: that is Hetzner's default. */
function publicNets({ publicIpv4 = true, publicIpv6 = true }: ServerArgs): hcloud.ServerArgs["publicNets"] {
  return publicIpv4 && publicIpv6 ? undefined : [{ ipv4Enabled: publicIpv4, ipv6Enabled: publicIpv6 }];
}

/** The size of the swap file in MiB: what was asked for, else 2 GB on small servers. */
export function swapMb(swap: ServerArgs["swap"], memoryMb: number | undefined): number {
  if (swap === false) return 0;
  if (swap !== undefined) return mebibytes(swap);
  return memoryMb !== undefined && memoryMb <= smallMemoryMb ? 2048 : 0;
}
