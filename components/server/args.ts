/** The arguments of a server. */
import type * as pulumi from "@pulumi/pulumi";
import type * as command from "@pulumi/command";
import type * as hcloud from "@pulumi/hcloud";
import type { Transform } from "../core/component";
import type { Size } from "../../provider/core/units";
import type { Firewall } from "../firewall/firewall";
import type { SshArgs } from "../host/ssh";
import type { ServerHooks } from "../host/server-hooks";
import type { HostTransform } from "../host/prepare-host";
import type { Network } from "../network/network";
import type { Registry } from "../registry/registry";

/** Arguments of `Server`. */
export interface ServerArgs {
  /**
   * The server type.
   *
   * @edit powers the server off, changes it and starts it; its disk grows along, so there is no way back to a smaller one
   * @example "cx33"
   */
  type: string;
  /**
   * The location.
   *
   * @default Hetzner chooses
   * @edit replaces the server, with all that is on it; refused while it has data
   * @example "fsn1"
   */
  location?: string;
  /** The image of the first boot. @default "debian-12" @edit nothing after creation */
  image?: string;
  /**
   * The name at Hetzner, which is the host name too. A name is there once, so a server that has to be replaced goes before
   * the new one comes; `false` lets Pulumi add a random end to it, and the new one is made beside the old one.
   *
   * @default the component's name
   * @edit in place at Hetzner; the machine keeps the host name of its first boot
   */
  name?: string | false;
  /**
   * What may reach the server, from its first boot on.
   *
   * @edit in place
   * @example [edge]
   */
  firewalls: Firewall[];
  /**
   * Why the server has no firewall; needed for an empty `firewalls`.
   *
   * @default none: a server has a firewall
   * @edit nothing: it is for the reader
   */
  unprotected?: string;
  /**
   * A private network, alone or with the address that the server gets there.
   *
   * @default none
   * @edit attaches, moves or detaches the server while it runs; what is published on the old address is replaced
   * @example { network: net, ip: "10.0.0.10" }
   */
  network?: Network | { network: Network; ip: string };
  /**
   * How Pulumi reaches it; the user is root.
   *
   * @default the usual key in ~/.ssh, else the agent's, port 22
   * @edit in place, for the connections only: the machine keeps the port and the keys of its first boot
   */
  ssh?: SshArgs;
  /**
   * SSH keys that are at Hetzner already, by name or id, instead of the one that is made from `ssh`. A key can be there only once:
   * where the one of `ssh` is there already, of another stack or by hand, it is used without being named here, and stays whose it is.
   * With a provider of the program's own it has to be named. Servers keep their keys when one is deleted at Hetzner.
   *
   * @default a key of this stack
   * @edit nothing after creation
   */
  sshKeys?: pulumi.Input<string>[];
  /**
   * Lines for a shell on the machine that runs Pulumi, where the project's file is. They have variables of Kamal's hooks: KAMAL_HOSTS, KAMAL_SERVICE
   * (the project), KAMAL_DESTINATION (the stack), KAMAL_COMMAND, KAMAL_SUBCOMMAND, KAMAL_PERFORMER, KAMAL_RECORDED_AT and KAMAL_LOCK. `SEXTANT_SKIP_HOOKS=1
   * pulumi up` leaves them out of one run, and they are not made up for.
   *
   * @default none
   * @edit a new line runs at once
   * @example { afterDocker: "bin/docker-setup $KAMAL_HOSTS" }
   */
  hooks?: ServerHooks;
  /**
   * Registries that it pulls from with credentials.
   *
   * @default none
   * @edit in place; counts from the next pull
   */
  registries?: Registry[];
  /** Labels at Hetzner, beside those of project and stack. @default none @edit in place */
  labels?: Record<string, string>;
  /**
   * Servers of one placement group run on different machines.
   *
   * @default none
   * @edit refused while the server runs: power it off, run `pulumi up`, start it
   */
  placementGroup?: hcloud.PlacementGroup;
  /**
   * Whether it has a public IPv4 address, which Hetzner charges for. Without one the server is reached at its IPv6 address: who runs
   * `pulumi`, and every visitor, needs IPv6. It pulls from registries that have an IPv6 address alone (ghcr.io has none), and
   * containers, which have IPv4 addresses inside of Docker, reach nothing outside, so that `letsEncrypt()` gets no certificate.
   *
   * @default true
   * @edit powers the server off, changes it and starts it; it is reached at its other address from then on
   */
  publicIpv4?: boolean;
  /**
   * Whether it has a public IPv6 address.
   *
   * @default true
   * @edit powers the server off, changes it and starts it
   */
  publicIpv6?: boolean;
  /** Hetzner's daily backups, for a fifth of the price. @default false @edit in place */
  backups?: boolean;
  /**
   * A swap file; `false` for none.
   *
   * @default "2g" with up to 4 GB of memory, none above
   * @edit nothing after creation
   */
  swap?: Size | false;
  /**
   * Refuses, at Hetzner and in Pulumi, to delete or replace the server. Good for one that holds data.
   *
   * @default false
   * @edit in place
   */
  protect?: boolean;
  /**
   * Says that the machine is dead, or out of reach for longer, so that the others can be released without it. What was on it is
   * given up without asking it: Pulumi takes it out of the state and says what is left there. Take it out of all roles, proxies and
   * accessories at the same time; a preview refuses what would be put on it. Then take the server out as well, or, when it
   * is back, take this out and put it into the roles again: until that update it serves what it served last.
   *
   * @default false
   * @edit in place: gives up what is on it; back, all of it is made again, and volumes and their data are found as they are
   */
  gone?: boolean;
  /**
   * Settings of the Docker daemon, over ours (live-restore, log rotation, MTU, address pools).
   *
   * @default none of your own
   * @edit nothing after creation
   * @example { "registry-mirrors": ["https://mirror.example.com"] }
   */
  daemon?: Record<string, unknown>;
  /**
   * A `#cloud-config` of your own for the first boot. Its lists are appended to ours, its other keys win.
   *
   * @default none
   * @edit nothing after creation
   * @example "packages: [htop]"
   */
  cloudInit?: string;
  /**
   * Changes a child before it is made. The SSH key is shared by all servers of the stack: the first one's transform counts.
   *
   * @default none
   * @edit what the changed argument of the child does
   */
  transform?: HostTransform & {
    /** The server at Hetzner. */
    server?: Transform<hcloud.ServerArgs>;
    /** The SSH key at Hetzner. */
    sshKey?: Transform<hcloud.SshKeyArgs>;
    /** The local command that makes the host key. */
    hostKey?: Transform<command.local.CommandArgs>;
  };
}
