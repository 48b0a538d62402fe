/**
 * The processes of one run of Pulumi, and of it alone: each that it starts has the run's mark in its environment, also when its parent
 * has ended. A connection that ssh keeps warm has its title where its environment was, and is known by the directory of its socket.
 */
import { readFileSync, readdirSync } from "node:fs";

export interface Process {
  pid: number;
  args: string;
}

export const runVariable = "SEXTANT_FAULTS_RUN";

/** The processes with this mark, the zombies not among them. */
export function processesOf(run: string): Process[] {
  const mark = `${runVariable}=${run}`;
  return all().filter(({ pid }) => textOf(pid, "environ").split("\0").includes(mark));
}

/** The connections that ssh keeps warm with sockets in this directory. */
export function warmConnections(directory: string): Process[] {
  return all().filter(({ args }) => args.startsWith(`ssh: ${directory}/`));
}

/** What a process is to Pulumi. */
export function partOf({ args }: Process): string {
  if (/pulumi-resource-sextant/.test(args)) return "plugin";
  if (/pulumi-language-nodejs/.test(args)) return "language host";
  if (/\bcmd\/run\b/.test(args)) return "program";
  if (/^(\S*\/)?ssh[ :]/.test(args)) return "ssh";
  return /pulumi-resource-(\w+)/.exec(args)?.[1] ?? args.split(" ")[0] ?? "";
}

function all(): Process[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => ({
      pid: Number(entry),
      args: textOf(Number(entry), "cmdline").replaceAll("\0", " ").trim(),
    }))
    .filter(({ args }) => args !== "");
}

/** Processes end while one looks at them, and some are another user's. */
function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return "";
    throw error;
  }
}

/** Ends one at once; it may have ended by itself. */
export function endAtOnce({ pid }: Process): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
