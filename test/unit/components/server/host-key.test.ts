import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { generate, parseHostKey } from "../../../../components/server/host-key";

it("makes a key pair that belongs together, and leaves no file", () => {
  const directory = mkdtempSync(join(tmpdir(), "sextant-test-"));
  const printed = execFileSync("/bin/sh", ["-c", generate], {
    encoding: "utf8",
    env: { ...process.env, TMPDIR: directory },
  });
  expect(readdirSync(directory)).toEqual([]);
  const { privateKey, publicKey } = parseHostKey(printed);
  expect(publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+$/);
  const file = join(directory, "key");
  writeFileSync(file, privateKey, { mode: 0o600 });
  expect(execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" }).trim()).toBe(publicKey);
});
