/**
 * What is run on a host is run as root: by itself where root logs in, else by sudo, which must not ask for a password. Pure.
 *
 * Without a terminal sudo gives the command its own standard input, output and errors and ends with the command's code, also where
 * `use_pty` is set, as by default since 1.9.14 (sudo, src/exec_pty.c, pty_setup; sudo-rs, src/exec/mod.rs). On a terminal, as for
 * `sextant exec -i`, it makes another one in it.
 */
import { quote } from "../host/scripts";
import { userOf, type SshAddress } from "./address";
import type { SshFailure } from "./failure";

/** Where the system's own commands are: a policy without `secure_path` leaves the user's path, which may lack them. */
const path = 'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH';

/** A line for the host's shell, so that it runs as root. */
export function asRoot({ sudo }: Pick<SshAddress, "sudo">, line: string): string {
  // sudo-rs sets HOME always, and takes -H.
  return sudo === true ? `sudo -n -H sh -c ${quote(`${path}; ${line}`)}` : line;
}

/** What the program ssh is given so that a line runs on a host as root. @param options those of the connection */
export function sshWords(
  shell: Pick<SshAddress, "destination" | "sudo">,
  options: readonly string[],
  line: string,
): string[] {
  return [...options, shell.destination, asRoot(shell, line)];
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

/** Why a user who got in does not become root; undefined where it is root. A password or a line of sudoers comes by no second try. */
export function rootFailure(shell: SshAddress, { code, stdout, stderr }: First): SshFailure | undefined {
  if (code === 0) return undefined;
  const user = userOf(shell);
  const said = (stderr.trim() || stdout.trim()).split(/\s*\n\s*/).at(-1) ?? "";
  const [was, cure] = reason(user, code, said);
  return {
    cause: "sudo",
    again: false,
    sentence: `${shell.name}: ${user} logs in, but ${was}${said === "" ? "" : ` (${said.slice(0, 300)})`}, and a deploy runs as root; ${cure}, or let the key in as root and leave ssh.user out.`,
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
