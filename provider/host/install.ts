/**
 * The verbs of this version of the library on a host: put there, looked for, and taken away with the last stack that uses the host. Which
 * stacks do is in files there, since a stack without a container on the host needs its verbs and its network all the same.
 */
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { hostScripts, quote, userFile, users, type HostScripts } from "./scripts";

/** Seconds; the verbs are some hundred kilobytes. */
const timeout = 120;

/** Puts the verbs there. @param owner who uses the host @throws when the program was made with other verbs than these. */
export async function putVerbs(shell: SshAddress, directory: string, owner?: string): Promise<void> {
  const own = hostScripts();
  if (own.directory !== directory) {
    throw new Error(
      `${shell.name}: the program was made with another version of pulumi-sextant than is installed here (its verbs are ${directory}, these are ${own.directory}); install one version and run it again.`,
    );
  }
  const use = owner === undefined ? "" : `\n${useLine(owner)}`;
  await run(shell, "sh -s", "installing the verbs", `${own.install}${use}`);
}

/** The command that notes that a stack uses the host. */
export function useLine(owner: string): string {
  return `mkdir -p ${users} && printf '%s\\n' ${quote(owner)} >${userFile(owner)}`;
}

/** Takes the note of a former name away. */
export async function forgetUser(shell: SshAddress, owner: string): Promise<void> {
  await run(shell, `rm -f ${userFile(owner)}`, "forgetting a former name");
}

/** Whether they are there, and that the stack uses the host. */
export async function hasVerbs(shell: SshAddress, directory: string, owner?: string): Promise<boolean> {
  const noted = owner === undefined ? "" : ` || [ ! -e ${userFile(owner)} ]`;
  const look = `[ ! -x ${directory}/ready ]${noted} || echo present`;
  return (await run(shell, look, "looking for the verbs")).trim() === "present";
}

/** Whether more than one stack uses the host. */
export async function isShared(shell: SshAddress): Promise<boolean> {
  const count = await run(shell, `ls ${users} 2>/dev/null | grep -c . || true`, "looking who uses the host");
  return Number(count.trim()) > 1;
}

/** Takes them away, unless another stack uses the host. @param owner who uses it no more */
export async function removeVerbs(shell: SshAddress, owner: string): Promise<void> {
  await run(shell, unlessUsed(hostScripts(), owner), "removing the verbs");
}

/** The command that removes the verbs, unless another stack uses the host or has containers there. */
export function unlessUsed({ remove }: HostScripts, owner: string): string {
  const used = ["sextant.app", "sextant.accessory", "sextant.config"]
    .map((label) => `docker ps --all --quiet --filter label=${label}`)
    .join("; ");
  return `rm -f ${userFile(owner)}; [ -n "$(ls ${users} 2>/dev/null; ${used})" ] || { ${remove}; }`;
}

async function run(shell: SshAddress, line: string, what: string, stdin?: string): Promise<string> {
  const ran = await runOverSsh(shell, line, { stdin, timeout, what });
  if (ran.code !== 0) throw new Error(`${shell.name}: ${what} failed: ${ran.stderr.trim().slice(-500)}`);
  return ran.stdout;
}
