/** The verbs of this version of the library on a host: put there, looked for, and taken away with the host's last containers. */
import { onHost, type Shell } from "../dynamic/shell";
import { kit, type Kit } from "./kit";

/** Seconds; the verbs are some hundred kilobytes. */
const timeout = 120;

/** Puts the verbs there. @throws when the program was made with other verbs than these. */
export async function putVerbs(shell: Shell, directory: string): Promise<void> {
  const own = kit();
  if (own.directory !== directory) {
    throw new Error(
      `${shell.name}: the program was made with another version of pulumi-sextant than is installed here (its verbs are ${directory}, these are ${own.directory}); install one version and run it again.`,
    );
  }
  await run(shell, "sh -s", "installing the verbs", own.install);
}

/** Whether they are there. */
export async function hasVerbs(shell: Shell, directory: string): Promise<boolean> {
  const look = `[ ! -x ${directory}/ready ] || echo present`;
  return (await run(shell, look, "looking for the verbs")).trim() === "present";
}

/** Takes them away, by the line of `unlessUsed`. */
export async function removeVerbs(shell: Shell, line: string): Promise<void> {
  await run(shell, line, "removing the verbs");
}

/** The command that removes the verbs, unless another program still has containers on the host. */
export function unlessUsed({ remove }: Kit): string {
  const used = ["sextant.app", "sextant.accessory", "sextant.config"]
    .map((label) => `docker ps --all --quiet --filter label=${label}`)
    .join("; ");
  return `[ -n "$(${used})" ] || { ${remove}; }`;
}

async function run(shell: Shell, line: string, what: string, stdin?: string): Promise<string> {
  const ran = await onHost(shell, line, { stdin, timeout, what });
  if (ran.code !== 0) throw new Error(`${shell.name}: ${what} failed: ${ran.stderr.trim().slice(-500)}`);
  return ran.stdout;
}
