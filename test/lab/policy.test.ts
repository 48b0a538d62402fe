/** The policy pack with the real engine, in previews. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchers, packDirectory } from "./policy/pack";
import { PreviewWorkspace } from "./preview/workspace";

let workspace: PreviewWorkspace;
let pack: string[];

beforeAll(async () => {
  workspace = await PreviewWorkspace.make("policy/program.ts", [launchers]);
  pack = ["--policy-pack", await packDirectory(workspace.folder)];
});
afterAll(() => workspace.remove());

it("lets a program pass that keeps the rules", async () => {
  const { code, text } = await workspace.pulumi(["preview", ...pack]);
  expect(text).toContain("sextant");
  expect(text).not.toMatch(/\[(mandatory|advisory)\]/);
  expect(code, text).toBe(0);
});

it("stops one that opens something, and names each", async () => {
  const { code, text } = await workspace.pulumi(["preview", ...pack], { BREAK: "open" });
  for (const sentence of [
    'accessory db is published to everybody; publish it to "private" or "loopback".',
    "the image postgres:latest has a tag that moves; give it one of its own, or a digest.",
    "SSH (port 22) is open to 0.0.0.0/0; name networks with ssh.from(...).",
    "SSH (port 22) is open to ::/0; name networks with ssh.from(...).",
  ])
    expect(text).toContain(sentence);
  expect(code, text).not.toBe(0);
});

it("names a setting that it does not have", async () => {
  const file = workspace.write(
    "settings.json",
    JSON.stringify({ "ssh-sources": { network: ["203.0.113.0/24"] } }),
  );
  const { code, text } = await workspace.pulumi(["preview", ...pack, "--policy-pack-config", file]);
  expect(text).toContain("ssh-sources has no setting network; it takes networks and port.");
  expect(code, text).not.toBe(0);
});

it("stops one whose data is not protected", async () => {
  const { code, text } = await workspace.pulumi(["preview", ...pack], { BREAK: "data" });
  expect(text).toContain(
    'the volume db-data is deleted with all data when it goes; leave data: "discard" out.',
  );
  expect(text).toContain("server data-1 holds data and can be deleted; set protect: true.");
  expect(code, text).not.toBe(0);
});
