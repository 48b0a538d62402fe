/** Docker on a machine that is there already and has none, as the program asks for it: the packages of the distribution, or Docker's own. */
import { say } from "../say";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { daemonSettings } from "./daemon-settings";
import type { Asked } from "./preflight/asked";
import { textLine } from "./scripts";

/** Seconds: another apt may be waited for, five minutes each for the lists and the packages. */
const timeout = 1200;

/** What of a program's wishes counts for it. */
type Wanted = Pick<Asked, "insecure" | "packages">;

/**
 * Installs it.
 * @throws Error with what apt said
 */
export async function installDocker(shell: SshAddress, wanted: Wanted): Promise<void> {
  say(`${shell.name}: there is no Docker, and it is installed now.`);
  const ran = await runOverSsh(shell, installLine(wanted), { timeout, what: "the installation of Docker" });
  if (ran.code !== 0) {
    const lines = ran.stdout.trim().split("\n").slice(-20).join("\n");
    throw new Error(`${shell.name}: Docker was not installed.\n${lines}\n${ran.stderr.trim()}`);
  }
  const [last = ""] = ran.stdout.trim().split("\n").slice(-1);
  if (last !== "") say(`${shell.name}: ${last}`);
}

/** The command that installs it. */
export function installLine({ insecure, packages }: Wanted): string {
  const own = insecure.length === 0 ? {} : { "insecure-registries": insecure };
  const from = packages === undefined ? [] : [`from=${packages.from}`];
  const version = packages?.version === undefined ? [] : [`version=${packages.version}`];
  return textLine("docker-install", [`settings=${JSON.stringify(daemonSettings(own))}`, ...from, ...version]);
}
