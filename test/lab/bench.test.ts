/** The comparison with Kamal, in short: that it runs, and that its last line can be read by a program. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tryRun } from "../../lab/docker/exec";
import { repoRoot } from "../../lab/paths";
import type { Aim } from "../../bench/compare/aims";
import type { Figure } from "../../bench/compare/figures";

const directory = mkdtempSync(join(tmpdir(), "sextant-bench-"));

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe("npm run bench -- compare --quick", () => {
  it("deploys with both tools to the same servers and ends with every figure in one line of JSON", async () => {
    const flags = ["--cases", "deploy,same,preview", "--out", join(directory, "compare.json")];
    const { code, stdout, stderr } = await tryRun(
      "npx",
      ["--no-install", "tsx", "bench/main.ts", "compare", "--quick", ...flags],
      { cwd: repoRoot },
    );
    expect(code, stderr).toBe(0);
    const last = stdout.trim().split("\n").at(-1) ?? "";
    const { figures, aims } = JSON.parse(last) as { figures: Figure[]; aims: Record<string, Aim> };
    expect(figures.map(({ case: name, tool }) => `${name} ${tool}`)).toEqual([
      ...["deploy sextant", "deploy kamal", "deploy kamal-serial"],
      ...["same sextant", "same kamal", "preview sextant", "preview empty"],
    ]);
    const ours = figures.filter(({ tool, requests }) => tool === "sextant" && requests > 0);
    expect(ours.map(({ lost }) => lost)).toEqual([0, 0, 0]);
    for (const { sshConnections, cpuSeconds, peakMb } of ours.slice(0, 1)) {
      expect(sshConnections).toBeGreaterThan(0);
      expect(cpuSeconds).toBeGreaterThan(0);
      expect(peakMb).toBeGreaterThan(50);
    }
    expect(aims["deploy, 2 servers, against Kamal's fastest way"]?.value).toBeGreaterThan(0);
    expect(aims["deploy, 8 servers, 8 s boot, against one by one"]).toMatchObject({ met: null });
  });
});
