/**
 * The machines that people have: root is shut out, a user of a cloud becomes root by sudo, sshd listens elsewhere, one machine is reached
 * through another, and has no Docker. All that a stack does is done there for real, and nothing secret comes into sudo's log.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chance } from "../../lab/chance";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { repoRoot } from "../../lab/paths";
import type { Ran } from "../../lab/workspace";
import { AccessMachines, users } from "./access/machines";
import type { Edit } from "./access/edit";

const canary = `canary-${chance("token of access").text(8, 30, "abcdef0123456789'$ ")}x`;
let world: AccessMachines;
let edit: Edit;

async function pulumi(words: readonly string[], change: Partial<Edit> = {}): Promise<Ran> {
  const ACCESS = JSON.stringify({ ...edit, ...change });
  const ran = await world.workspace.tryPulumi([...words], { ACCESS });
  console.log(`pulumi ${words.join(" ")}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  return ran;
}

async function up(change: Partial<Edit> = {}): Promise<string> {
  edit = { ...edit, ...change };
  const ran = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(ran.code, ran.text).toBe(0);
  return ran.text;
}

async function sextant(words: readonly string[], input?: string): Promise<Outcome> {
  const { directory: cwd, env } = world.workspace;
  const args = ["--import", "tsx", join(repoRoot, "cli/main.ts"), ...words];
  const outcome = await tryRun(process.execPath, args, { cwd, env, input });
  console.log(`sextant ${words.join(" ")}: exit ${outcome.code}`);
  return outcome;
}

async function says(...words: string[]): Promise<string> {
  const outcome = await sextant(words);
  expect(outcome, words.join(" ")).toMatchObject({ code: 0 });
  return outcome.stdout;
}

/** The version that answers at the proxy of the inner machine; the health path answers in maintenance, too. */
async function serves(): Promise<string> {
  const { stdout } = await tryRun("curl", [
    ...[
      "--silent",
      "--noproxy",
      "*",
      "--max-time",
      "5",
      "--header",
      "Host: lite.test",
      "--output",
      "/dev/null",
    ],
    ...["--write-out", "%{http_code} %header{x-app-version}", `http://${world.inner.address}/whoami`],
  ]);
  return stdout.trim();
}

beforeAll(async () => {
  world = await AccessMachines.make();
  await world.workspace.setSecret("token", canary);
  const jump = { ...world.jump, hostKey: await world.hostKey(2) };
  const inner = { ...world.inner, hostKey: await world.hostKey(1) };
  edit = { inner, outer: world.outer, jump, version: "v1", cacheOn: "inner", apps: true };
  console.log(`access: ${inner.user} at port ${inner.port}, through port ${jump.port}`);
});

afterAll(async () => {
  await world.remove();
});

