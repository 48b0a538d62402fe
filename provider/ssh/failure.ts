/**
 * Why ssh did not get through, from what it printed: a pure function. The messages are those of OpenSSH 8.4 to 10.0
 * (https://github.com/openssh/openssh-portable, the file is named at each).
 */
import { goneVariable } from "../gone";
import { userOf, type SshAddress } from "./address";

/** A reason, whether another try may end otherwise, and what is said of it. */
export interface SshFailure {
  cause: Cause;
  /** Whether it is worth another try within seconds. A refused key is not: each try counts at the server as an attack. */
  again: boolean;
  /** One sentence: what it was and what to do. */
  sentence: string;
}

export type Cause =
  | "denied"
  | "sudo"
  | "too-many"
  | "agent"
  | "key-file"
  | "host-key"
  | "host-key-changed"
  | "no-ed25519"
  | "name"
  | "user"
  | "settings"
  | "socket"
  | "windows"
  | "unreachable"
  | "turned-away"
  | "lost";

/** What the sentences need to know besides. */
export interface Circumstances {
  shell: SshAddress;
  /** The key's file that has a passphrase while no agent holds the key. */
  locked?: string;
  /** What ssh said of the host on the way. @default nothing */
  onTheWay?: string;
  /** Whether the host has never answered. @default false */
  fresh?: boolean;
}

interface Kind {
  cause: Cause;
  pattern: RegExp;
  again?: true;
  /** What it was, and the cure. */
  says: (about: Circumstances) => [was: string, cure: string];
}

/** What to do about a host that does not come back, for those that run on; one that never answered has nothing to be given up. */
const withoutIt = ({ shell: { name }, fresh = false }: Circumstances): string =>
  fresh
    ? ""
    : `; to go on without it, set gone: true on it and take it out of all roles, proxies and accessories; in a refresh or destroy, or where the program has it no more, run with ${goneVariable}=${name}`;

const where = ({ shell: { destination, port } }: Circumstances): string => `${destination}, port ${port}`;
const user = ({ shell }: Circumstances): string => userOf(shell);

/** Which key was offered, as the program names it. */
function offer({ shell: { privateKey, keyFile, publicKey } }: Circumstances): string {
  if (privateKey !== undefined) return "the key of ssh.privateKey";
  if (keyFile !== undefined) return `the key ${keyFile}`;
  return publicKey === undefined
    ? "the usual key of ~/.ssh or the agent's"
    : "the key ssh.publicKey of the agent";
}

