/** What is known of a machine. A member that is not there is not known; `unknown` says of each why. */
import type { Memory } from "../memory";
import type { Rule } from "./read/ufw";

/** A container, of whoever. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** Those of a few labels that it has, by which one knows whose it is. */
  readonly labels: Readonly<Record<string, string>>;
  readonly published: readonly PublishedPort[];
  readonly running: boolean;
  /** The names of its volumes, and the directories of the machine that it has. */
  readonly mounts: readonly string[];
  /** The names of the Docker networks that it is in. */
  readonly networks: readonly string[];
}

/** What Docker publishes of a container on the machine. */
export interface PublishedPort {
  readonly address: string;
  readonly first: number;
  readonly last: number;
  readonly protocol: string;
}

/** Docker's engine, which answers. */
export interface Engine {
  readonly version: string;
  readonly major: number;
  readonly minor: number;
  /** Where its data is. */
  readonly directory?: string;
  /** The package that it comes from: "" where it comes from none, nothing where nobody could tell. */
  readonly package?: string;
  /** Its binary. */
  readonly binary?: string;
  readonly liveRestore?: boolean;
  readonly memoryLimit?: boolean;
  readonly cgroupVersion?: string;
  /** What it uses of seccomp, SELinux and the like, such as `name=rootless`. */
  readonly security: readonly string[];
  /** What writes its rules, where it says so. */
  readonly firewall?: string;
  /** Whether it is part of a swarm. */
  readonly swarm: boolean;
  /** Whether its settings tell it to leave iptables alone. */
  readonly leavesIptables: boolean;
  readonly containers: readonly Container[];
}

/** What the docker command is. */
export type Docker =
  | { readonly is: "missing"; readonly daemon: boolean }
  | { readonly is: "podman" }
  | { readonly is: "silent"; readonly error: string }
  | { readonly is: "engine"; readonly engine: Engine };

/** Who listens on a TCP port. */
export interface Listener {
  readonly port: number;
  readonly process?: string;
  readonly pid?: number;
  /** The control group of the process. */
  readonly group?: string;
}

/** What could not be looked at. */
export interface Unknown {
  readonly what: string;
  readonly why: string;
  /** Whether a machine is refused without it. */
  readonly needed: boolean;
}

export interface Machine {
  readonly login?: {
    readonly id: string;
    readonly name: string;
    /** Who has become root by sudo, and what sudo says of its settings for that user; it may be nothing. */
    readonly sudo?: { readonly user: string; readonly settings: string };
    /** Who has become root by Docker. */
    readonly docker?: string;
  };
  /** The commands that were looked for: where they are, "-" for one that is not there. */
  readonly commands: ReadonlyMap<string, string>;
  /** Those for which BusyBox stands in. */
  readonly standIns: readonly string[];
  /** The directories that cannot be written to. */
  readonly readOnly: readonly string[];
  /** Where the docker command really is. */
  readonly dockerPath?: string;
  readonly docker?: Docker;
  readonly architecture?: string;
  readonly kernel?: string;
  readonly cores?: string;
  /** Whether the kernel knows IPv6. */
  readonly ipv6?: boolean;
  /** The names of all processes. */
  readonly processes: ReadonlySet<string>;
  readonly memory?: Memory;
  /** MB that are free in Docker's directory. */
  readonly disk?: number;
  /** The files that can still be made there. */
  readonly inodes?: number;
  /** Whether something keeps the clock in step. */
  readonly clockKept?: boolean;
  /** The seconds that it is off. */
  readonly clockOff?: number;
  /** The files of jobs that prune Docker. */
  readonly pruneJobs: readonly string[];
  /** The addresses of IPv4 on the interfaces. */
  readonly addresses?: readonly string[];
  /** The interface of the default route. */
  readonly interface?: string;
  /** Whether a program may listen on an address that is not there yet. */
  readonly nonlocalBind?: boolean;
  readonly listeners: readonly Listener[];
  /** Whether DOCKER-USER drops traffic to containers. */
  readonly dockerUserDrops: boolean;
  /** UFW, where it is active. */
  readonly ufw?: { readonly incoming: string; readonly rules: readonly Rule[] };
  /** The chains of nftables that drop by default, other than those of Docker, UFW and iptables. */
  readonly droppingChains: readonly string[];
  /** The settings of sshd, by their names in lower case. */
  readonly sshd?: ReadonlyMap<string, string>;
  readonly unknown: readonly Unknown[];
}
