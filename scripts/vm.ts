/**
 * `npm run vm`: the tests on one real machine, a Debian 13 that QEMU runs in software. The last line is one of JSON, `{ os, engine,
 * cgroup, apparmor, minutes, lost, requests, served_after_reboot }`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repoRoot } from "../lab/paths";

const started = Date.now();
const directory = mkdtempSync(join(tmpdir(), "sextant-vm-"));
const result = join(directory, "result.json");
try {
  const { status } = spawnSync(
    "npx",
    ["--no-install", "vitest", "run", "--project", "vm", "--reporter=verbose"],
    {
      cwd: repoRoot,
      stdio: "inherit",
      env: { ...process.env, SEXTANT_LAB_OS: "vm", SEXTANT_VM_RESULT: result },
    },
  );
  process.exitCode = status ?? 1;
  const minutes = Number(((Date.now() - started) / 60_000).toFixed(1));
  const shown = existsSync(result)
    ? (JSON.parse(readFileSync(result, "utf8")) as Record<string, unknown>)
    : {};
  const { os, engine, cgroup, apparmor, ...load } = shown;
  console.log(JSON.stringify({ os, engine, cgroup, apparmor, minutes, ...load }));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
