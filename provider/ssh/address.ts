/** How a host is reached, as the program says it. */

/**
 * How a host is reached. It is an input of every resource on the host, and so has just what differs from host to host: what
 * is the same for all of them comes from `sshOptions`.
 */
export interface SshAddress {
  /** The host's name in the program, for messages. */
  name: string;
  /** `user@address` */
  destination: string;
  port: number;
  /** Whether the user is another than root: what is run there is run as root by sudo. @default false: the user is root */
  sudo?: true;
  /** The host on the way, which the same key opens. @default none, or that of the user's ssh settings */
  jump?: Jump;
  /** The private key's file; a leading `~/` is the home directory. @default the usual key that is there, else the agent's keys */
  keyFile?: string;
  /** The private key itself, a secret, which no file holds. */
  privateKey?: string;
  /** The public half of the one key that an agent is asked for, where neither of the others is there. */
  publicKey?: string;
  /** The host key that has to answer, `ssh-ed25519 AAAA…`. @default the one that answers first is kept in known_hosts */
  hostKey?: string;
  /** The file of ssh's settings, `none` for none at all; a leading `~/` is the home directory. @default ~/.ssh/config and those of the machine */
  config?: string;
  /** A line for a shell of the machine that runs Pulumi, before its first connection of a run. @default none */
  beforeConnect?: string;
  /** What is another when the machine is a new one: the id that its cloud has given it. @default a machine that is not the program's */
  machine?: string;
}

/** A host on the way, as ssh's ProxyJump. */
export interface Jump {
  /** `user@address` */
  destination: string;
  port: number;
  /** The host key that has to answer, `ssh-ed25519 AAAA…`. @default the one that answers first is kept in known_hosts */
  hostKey?: string;
}

/** The user of a destination. */
export function userOf({ destination }: Pick<SshAddress, "destination">): string {
  return destination.slice(0, Math.max(destination.lastIndexOf("@"), 0));
}

/** The address of a destination; none where that is not known yet, as at preview. Another user at it is no other machine. */
export function addressOf(to: Pick<SshAddress, "destination">): string;
export function addressOf(to: Partial<Pick<SshAddress, "destination">>): string | undefined;
export function addressOf({ destination }: Partial<Pick<SshAddress, "destination">>): string | undefined {
  return destination?.slice(destination.lastIndexOf("@") + 1);
}
