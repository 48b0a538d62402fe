/** What Tab completes: the program as a process, asked as the scripts for shells do, and by a real bash. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asked } from "../../../cli/completion";
import { compileCommand, runCommand, type Ended } from "./compiled";

let folder: string;
let command: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sextant-completion-"));
  command = await compileCommand(folder);
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/sextant"), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(join(folder, "bin/sextant"), 0o755);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const env = (): NodeJS.ProcessEnv => ({
  ...process.env,
  npm_command: undefined,
  PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
});
const sextant = (words: readonly string[]): Ended => runCommand(command, words, { cwd: folder, env: env() });

/** The words that are offered, for the last of these. */
const offered = (...words: string[]): string[] =>
  sextant(["complete", "--", ...words])
    .stdout.split("\n")
    .filter((line) => line.includes("\t"))
    .map((line) => line.split("\t")[0] ?? "");

describe("sextant complete", () => {
  it("offers the commands, and those that begin so", () => {
    const all = offered("");
    expect(all).toEqual(expect.arrayContaining(["init", "logs", "exec", "console", "prune", "lock", "docs"]));
    expect(all).not.toContain("complete");
    expect(offered("un")).toEqual(["unlock"]);
  });

  it("offers the options of a command", () => {
    expect(offered("logs", "--fo")).toEqual(["--follow"]);
    expect(offered("prune", "--")).toEqual(expect.arrayContaining(["--keep", "--dry-run", "--host"]));
    expect(offered("prune", "--")).not.toContain("--follow");
    expect(offered("logs", "--grep-")).toEqual(["--grep-options"]);
  });
});

describe("a script of package.json", () => {
  it("is a name for a command of sextant, with more words behind it", () => {
    const scripts = { pages: "sextant docs" };
    writeFileSync(
      join(folder, "bin/package.json"),
      JSON.stringify({ name: "shop", version: "1.0.0", scripts }),
    );
    const ran = execFileSync("npm", ["run", "--silent", "pages", "guide/secrets"], {
      cwd: join(folder, "bin"),
      env: env(),
      encoding: "utf8",
    });
    expect(ran).toMatch(/^# Secrets/);
  });
});

describe("sextant completion", () => {
  it.each(["bash", "zsh", "fish"])("prints a script for %s that asks the program", (shell) => {
    const { code, stdout, stderr } = sextant(["completion", shell]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("sextant complete --");
  });

  it("completes in bash, with the function that its package bash-completion has", () => {
    const script = [
      '_get_comp_words_by_ref() { cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD; }',
      'eval "$(sextant completion bash)"',
      "COMP_WORDS=(sextant pru) COMP_CWORD=1 COMP_LINE='sextant pru' COMP_POINT=11",
      "$(complete -p sextant | sed -n 's/.*-F \\([^ ]*\\) .*/\\1/p') sextant pru sextant",
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ].join("\n");
    const said = execFileSync("bash", ["-c", script], {
      env: env(),
      encoding: "utf8",
      // Bash says that it is not completing just now.
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(
      said
        .trim()
        .split("\n")
        .map((word) => word.trim()),
    ).toEqual(["prune"]);
  });

  it("refuses another shell, and says which there are", () => {
    const { code, stderr } = sextant(["completion", "tcsh"]);
    expect(code).toBe(2);
    expect(stderr).toContain("Allowed choices are bash, zsh, fish");
  });

  it("asks by npx where npx has run it", () => {
    expect(asked({ npm_command: "exec" })).toBe("npx --no sextant");
    expect(asked({})).toBe("sextant");
  });
});