describe.sequential("a machine with users that are not root", () => {
  it("refuses each of them who does not become root by itself, with the line that sudoers needs, and has nothing of it", async () => {
    const cures = [
      [users.none, `${users.none} ALL=(ALL) NOPASSWD: ALL`],
      [users.password, `${users.password} ALL=(ALL) NOPASSWD: ALL`],
      [users.terminal, `Defaults:${users.terminal} !requiretty`],
    ] as const;
    for (const [user, line] of cures) {
      const ran = await pulumi(["up", "--yes", "--skip-preview"], {
        inner: { ...edit.inner, user },
        apps: false,
      });
      expect(ran.code).not.toBe(0);
      expect(ran.text).toContain(`inner: ${user} logs in, but `);
      expect(ran.text).toContain(`put the line "${line}" there by visudo -f /etc/sudoers.d/sextant, or`);
    }
    expect(await world.says(1, "ls /usr/local/lib; command -v docker || echo no docker")).not.toMatch(
      /sextant|bin/,
    );
  });

  it("is previewed with the Docker that it gets, and gets it, an app and an accessory through the jump host", async () => {
    const preview = await pulumi(["preview"]);
    expect(preview.text).toContain("inner: Docker is installed there, from the packages of its distribution");
    expect(preview.text).not.toContain("outer: Docker is installed");
    const text = await up();
    expect(text).toContain("inner: there is no Docker, and it is installed now.");
    expect(text).toMatch(/inner: Docker 26\.1\.\S+ was installed\./);
    expect(await serves()).toBe("200 v1");
    expect(await world.says(1, "cat /etc/docker/daemon.json; apt-mark showhold")).toMatch(
      /"live-restore":true.*"insecure-registries":\["[^]*docker\.io/,
    );
  });

  it("is released again, and its day's commands work", async () => {
    await up({ version: "v2" });
    expect(await serves()).toBe("200 v2");
    expect(await says("ps")).toMatch(/inner +lite\/web +v2 +Up .*lite\.test/);
    expect(await says("logs", "--role", "web", "--host", "inner")).not.toBe("");
    expect(JSON.parse(await says("stats", "--json"))).toHaveLength(3);
    expect(await says("doctor")).toContain("inner: nothing failed here that is still kept.");
    expect((await says("run", "--host", "inner", "id -u; echo $SUDO_USER")).trim()).toBe(
      `0\n${users.sudoer}`,
    );
    const typed = await sextant(
      ["exec", "--accessory", "cache", "--reuse", "-i", "sh -c 'cat; exit 3'"],
      "in\n",
    );
    expect(typed).toMatchObject({ code: 3, stdout: "in\n" });
    expect(await says("maintenance", "on")).toContain("is in maintenance");
    expect(await serves()).toMatch(/^503/);
    await says("maintenance", "off");
    expect(await serves()).toBe("200 v2");
  });

  it("gives its data to another machine, whose user becomes root as well", async () => {
    const inCache = (line: string): Promise<string> => says("exec", "--accessory", "cache", "--reuse", line);
    expect((await inCache("redis-cli set kept here")).trim()).toBe("OK");
    expect((await inCache("redis-cli save")).trim()).toBe("OK");
    await up({ cacheOn: "outer" });
    expect(await inCache("redis-cli get kept")).toContain("here");
    expect(await says("ps")).toMatch(/outer +cache +7 +Up/);
  });

  it("is left as it is by the same program, and mended by a refresh", async () => {
    expect(await up()).toMatch(/\d+ unchanged/);
    await world.says(1, "docker stop $(docker ps --quiet --filter label=sextant.app)");
    expect(await serves()).not.toBe("200 v2");
    const ran = await pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    expect(ran.code, ran.text).toBe(0);
    expect(await serves()).toBe("200 v2");
  });

  it("may have the sudo of Ubuntu 26.04, which is another program", async () => {
    const install =
      "apt-get update -q && apt-get install -y -q sudo-rs && ln -s /usr/bin/sudo-rs /usr/local/bin/sudo";
    await world.says(
      1,
      `${install} && printf 'root ALL=(ALL:ALL) ALL\n${users.sudoer} ALL=(ALL) NOPASSWD: ALL\n${users.password} ALL=(ALL) ALL\n' >/etc/sudoers-rs`,
    );
    await up({ version: "v3" });
    expect(await serves()).toBe("200 v3");
    const ran = await sextant(
      ["run", "-i", "--host", "inner", "readlink /proc/$PPID/exe; cat; exit 4"],
      "in\n",
    );
    expect(ran).toMatchObject({ code: 4, stdout: "/usr/lib/cargo/bin/sudo\nin\n" });
    await world.says(1, "rm /usr/local/bin/sudo");
  });

  it("has no secret in sudo's log, which has each command", async () => {
    for (const id of [1, 2] as const) {
      const log = (await world.says(id, "cat /var/log/sudo.log")).replaceAll(/\n\s+/g, " ");
      expect(log).toContain("sh -c");
      for (const secret of [canary, world.workspace.facts.registry.password])
        expect(log).not.toContain(secret);
    }
    expect(world.workspace.stateText()).not.toContain(canary);
  });

  it("is left without anything but data and Docker", async () => {
    const ran = await pulumi(["destroy", "--yes", "--skip-preview"]);
    expect(ran.code, ran.text).toBe(0);
    for (const id of [1, 2] as const) {
      expect(
        await world.says(
          id,
          "docker ps --all --quiet; ls /usr/local/lib /var/lib/sextant 2>/dev/null || true",
        ),
      ).not.toMatch(/sextant|^[0-9a-f]{12}$/m);
    }
  });
});
