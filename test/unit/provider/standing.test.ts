/** What is undone when a resource goes, and what is left since another one stands for it: the real providers, with an `ssh` that notes its line. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetStanding } from "../../../provider/standing";
import { userFile } from "../../../provider/host/scripts";
import { hostReadyProvider, type HostReadyInputs } from "../../../provider/host/host-ready";
import { stepProvider } from "../../../provider/release/step";
import { switchStep } from "../../../provider/release/switch";
import { switched } from "./release/steps";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const switches = stepProvider(switchStep);
const routed = { ...switched, shell, undone: false };
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

describe("the undoing of a step", () => {
  it("is left where a resource of another name has done the same on the machine", async () => {
    const renamed = { ...shell, name: "box" };
    await switches.check?.({}, { ...switched, shell: renamed });
    await switches.delete?.("x", routed);
    expect(lines()).toBe("");
  });

  it("is left where another user logs in on the same machine now", async () => {
    const other = { ...shell, name: "box", destination: "ubuntu@192.0.2.1", sudo: true as const };
    await switches.check?.({}, { ...switched, shell: other });
    await switches.delete?.("x", routed);
    expect(lines()).toBe("");
  });

  it("is done where none does, or one on another machine or for another route", async () => {
    const elsewhere = { ...shell, destination: "root@192.0.2.2" };
    await switches.check?.({}, { ...switched, shell: elsewhere });
    const blog = {
      ...switched,
      ...(switched.route && { route: { ...switched.route, service: "blog-web" } }),
    };
    await switches.check?.({}, blog);
    await switches.delete?.("x", routed);
    expect(lines()).toContain("unroute shop-web");
  });
});

describe("the gate of a host", () => {
  const state = { shell, owner: "shop/prod/web", verb: "preflight" } as unknown as HostReadyInputs & {
    present: boolean;
  };

  it("takes nothing away where one stays or has come in its place", async () => {
    await hostReadyProvider.check?.(state, state);
    await hostReadyProvider.delete?.("x", state);
    expect(lines()).toBe("");
    forgetStanding();
    await hostReadyProvider.delete?.("x", state);
    expect(lines()).toContain(`rm -f ${userFile("shop/prod/web")};`);
  });
});
