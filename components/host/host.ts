/** A machine that containers can be put on, whoever made it: `Server` and `ExistingServer` are both a `Host`. */
import * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import type * as command from "@pulumi/command";
import type { DockerNetwork } from "../docker/network";
import type { SeenMachine } from "../../provider/host/preflight/judge";
import type { SshAddress } from "../../provider/ssh/address";
import type { Rule } from "../firewall/rule";
import type { Registry } from "../registry/registry";

/** A processor architecture as Docker's platforms name it. */
export type Architecture = "amd64" | "arm64";

/** From where a host can be reached, as far as the program says it. */
export interface Exposure {
  /** The port of its sshd. */
  readonly sshPort: number;
  /** The firewalls in front of it, the cloud's or its own; with none, every port is open. */
  readonly firewalls: readonly { readonly allow: readonly Rule[] }[];
  /** Whether it is in a private network, which Hetzner's firewalls do not filter. */
  readonly inPrivateNetwork: boolean;
  /** The argument that says so; `network` by default. */
  readonly privateBy?: "network" | "privateAddress";
}

export interface Host {
  /** The name of the component; part of the names of what is put on the host. */
  readonly hostName: string;
  /** The public IPv4 address, or the address that was given. */
  readonly address: pulumi.Output<string>;
  /** The public IPv6 address, where the host has one. */
  readonly ipv6Address: pulumi.Output<string | undefined>;
  /** The address in the private network, where it has one. */
  readonly privateAddress: pulumi.Output<string | undefined>;
  /** The processor architecture, known at preview when the server type or the user says it. */
  readonly architecture: Architecture | undefined;
  /** Memory in MiB, known at preview when the server type or the user says it. */
  readonly memoryMb: number | undefined;
  /** The major version of Docker, where the program says enough to know it at preview. */
  readonly dockerMajor?: number | undefined;
  /** What the machine was when it was last looked at, where nothing else says it; known at preview from then on. */
  readonly seen?: pulumi.Output<SeenMachine>;
  /**
   * How remote commands of a program's own reach it (@pulumi/command); a secret. They run as the login user, without sudo, and go through
   * `ssh.jumpHost`, but by nothing that ~/.ssh/config says.
   */
  readonly connection: pulumi.Output<command.types.input.remote.ConnectionArgs>;
  /** How the `ssh` program reaches it. */
  readonly ssh: pulumi.Output<SshAddress>;
  /**
   * The Docker provider of this host, for containers of a program's own; it is made when it is first asked for. The library's own
   * containers do not need it. It runs ssh by itself: OpenSSH 8.5 or newer, and with `ssh.privateKey` the key is in a file, which a
   * refresh on a machine where the program has not run does not find. It has no sudo: a user other than root has to be in the group docker.
   */
  readonly docker: docker.Provider;
  /** The Docker network that app, accessories and proxy of this host share. */
  readonly network: DockerNetwork;
  /** The registries that it pulls from with credentials. */
  readonly registries: readonly Registry[];
  /** Whose place the program takes on the machine: Kamal's proxy stays there, and its accessories are reached by their names. */
  readonly takeOver?: "kamal" | undefined;
  /** Whether the program says that the machine is gone: then nothing is on it, and nothing can be put on it. */
  readonly gone?: boolean;
  /** From where it can be reached, where the program says it. */
  readonly exposure?: Exposure;
  /**
   * The lifecycle options of everything on the host: replaced with the machine, and not deleted over SSH when the machine
   * itself goes. Spread it into the options of each resource on the host.
   */
  readonly lifecycle: Pick<pulumi.CustomResourceOptions, "deletedWith" | "replacementTrigger">;
  /** What a resource on the host has to wait for: the machine is up, Docker answers, the verbs are there. */
  readonly ready: pulumi.Resource;
}
