/** What is undone when a resource goes, and what is left since another one stands for it: the real providers, with an `ssh` that notes its line. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetStanding } from "../../../provider/standing";
import { gateProvider, type GateInputs } from "../../../provider/host/host-ready";
import { verbProvider, type VerbState } from "../../../provider/release/step";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const kit = "/usr/local/lib/sextant/0123";
const undo = `${kit}/unroute shop-web role=shop/prod/shop/web`;
const routed: VerbState = { shell, line: `${kit}/switch role=web`, undo, timeout: 60, undone: false };
let directory: string;

beforeEach(() => {
  forgetStanding();
  directory = mkdtempSync(join(tmpdir(), "sextant-standing-"));
  const ssh = join(directory, "ssh");
  writeFileSync(ssh, `#!/bin/sh\nfor line; do :; done\nprintf '%s\\n' "$line" >>'${directory}/lines'\n`);
  chmodSync(ssh, 0o755);
  vi.stubEnv("PATH", `${directory}:${process.env["PATH"] ?? ""}`);
  vi.stubEnv("HOME", directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const lines = (): string =>
  existsSync(join(directory, "lines")) ? readFileSync(join(directory, "lines"), "utf8") : "";

describe("the undoing of a verb", () => {
  it("is left where a resource of another name has done the same on the machine, also by other verbs", async () => {
    const renamed = { ...shell, name: "box" };
    const other = undo.replace("0123", "4567");
    await verbProvider.check?.({} as VerbState, { ...routed, shell: renamed, undo: other });
    await verbProvider.delete?.("x", routed);
    expect(lines()).toBe("");
  });

  it("is done where none does, or one on another machine or for another route", async () => {
    const elsewhere = { ...shell, destination: "root@192.0.2.2" };
    await verbProvider.check?.({} as VerbState, { ...routed, shell: elsewhere });
    await verbProvider.check?.({} as VerbState, { ...routed, undo: undo.replace("shop-web", "blog-web") });
    await verbProvider.delete?.("x", routed);
    expect(lines()).toContain("unroute shop-web");
  });
});

describe("the gate of a host", () => {
  const state = { shell, undo: "rm -f note", verb: "preflight" } as unknown as GateInputs & {
    present: boolean;
  };

  it("takes nothing away where one stays or has come in its place", async () => {
    await gateProvider.check?.(state, state);
    await gateProvider.delete?.("x", state);
    expect(lines()).toBe("");
    forgetStanding();
    await gateProvider.delete?.("x", state);
    expect(lines()).toContain("rm -f note");
  });
});
