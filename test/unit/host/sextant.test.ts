/** The command `sextant` on a host: it offers what a person may run, and nothing of what is only sourced. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { putScripts } from "./put-scripts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sextant-command-"));
  putScripts(join(root, "kit"));
  mkdirSync(join(root, "bin"));
  symlinkSync(join(root, "kit/sextant"), join(root, "bin/sextant"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function sextant(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(join(root, "bin/sextant"), words, { encoding: "utf8" });
  return { status, stdout, stderr };
}

it("lists what may be run", () => {
  const { status, stderr } = sextant();
  expect(status).toBe(2);
  const listed = /^verbs: (.*)$/m.exec(stderr)?.[1]?.trim().split(" ") ?? [];
  expect(listed).toEqual(expect.arrayContaining(["doctor", "ready", "switch"]));
  for (const name of ["common", "redirect", "rollout", "evidence", "lib", "sextant"])
    expect(listed).not.toContain(name);
});

it("runs one with its words, and knows no folder and no other file", () => {
  writeFileSync(join(root, "kit/told"), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  expect(sextant("told", "a b", "c")).toEqual({ status: 0, stdout: "a b c\n", stderr: "" });
  for (const word of ["lib", "nothing"]) expect(sextant(word).status, word).toBe(2);
});
