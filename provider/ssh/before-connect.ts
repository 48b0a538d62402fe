/** The user's own line before the first connection of a run, Kamal's hook pre-connect: it opens a tunnel, or warms names. */
import { hooksSkipped, skipVariable } from "../core/hook-shell";
import { runHookLine } from "../hook-line";
import { addressOf, type SshAddress } from "./address";

/** The lines that were run, or run at the moment, by this process: an engine starts its plugin anew for each run. */
const ran = new Map<string, Promise<unknown>>();

/**
 * Runs the line of a host, once for all hosts that have it; who comes meanwhile waits for it. As in Kamal it comes before the first
 * connection, and never in a run that needs none (lib/kamal/cli/base.rb pre_connect_if_required).
 * @throws Error when it fails, for each that wants to connect.
 */
export async function beforeConnecting(
  shell: Pick<SshAddress, "name" | "destination" | "beforeConnect">,
): Promise<void> {
  const { beforeConnect: line } = shell;
  if (line === undefined || hooksSkipped(process.env)) return;
  const known = ran.get(line) ?? runHookLine(line, { KAMAL_HOSTS: addressOf(shell) });
  ran.set(line, known);
  try {
    await known;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${shell.name}: ssh.beforeConnect, ${line}, ${said} Nothing was connected to; mend it, or leave it out of one run by ${skipVariable}=1.`,
      { cause: error },
    );
  }
}
