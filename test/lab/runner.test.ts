/** Machines that run `pulumi` and are new each time, as CI runners are: the SSH key is a secret, and nothing is at home. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Outcome, run } from "../../lab/docker/exec";
import { OldMachine, proxyImage } from "./preflight/old-machine";

const dir = mkdtempSync(join(tmpdir(), "sextant-runner-"));
const ipv4 = "10.213.247.22";
/** A line of the key that stands for all of it. */
let canary: string;

let old: OldMachine;

/** All that pulumi does on a machine of its own, whose home and directory of sockets have nothing in them. */
async function onNewRunner(
  ...words: string[]
): Promise<Outcome & { text: string; seconds: number; left: string }> {
  const machine = mkdtempSync(join(dir, "machine-"));
  const [home, sockets] = [join(machine, "home"), join(machine, "run")];
  for (const path of [home, sockets]) mkdirSync(path, { mode: 0o700 });
  const deploy = { proxy: proxyImage, app: "sextant/lite", version: "v1" };
  const args = { address: ipv4, deploy, preflight: { disk: "100m" } };
  const outcome = await old.workspace.tryPulumi(words, {
    HOME: home,
    XDG_RUNTIME_DIR: sockets,
    SSH_AUTH_SOCK: "",
    PREFLIGHT: JSON.stringify(args),
  });
  console.log(
    `pulumi ${words.join(" ")}: exit ${outcome.code}, ${outcome.seconds.toFixed(1)} s\n${outcome.text}`,
  );
  const left = readdirSync(machine, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("");
  return { ...outcome, left };
}

beforeAll(async () => {
  old = await OldMachine.make("runner", ipv4);
});

afterAll(async () => {
  await old.remove();
  rmSync(dir, { recursive: true, force: true });
});

describe.sequential("a runner that is new each time", () => {
  test("is told at preview that its secret is the wrong half, and of another key at once that it is refused", async () => {
    await old.workspace.setSecret("sshKey", readFileSync(`${old.workspace.keyFile}.pub`, "utf8"));
    const half = await onNewRunner("preview");
    expect(half.code).not.toBe(0);
    expect(half.text).toContain('ExistingServer "old-1": ssh.privateKey is the public half of a key;');

    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, "other")]);
    await old.workspace.setSecret("sshKey", readFileSync(join(dir, "other"), "utf8"));
    const refused = await onNewRunner("up", "--yes", "--skip-preview");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain("sshd does not let root in with the key of ssh.privateKey");
    // The gate of a machine that does not answer waits for 120 s.
    expect(refused.seconds).toBeLessThan(110);
  });

  test("deploys with a secret that has been through Windows, and leaves no key anywhere", async () => {
    const key = readFileSync(old.workspace.keyFile, "utf8");
    canary = key.split("\n")[2] ?? "";
    expect(canary.length).toBeGreaterThan(50);
    await old.workspace.setSecret("sshKey", key.replaceAll("\n", "\r\n"));
    const preview = await onNewRunner("preview", "--diff");
    expect(preview.code).toBe(0);
    const done = await onNewRunner("up", "--yes", "--skip-preview");
    expect(done.code).toBe(0);
    for (const { text, left } of [preview, done]) {
      expect(text).not.toContain(canary);
      expect(left).not.toContain(canary);
    }
    expect(preview.text).toContain('ExistingServer "old-1": hostKey is not set');
    expect(done.text).toContain(`old-1: hostKey is not set, and "${old.hostKey}" is trusted from now on`);
    const state = old.workspace.stateText();
    expect(state.replaceAll('": "', '":"')).toContain(`"seenHostKey":"${old.hostKey}"`);
    expect(state).not.toContain(canary);
    const secrets = state.match(/"ciphertext": ?"[^"]{400,}"/g) ?? [];
    console.log(
      `the state has ${state.length} bytes, ${secrets.join("").length} of them in ${secrets.length} secrets of the length of a key`,
    );
  });

  test("refreshes, finds nothing to do on any other machine, and destroys, where the program has never run", async () => {
    const refresh = await onNewRunner("refresh", "--yes", "--skip-preview");
    expect(refresh.code).toBe(0);
    const preview = await onNewRunner("preview", "--expect-no-changes");
    expect(preview.code).toBe(0);
    const up = await onNewRunner("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes");
    expect(up.code).toBe(0);
    const destroy = await onNewRunner("destroy", "--yes", "--skip-preview");
    expect(destroy.code).toBe(0);
    for (const { left, text } of [refresh, preview, up, destroy]) expect(left + text).not.toContain(canary);
  });
});