/** The first that fits counts: several may be printed at once, and what comes first here is the reason for the others. */
const kinds: readonly Kind[] = [
  {
    // readconf.c: "Bad configuration option", "Bad owner or permissions on"; "command-line: line 0: …"
    cause: "settings",
    pattern:
      /bad configuration option|Bad owner or permissions|^command-line: line \d+|Can't open user config file|Bad number of arguments|garbage at end of line/im,
    says: () => [
      "the ssh of this machine does not take its settings",
      "mend ~/.ssh/config; OpenSSH has to be 7.6 or newer",
    ],
  },
  {
    // Win32-OpenSSH has no connection sharing: PowerShell/Win32-OpenSSH#405.
    cause: "windows",
    pattern: /getsockname failed: Not a socket|mux_client_hello_exchange: write packet: Unknown error/,
    says: () => [
      "the ssh of Windows cannot share a connection, which Pulumi Sextant needs",
      "run pulumi in WSL",
    ],
  },
  {
    // ssh.c
    cause: "user",
    pattern: /No user exists for uid (\d+)/,
    says: () => [
      "the user that pulumi runs as is in no list of users (/etc/passwd), and ssh does not run without",
      "give the container's user an entry there, or run it as one that has one",
    ],
  },
  {
    // misc.c, mux.c
    cause: "socket",
    pattern: /too long for Unix domain socket|ControlPath too long|cannot bind to path|unix_listener/,
    says: () => [
      "ssh could not make the socket of its connection",
      "set XDG_RUNTIME_DIR to a directory of your own with a short path",
    ],
  },
  {
    // sshconnect.c
    cause: "host-key-changed",
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for \S+ has changed/,
    says: ({ shell }) => [
      "another machine answers than the one whose host key is known",
      shell.hostKey === undefined
        ? "if the machine was made anew, remove its line from known_hosts by ssh-keygen -R, or set hostKey; if it was not, do not connect"
        : "if the machine was made anew, take its new host key from its console; if it was not, do not connect",
    ],
  },
  {
    // kex.c, sshconnect2.c
    cause: "no-ed25519",
    pattern: /Unable to negotiate with .*: no matching (host key type|key exchange method|cipher)/,
    says: () => [
      "its sshd and the ssh of this machine have no algorithm in common",
      "let sshd offer an ed25519 host key and current algorithms",
    ],
  },
  {
    // sshconnect.c; in strict mode a host whose key is not known is refused, too
    cause: "host-key",
    pattern: /Host key verification failed|No \S+ host key is known for/,
    says: ({ shell }) => [
      "its host key is not the one that is known",
      shell.hostKey === undefined
        ? "set hostKey, or add the host to known_hosts"
        : "compare hostKey with ssh-keyscan -t ed25519 of the machine",
    ],
  },
  {
    // sshconnect2.c: the agent was asked to sign and did not.
    cause: "agent",
    pattern:
      /signing failed for .*(from agent|agent refused operation)|agent refused operation|communication with agent failed/,
    says: () => [
      "the agent holds the key and did not sign with it",
      "unlock the agent, or confirm the question that it asks",
    ],
  },
  {
    // authfile.c: sshd would take the key, and there is only its public half, in the file that we name for the agent.
    cause: "agent",
    pattern: /Load key ".*\/key-[0-9a-f]{16}"/,
    says: (about) => [
      `sshd would take ${offer(about)}, and no agent holds it`,
      "run ssh-add FILE in a shell with an agent first, or give ssh.privateKeyFile or ssh.privateKey",
    ],
  },
  {
    // packet.c, ssh_packet_read_poll_seqnr: "Received disconnect from %s:%d: %s"
    cause: "too-many",
    pattern: /Too many authentication failures/,
    says: () => [
      "sshd refused it after several keys",
      "name the one key to offer, by ssh.privateKeyFile, or by ssh.publicKey where an agent holds it",
    ],
  },
  {
    // authfile.c, sshkey.c; the refusal that follows is printed as well
    cause: "key-file",
    pattern:
      /UNPROTECTED PRIVATE KEY FILE|Load key ".*": (?!No such file|Is a directory|incorrect passphrase)/,
    says: (about) => [
      `ssh does not read ${offer(about)}`,
      "make it readable for your user alone (chmod 600), and see whether it is whole with ssh-keygen -y -f FILE",
    ],
  },
  {
    // sshconnect2.c: "%s@%s: Permission denied (%s)."
    cause: "denied",
    pattern: /Permission denied( \(|,|\.$)|No supported authentication methods|no authentication methods/m,
    says: (about) =>
      about.locked === undefined
        ? [
            `sshd does not let ${user(about)} in with ${offer(about)}`,
            `put its public half into ~/.ssh/authorized_keys of ${user(about)} there, or name the right key in ssh`,
          ]
        : [
            `the key ${about.locked} has a passphrase, and no agent holds it`,
            `run ssh-add ${about.locked} first, or use a key without a passphrase`,
          ],
  },
  {
    // ssh.c, sshconnect.c: EAI_NONAME of gai_strerror, of glibc, musl and macOS
    cause: "name",
    pattern:
      /Could not resolve hostname .*(Name or service not known|Name does not resolve|nodename nor servname|No address associated)/,
    says: () => [
      "its name is not known here",
      "correct the address, or add the name to DNS or ~/.ssh/config",
    ],
  },
  {
    // sshconnect.c: "connect to host %s port %s: %s"; "Connection timed out during banner exchange"
    cause: "unreachable",
    pattern:
      /connect to host .*: |timed out|Could not resolve hostname|No route to host|Network is unreachable|Host is down/,
    again: true,
    says: (about) => [
      "it does not answer",
      `see whether the server runs and its firewall lets this machine in${withoutIt(about)}`,
    ],
  },
  {
    // kex.c kex_exchange_identification, and ssh_exchange_identification before it; sshd.c of 9.8 and later: "Not allowed at this time"
    cause: "turned-away",
    pattern:
      /(kex|ssh)_exchange_identification|Not allowed at this time|Exceeded MaxStartups|^Connection (closed|reset) by \S+ port \d+/m,
    again: true,
    says: () => [
      "its sshd hung up before any login: it is starting, it has too many connections (MaxStartups), or it shuts this address out for some minutes after failed logins (PerSourcePenalties, fail2ban)",
      "wait ten minutes after a key was refused; else see journalctl -u ssh there",
    ],
  },
];

const lost: Kind = {
  cause: "lost",
  // A shared connection that ends says nothing at all.
  pattern: /^/,
  again: true,
  says: (about) => [
    "the connection was lost",
    `see whether the server runs and its firewall lets this machine in${withoutIt(about)}`,
  ],
};

/** The host on the way lets one in and no further: ssh.c, ssh_stdio_confirm. */
const noFurther: Kind = {
  cause: "unreachable",
  pattern: /stdio forwarding failed/,
  again: true,
  says: (about) => [
    `the jump host ${about.shell.jump?.destination ?? ""} did not get through to it`,
    `see whether the server runs, its firewall lets the jump host in, and the jump host's sshd allows AllowTcpForwarding${withoutIt(about)}`,
  ],
};

/** Why ssh ended with 255. What it says itself is kept in the sentence, less the warnings before the last lines. */
export function sshFailure(stderr: string, about: Circumstances): SshFailure {
  const { shell, onTheWay = "" } = about;
  if (noFurther.pattern.test(onTheWay)) return explained(noFurther, onTheWay, about, where(about));
  const kind = (text: string): Kind | undefined => kinds.find(({ pattern }) => pattern.test(text));
  const before = shell.jump === undefined ? undefined : kind(onTheWay);
  if (shell.jump === undefined || before === undefined)
    return explained(kind(stderr) ?? lost, stderr, about, where(about));
  const { hostKey: _, ...rest } = shell;
  const way = { ...about, shell: { ...rest, ...shell.jump } };
  return explained(before, onTheWay, way, `${where(way)}, the jump host`);
}

function explained(kind: Kind, printed: string, about: Circumstances, place: string): SshFailure {
  const [was, cure] = kind.says(about);
  const said = printed
    .trim()
    .split(/\s*\n\s*/)
    .slice(-2)
    .join(" ");
  const rest = said === "" ? "" : ` (${said})`;
  return {
    cause: kind.cause,
    again: kind.again ?? false,
    sentence: `${about.shell.name}: ssh did not get through to ${place}: ${was}${rest}; ${cure}.`,
  };
}
