/** The checksum of a volume: the same for the same content, and another one for anything else. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { putScripts } from "./put-scripts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sextant-volume-"));
  putScripts(root);
  writeFileSync(join(root, "docker"), `#!/bin/sh\necho "${root}/volumes/$5"\n`, { mode: 0o755 });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function volume(name: string, files: Record<string, string>): string {
  const place = join(root, "volumes", name, "_data");
  mkdirSync(place, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(place, path), text);
  return place;
}

function sum(place: string): { status: number | null; lines: string[]; stderr: string } {
  const { status, stdout, stderr } = spawnSync(join(root, "volume-sum"), [place], {
    encoding: "utf8",
    env: { PATH: `${root}:${process.env["PATH"] ?? ""}` },
  });
  return { status, lines: stdout.trim().split(/\s+/), stderr };
}

it("is of content and permissions, and says how many files there are", () => {
  const files = { PG_VERSION: "15\n", "a b\n": "" };
  volume("one", files);
  const other = volume("two", files);
  const first = sum("one/_data");
  expect(first).toMatchObject({ status: 0, lines: [expect.stringMatching(/^[0-9a-f]{64}$/), "2"] });
  expect(sum("two/_data")).toEqual(first);
  chmodSync(join(other, "PG_VERSION"), 0o600);
  const changed = sum("two/_data").lines[0];
  expect(changed).not.toBe(first.lines[0]);
  writeFileSync(join(other, "PG_VERSION"), "16\n");
  expect(sum("two/_data").lines[0]).not.toBe(changed);
});

it("is none of a volume that is not in a directory of Docker's own", () => {
  mkdirSync(join(root, "volumes/elsewhere"), { recursive: true });
  expect(sum("elsewhere")).toMatchObject({
    status: 1,
    stderr: "the volume elsewhere is not in a directory of Docker's own\n",
  });
  expect(sum("gone/_data").status).toBe(1);
});
