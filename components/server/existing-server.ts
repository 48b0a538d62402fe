import * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import { afterProgram } from "../core/after-program";
import { Component } from "../core/component";
import { skippedHooks } from "../core/hook";
import { refuseShape } from "../core/shape";
import { leftOver, registerHost } from "../firewall/audit";
import type { HostFirewall } from "../firewall/host-firewall";
import { mebibytes } from "../../provider/core/units";
import { besideSentence } from "../../provider/host/preflight/beside";
import type { Architecture, Host, Exposure } from "../host/host";
import type { HostReady } from "../host/host-ready";
import { ssh } from "../host/ssh";
import { prepareHost } from "../host/prepare-host";
import { checkExistingServer, checkTrust, type ExistingServerArgs } from "./existing-args";
import { existingServerShape } from "./shape";

/**
 * A machine that is there already, wherever it is. Nothing is installed on it beside the verbs, and Docker where `docker: "install"` says
 * so: a preflight looks at Docker, architecture, memory, disk, clock, firewalls, sshd, other tools and who owns the proxy's ports. It refuses with
 * the whole list, each item with its cure, or prints what will bite later: [all checks](preflight.md).
 *
 * @example
 * const web = new ExistingServer("web-1", {
 *   address: "203.0.113.7", architecture: "amd64", memory: "8g", hostKey: "ssh-ed25519 AAAAC3Nza…",
 * });
 */
export class ExistingServer extends Component implements Host {
  readonly hostName: string;
  /**
   * Looks at the machine; refuses with the list of what is wrong, or prints what it is and what will bite later, and puts the verbs
   * on it.
   */
  readonly preflight: HostReady;

  readonly address: pulumi.Output<string>;
  readonly ipv6Address: pulumi.Output<string | undefined>;
  readonly privateAddress: pulumi.Output<string | undefined>;
  readonly architecture: Architecture | undefined;
  readonly memoryMb: number | undefined;
  readonly seen: Host["seen"];
  readonly connection: Host["connection"];
  readonly ssh: Host["ssh"];
  readonly network: Host["network"];
  readonly registries: Host["registries"];
  /** Whose place the program takes on the machine. */
  readonly takeOver: Host["takeOver"];
  /** Whether the program says that the machine is gone. */
  readonly gone: boolean;
  readonly exposure: Exposure;
  /** Nothing: the machine is not made here, and does not go with the stack. */
  readonly lifecycle: Host["lifecycle"] = {};
  /** What may come into the machine, where `firewall` says it. */
  readonly firewall: HostFirewall | undefined;
  /** What all on the machine waits for: the preflight, and the firewall where there is one. */
  readonly ready: pulumi.Resource;
  private readonly dockerProvider: () => docker.Provider;
  /** The arguments, for checks of other components. */
  readonly args: Readonly<ExistingServerArgs>;

  constructor(name: string, args: ExistingServerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, existingServerShape, args);
    super("ExistingServer", name, opts);
    const skipped = skippedHooks(args.hooks);
    this.refuse([...skipped.refused, ...checkExistingServer(name, args)]);
    this.warn([...skipped.warned, ...checkTrust(args)]);
    this.args = args;
    this.hostName = name;
    this.takeOver = args.takeOver;
    this.gone = args.gone ?? false;
    this.exposure = {
      sshPort: args.ssh?.port ?? 22,
      firewalls: args.firewall === undefined ? [] : [args.firewall],
      inPrivateNetwork: args.privateAddress !== undefined,
      privateBy: "privateAddress",
    };
    this.address = pulumi.output(args.address);
    this.ipv6Address = pulumi.output(args.ipv6Address);
    this.privateAddress = pulumi.output(args.privateAddress);
    this.architecture = args.architecture;
    this.memoryMb = args.memory === undefined ? undefined : mebibytes(args.memory);
    const prepared = prepareHost(this, {
      access: ssh(args.ssh),
      address: this.address,
      hostKey: args.hostKey,
      registries: args.registries ?? [],
      lifecycle: this.lifecycle,
      check: { verb: "preflight", words: this.preflightWords(), show: true },
      dependsOn: [],
      gone: this.gone,
      hooks: args.hooks,
      ...(args.firewall === undefined
        ? {}
        : {
            firewall: {
              allow: args.firewall.allow,
              privateAddress: args.privateAddress,
              install: args.docker !== undefined,
            },
          }),
      transform: args.transform ?? {},
    });
    ({ connection: this.connection, ssh: this.ssh, network: this.network } = prepared);
    this.dockerProvider = prepared.docker;
    ({ registries: this.registries, ready: this.preflight, firewall: this.firewall } = prepared);
    this.ready = prepared.hook ?? this.firewall ?? this.preflight;
    this.watchFirewall();
    this.seen = this.gone ? undefined : this.preflight.seen.apply((seen) => seen ?? {});
    this.registerOutputs({
      address: this.address,
      ipv6Address: this.ipv6Address,
      privateAddress: this.privateAddress,
    });
  }

  get docker(): docker.Provider {
    return this.dockerProvider();
  }

  /** Rules for which there is nothing on the machine are said once all of it is known; other firewalls there, once they were seen. */
  private watchFirewall(): void {
    const { firewall } = this.args;
    if (firewall === undefined || this.gone) return;
    registerHost([firewall], this);
    // An update that looks at the machine says it itself.
    if (pulumi.runtime.isDryRun())
      this.preflight.seen.apply((seen) => {
        if (seen?.firewalls !== undefined) void pulumi.log.info(besideSentence(seen.firewalls), this);
      });
    afterProgram(() => {
      this.warn(leftOver(firewall, "firewall.allow"));
    });
  }

  private preflightWords(): pulumi.Input<string>[] {
    const { architecture, privateAddress, preflight = {}, memory, docker, takeOver, firewall } = this.args;
    const { ports = [80, 443], accept = [] } = preflight;
    const plain = (this.args.registries ?? []).filter((registry) => registry.insecure);
    const insecure = plain.map(({ address }) => address).sort();
    return [
      ...(architecture === undefined ? [] : [`arch=${architecture}`]),
      ...(ports.length === 0 ? [] : [`ports=${ports.join(",")}`]),
      `disk=${mebibytes(preflight.disk ?? "2g")}`,
      // A machine that is sold with 4 GB shows some less to its system.
      ...(memory === undefined ? [] : [`memory=${Math.floor(mebibytes(memory) * 0.85)}`]),
      ...(privateAddress === undefined ? [] : [pulumi.interpolate`private=${privateAddress}`]),
      ...(docker === undefined ? [] : [`docker=${dockerWord(docker)}`]),
      ...(docker === undefined || insecure.length === 0 ? [] : [`insecure=${insecure.join(",")}`]),
      ...(firewall === undefined ? [] : ["firewall=on"]),
      ...(takeOver === undefined ? [] : [`takeover=${takeOver}`]),
      ...(accept.length === 0 ? [] : [`accept=${[...new Set(accept)].sort().join(",")}`]),
    ];
  }
}

/** The word of the preflight for Docker that is installed. */
function dockerWord(docker: NonNullable<ExistingServerArgs["docker"]>): string {
  if (typeof docker === "string") return docker;
  return docker.version === undefined ? docker.install : `${docker.install}:${docker.version}`;
}
