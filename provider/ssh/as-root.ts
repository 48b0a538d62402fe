/**
 * What is run on a host is run as root: by itself where root logs in, else by sudo, which must not ask for a password, or else by Docker,
 * where the user may use it: `host/by-docker.sh` says how.
 *
 * Without a terminal sudo gives the command its own standard input, output and errors and ends with the command's code, also where
 * `use_pty` is set, as by default since 1.9.14 (sudo, src/exec_pty.c, pty_setup; sudo-rs, src/exec/mod.rs). On a terminal, as for
 * `sextant exec -i`, it makes another one in it.
 */
import { quote, textLine } from "../host/scripts";
import { userOf, type SshAddress } from "./address";
import type { SshFailure } from "./failure";
import { socketName } from "./options";

/** How a user who is not root becomes it. */
export type Becoming = "sudo" | "docker";

/** Where the system's own commands are: a policy without `secure_path` leaves the user's path, which may lack them. */
const path = 'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH';

/** A line for the host's shell, so that it runs as root. */
export function asRoot({ sudo }: Pick<SshAddress, "sudo">, line: string, by: Becoming = "sudo"): string {
  if (sudo !== true) return line;
  if (by === "docker") return textLine("by-docker", [line]);
  // sudo-rs sets HOME always, and takes -H.
  return `sudo -n -H sh -c ${quote(`${path}; ${line}`)}`;
}

/** By which hosts' connections this process has found a user to become root by Docker. */
const byDocker = new Set<string>();

/** How the user becomes root there, as the first command on the connection has found. @default by sudo */
export function becomesRootBy(shell: SshAddress): Becoming {
  return byDocker.has(socketName(shell)) ? "docker" : "sudo";
}

/** Keeps it for the commands that come. */
export function becomeRootBy(shell: SshAddress, by: Becoming): void {
  if (by === "docker") byDocker.add(socketName(shell));
  else byDocker.delete(socketName(shell));
}

/** What the program ssh is given so that a line runs on a host as root. @param options those of the connection */
export function sshWords(
  shell: SshAddress,
  options: readonly string[],
  line: string,
  by: Becoming = becomesRootBy(shell),
): string[] {
  return [...options, shell.destination, asRoot(shell, line, by)];
}

/**
 * Errors of a command, less what sudo says of itself on a machine whose own name is in no list of hosts, before each command: it is none,
 * and what prints nothing else has said nothing (sudo, plugins/sudoers/sudoers.c, cb_fqdn).
 */
export function withoutWarning(stderr: string): string {
  return stderr.replaceAll(/^sudo: unable to resolve host .*(\n|$)/gm, "");
}

/** How the first command on a host ended. */
interface First {
  code: number;
  stdout: string;
  stderr: string;
}

/** What `by-docker` ends with where the user may not use Docker. */
const noDocker = 3;

/** The last line but Docker's word of its help. */
const lastSaid = ({ stdout, stderr }: First): string =>
  (
    (stderr.trim() || stdout.trim())
      .split(/\s*\n\s*/)
      .filter((line) => !/^(See|Run) 'docker .*--help'/.test(line))
      .at(-1) ?? ""
  ).slice(0, 300);

/**
 * Why a user who got in does not become root; undefined where it is root. A password or a line of sudoers comes by no second try.
 * @param first how the first command has ended by sudo
 * @param docker how it has ended by Docker
 */
export function rootFailure(shell: SshAddress, first: First, docker?: First): SshFailure | undefined {
  const { code } = first;
  if (code === 0 || docker?.code === 0) return undefined;
  const user = userOf(shell);
  const said = lastSaid(first);
  const [was, cure] = reason(user, code, said);
  const neither =
    docker === undefined || docker.code === noDocker
      ? ""
      : `, and Docker, which it may use, does not either (${lastSaid(docker)})`;
  return {
    cause: "sudo",
    again: false,
    sentence: `${shell.name}: ${user} logs in, but ${was}${said === "" ? "" : ` (${said})`}${neither}, and a deploy runs as root; ${cure}, or let the key in as root and leave ssh.user out.`,
  };
}

function reason(user: string, code: number, said: string): [was: string, cure: string] {
  const line = `${user} ALL=(ALL) NOPASSWD: ALL`;
  const edit = "by visudo -f /etc/sudoers.d/sextant";
  // The shell's own code where it finds no such command.
  if (code === 127)
    return ["there is no sudo", `install sudo there, and put the line "${line}" there ${edit}`];
  // sudo, plugins/sudoers/sudoers.c; sudo-rs does not know requiretty.
  if (said.includes("must have a tty"))
    return ["sudo wants a terminal", `put the line "Defaults:${user} !requiretty" there ${edit}`];
  return ["sudo does not make it root without a password", `put the line "${line}" there ${edit}`];
}
