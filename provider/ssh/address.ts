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
  /** The private key's file; a leading `~/` is the home directory. @default the usual key that is there, else the agent's keys */
  keyFile?: string;
  /** The private key itself, a secret, which no file holds. */
  privateKey?: string;
  /** The public half of the one key that an agent is asked for, where neither of the others is there. */
  publicKey?: string;
  /** The host key that has to answer, `ssh-ed25519 AAAA…`. @default the one that answers first is kept in known_hosts */
  hostKey?: string;
  /** What is another when the machine is a new one: the id that its cloud has given it. @default a machine that is not the program's */
  machine?: string;
}
