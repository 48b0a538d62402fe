/** Machines that run `pulumi` and are new each time, as CI runners are: the SSH key is a secret, and nothing is at home. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Docker, findDocker } from "../../lab/docker/docker";
import { type Outcome, run, tryRun } from "../../lab/docker/exec";
import { labFacts } from "../../lab/facts";
import { ensureImages } from "../../lab/images/images";
import { labUp } from "../../lab/lab";
import { type DockerMachines, createMachines } from "../../lab/machine/driver";
import { Workspace } from "../../lab/workspace";

const dir = mkdtempSync(join(tmpdir(), "sextant-runner-"));
const ipv4 = "10.213.247.22";
const image = "sextant/lite:v1";
const proxyImage = "sextant/kamal-proxy:v0.9.2";
/** A line of the key that stands for all of it. */
let canary: string;

let docker: Docker;
let machines: DockerMachines;
let workspace: Workspace;
let hostKey: string;

const known = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
const reach = (): string[] => [
  "-i",
  workspace.keyFile,
  ...known.flatMap((each) => ["-o", each]),
  `root@${ipv4}`,
];

/** All that pulumi does on a machine of its own, whose home and directory of sockets have nothing in them. */
async function onNewRunner(
  ...words: string[]
): Promise<Outcome & { text: string; seconds: number; left: string }> {
  const machine = mkdtempSync(join(dir, "machine-"));
  const [home, sockets] = [join(machine, "home"), join(machine, "run")];
  for (const path of [home, sockets]) mkdirSync(path, { mode: 0o700 });
  const deploy = { proxy: proxyImage, app: "sextant/lite", version: "v1" };
  const args = { address: ipv4, deploy, preflight: { disk: "100m" } };
  const outcome = await workspace.tryPulumi(words, {
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
  const found = await findDocker();
  docker = found && (await labFacts(found)) ? found : await labUp(console.log);
  await ensureImages({ docker, only: ["sextant/server", image, proxyImage] });
  const facts = await labFacts(docker);
  if (!facts) throw new Error("the lab does not answer after it was brought up");
  workspace = await Workspace.make(facts, "test/lab/preflight/program", "runner");
  machines = await createMachines({ docker, dir: join(dir, "state"), lab: "runnertest" });
  await machines.create({
    id: "2",
    name: "old-1",
    cores: 2,
    memoryMb: 2048,
    architecture: "x86",
    sshPublicKeys: [readFileSync(`${workspace.keyFile}.pub`, "utf8")],
    ipv4,
    volumes: [],
    imageName: "debian-12",
  });
  const deadline = Date.now() + 90_000;
  while ((await tryRun("ssh", [...reach(), "docker info && cloud-init status --wait"])).code !== 0) {
    if (Date.now() > deadline) throw new Error("the machine does not take containers within 90 s");
    await sleep(300);
  }
  const printed = await run("ssh", [...reach(), "cat /etc/ssh/ssh_host_ed25519_key.pub"]);
  hostKey = printed.split(" ").slice(0, 2).join(" ");
  const load = `docker save ${image} ${proxyImage} | ssh "$@" docker load`;
  await run("sh", ["-c", load, "sh", ...reach()], { env: { DOCKER_HOST: docker.host } });
});

afterAll(async () => {
  workspace.remove();
  await machines.removeAll();
  rmSync(dir, { recursive: true, force: true });
});

describe.sequential("a runner that is new each time", () => {
  test("is told at preview that its secret is the wrong half, and of another key at once that it is refused", async () => {
    await workspace.setSecret("sshKey", readFileSync(`${workspace.keyFile}.pub`, "utf8"));
    const half = await onNewRunner("preview");
    expect(half.code).not.toBe(0);
    expect(half.text).toContain(
      'ExistingServer "old-1": ssh.privateKey, but it is the public half of a key;',
    );

    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, "other")]);
    await workspace.setSecret("sshKey", readFileSync(join(dir, "other"), "utf8"));
    const refused = await onNewRunner("up", "--yes", "--skip-preview");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain("sshd does not let root in with the key of ssh.privateKey");
    // The gate of a machine that does not answer waits for 120 s.
    expect(refused.seconds).toBeLessThan(110);
  });

  test("deploys with a secret that has been through Windows, and leaves no key anywhere", async () => {
    const key = readFileSync(workspace.keyFile, "utf8");
    canary = key.split("\n")[2] ?? "";
    expect(canary.length).toBeGreaterThan(50);
    await workspace.setSecret("sshKey", key.replaceAll("\n", "\r\n"));
    const preview = await onNewRunner("preview", "--diff");
    expect(preview.code).toBe(0);
    const done = await onNewRunner("up", "--yes", "--skip-preview");
    expect(done.code).toBe(0);
    for (const { text, left } of [preview, done]) {
      expect(text).not.toContain(canary);
      expect(left).not.toContain(canary);
    }
    expect(preview.text).toContain('ExistingServer "old-1": hostKey, but it is not set');
    expect(done.text).toContain(`old-1: hostKey is not set, and "${hostKey}" is trusted from now on`);
    const state = workspace.stateText();
    expect(state.replaceAll('": "', '":"')).toContain(`"seenHostKey":"${hostKey}"`);
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
