/** The options of the `ssh` program for a host: a pure function. */
import { createHash } from "node:crypto";
import type { Shell } from "./shell";

const always = ["LogLevel=ERROR", "BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=15"];

/**
 * The host key comes from the options themselves and not from a file, so that `pulumi destroy` and `pulumi refresh`, which
 * do not run the program, can connect from any machine.
 */
export function sshOptions(shell: Shell): string[] {
  const { keyFile, destination, port } = shell;
  const options = [...pinned(shell), ...always].flatMap((option) => ["-o", option]);
  const identity = keyFile === undefined ? [] : ["-i", keyFile, "-o", "IdentitiesOnly=yes"];
  return [...identity, ...options, ...warm([destination, String(port), ...identity, ...options])];
}

function pinned({ destination, port, hostKey }: Shell): string[] {
  if (hostKey === undefined) return ["StrictHostKeyChecking=accept-new"];
  const host = destination.slice(destination.lastIndexOf("@") + 1);
  const name = port === 22 ? host : `[${host}]:${port}`;
  const known = `KnownHostsCommand=/bin/echo ${name} ${hostKey}`;
  return ["StrictHostKeyChecking=yes", "UserKnownHostsFile=/dev/null", known];
}

/**
 * One connection a host serves all that is done there at about the same time, and stays for half a minute. Its socket is named
 * after everything that says who answers, so that a new machine at an old address never meets the old one's connection; it
 * lies in the home directory, which is always there.
 */
function warm(identity: readonly string[]): string[] {
  const name = createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);
  const options = ["ControlMaster=auto", `ControlPath=~/.sextant-${name}`, "ControlPersist=30"];
  return options.flatMap((option) => ["-o", option]);
}
