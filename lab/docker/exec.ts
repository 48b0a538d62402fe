/** Running programs: output collected, failures told in one sentence with what the program said. */
import { spawn } from "node:child_process";

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to the program's standard input. */
  input?: string;
  /** Called with each line the program prints, as it prints it. */
  onLine?: (line: string) => void;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end; a program that is missing counts as exit 127. */
export function tryRun(command: string, args: string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      let rest = "";
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
        if (!options.onLine) return;
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        lines.forEach(options.onLine);
      });
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve({ code: 127, stdout: "", stderr: `${command}: not found` });
      else reject(error);
    });
    child.on("close", (code, signal) => {
      resolve({
        code: code ?? 128,
        ...output,
        ...(signal ? { stderr: `${output.stderr}ended by ${signal}` } : {}),
      });
    });
    // A program that ends without reading its input is judged by its exit code alone.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** Runs a program and resolves with its standard output; any other exit than 0 is an error. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const outcome = await tryRun(command, args, options);
  if (outcome.code === 0) return outcome.stdout;
  const said = (outcome.stderr.trim() || outcome.stdout.trim()).split("\n").slice(-40).join("\n");
  throw new Error(`${command} ${args.slice(0, 3).join(" ")}: exit ${outcome.code}: ${said}`);
}
