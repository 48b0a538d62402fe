/** The arguments of a server. */
import type * as pulumi from "@pulumi/pulumi";
import type * as command from "@pulumi/command";
import type * as hcloud from "@pulumi/hcloud";
import type { Transform } from "../core/component";
import type { Size } from "../core/units";
import type { Firewall } from "../firewall/firewall";
import type { SshArgs } from "../host/ssh";
import type { WiringTransform } from "../host/wire-host";
import type { Network } from "../network/network";
import type { Registry } from "../registry/registry";

/** Arguments of `Server`. */
export interface ServerArgs {
  /** The server type. Changing it stops the server, changes it and starts it again. @example "cx32" */
  type: string;
  /** The location. Changing it makes a new server. @default Hetzner chooses @example "fsn1" */
  location?: string;
  /** The image of the first boot; changing it later does not touch the server. @default "debian-12" */
  image?: string;
  /**
   * The name at Hetzner, which is the host name too. A name is there once, so a server that has to be replaced goes before
   * the new one comes; `false` lets Pulumi add a random end to it, and the new one is made beside the old one.
   *
   * @default the component's name
   */
  name?: string | false;
  /**
   * What may reach the server, from its first boot on. @example [edge]
   */
  firewalls: Firewall[];
  /** Why the server has no firewall; needed for an empty `firewalls`. */
  unprotected?: string;
  /**
   * A private network, alone or with the address that the server gets there.
   *
   * @default none
   * @example { network: net, ip: "10.0.0.10" }
   */
  network?: Network | { network: Network; ip: string };
  /** How Pulumi reaches it; the user is root. @default the usual key in ~/.ssh, port 22 */
  ssh?: SshArgs;
  /**
   * SSH keys that are at Hetzner already, by name or id, instead of the one that is made from `ssh`. Two stacks in one
   * Hetzner project need it, since a key can be there only once. @default a key of this stack
   */
  sshKeys?: pulumi.Input<string>[];
  /** Registries that it pulls from with credentials. @default none */
  registries?: Registry[];
  /** Labels at Hetzner; editing them does not touch the server. @default project and stack */
  labels?: Record<string, string>;
  /** Servers of one placement group run on different machines. @default none */
  placementGroup?: hcloud.PlacementGroup;
  /** Whether it has a public IPv6 address. @default true */
  publicIpv6?: boolean;
  /** Hetzner's daily backups, for a fifth of the price. @default false */
  backups?: boolean;
  /** A swap file; `false` for none. @default "2g" with up to 4 GB of memory, none above */
  swap?: Size | false;
  /** Refuses, at Hetzner and in Pulumi, to delete or replace the server. Good for one that holds data. @default false */
  protect?: boolean;
  /**
   * Settings of the Docker daemon, over ours (live-restore, log rotation, MTU, address pools).
   * @example { "registry-mirrors": ["https://mirror.example.com"] }
   */
  daemon?: Record<string, unknown>;
  /**
   * A `#cloud-config` of your own for the first boot. Its lists are appended to ours, its other keys win.
   * @example "packages: [htop]"
   */
  cloudInit?: string;
  /** Changes a child before it is made. The SSH key is shared by all servers of the stack: the first one's transform counts. */
  transform?: WiringTransform & {
    server?: Transform<hcloud.ServerArgs>;
    sshKey?: Transform<hcloud.SshKeyArgs>;
    hostKey?: Transform<command.local.CommandArgs>;
  };
}
