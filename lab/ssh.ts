/** Commands on a server of the lab, as root, over ssh. */
import { type Outcome, tryRun } from "./docker/exec";

/** A server, and the key that opens it. */
export interface Reached {
  address: string;
  keyFile: string;
}

/** An address of the lab is one server's today and another's tomorrow: no host key of it is kept or asked for. */
const options = [
  "StrictHostKeyChecking=no",
  "UserKnownHostsFile=/dev/null",
  "LogLevel=ERROR",
  "BatchMode=yes",
];

/** The words of `ssh` before the command. */
export function sshWords({ address, keyFile }: Reached): string[] {
  return ["-i", keyFile, ...options.flatMap((option) => ["-o", option]), `root@${address}`];
}

/** Runs a command there to its end, whatever that is. */
export function tryOn(at: Reached, command: string, input?: string): Promise<Outcome> {
  return tryRun("ssh", [...sshWords(at), command], { input, env: { SSH_AUTH_SOCK: "" } });
}

/** What a command prints there; any other exit than 0 is an error with all of it. */
export async function on(at: Reached, command: string, input?: string): Promise<string> {
  const outcome = await tryOn(at, command, input);
  if (outcome.code !== 0)
    throw new Error(`${at.address}: exit ${outcome.code}: ${command}\n${outcome.stdout}${outcome.stderr}`);
  return outcome.stdout.trim();
}
