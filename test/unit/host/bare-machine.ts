/** A machine that has just the commands that a test gives it, to run a verb on in a real shell; the ordinary ones are those of PATH. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const verbs = join(__dirname, "../../../host");
const ordinary = [
  "sh",
  "sed",
  "awk",
  "head",
  "tail",
  "tr",
  "cut",
  "cat",
  "date",
  "sleep",
  "grep",
  "readlink",
  "nproc",
  "df",
  "seq",
  "timeout",
  "find",
  "xargs",
];

export interface Done {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The text of a verb. */
export function verb(name: string): string {
  return readFileSync(join(verbs, `${name}.sh`), "utf8");
}

/** Runs a verb, as `runText` does. */
export function run(
  name: string,
  words: string[],
  commands: Record<string, string>,
  env: Record<string, string> = {},
  without: readonly string[] = [],
): Done {
  return runText(verb(name), words, commands, env, without);
}

/**
 * Runs a script as `sh -s`, on a machine that has these commands and nothing else beside the ordinary ones.
 *
 * @param without the ordinary ones that it does not have
 */
export function runText(
  text: string,
  words: string[],
  commands: Record<string, string>,
  env: Record<string, string> = {},
  without: readonly string[] = [],
): Done {
  const bin = mkdtempSync(join(tmpdir(), "sextant-test-"));
  for (const name of ordinary) {
    // A command that is given here must not be written through a link to the real one.
    if (name in commands || without.includes(name)) continue;
    const found = (process.env["PATH"] ?? "")
      .split(delimiter)
      .map((directory) => join(directory, name))
      .find((path) => readable(path));
    if (found !== undefined) symlinkSync(found, join(bin, name));
  }
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { flag: "wx" });
    chmodSync(join(bin, name), 0o755);
  }
  const done = spawnSync("/bin/sh", ["-s", "--", ...words], {
    input: text,
    encoding: "utf8",
    env: { ...env, PATH: bin },
  });
  rmSync(bin, { recursive: true });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
