/**
 * Other ways to machines than a name and a key: an alias of a file of settings, a ProxyCommand through another machine, and a locked key in an
 * agent, for a user who has the group docker alone. All that a stack does on that one's machine is done as root by Docker.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { startLoad } from "../../lab/load/load";
import { repoRoot } from "../../lab/paths";
import { WaysMachines, member } from "./ways/machines";
import type { Edit } from "./ways/edit";

let world: WaysMachines;
let edit: Edit;

const env = (): NodeJS.ProcessEnv => ({ SSH_AUTH_SOCK: world.agent, WAYS: JSON.stringify(edit) });

async function up(change: Partial<Edit> = {}): Promise<string> {
  edit = { ...edit, ...change };
  const ran = await world.workspace.tryPulumi(["up", "--yes", "--skip-preview"], env());
  console.log(`pulumi up: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  expect(ran.code, ran.text).toBe(0);
  return ran.text;
}

async function sextant(words: readonly string[], input?: string): Promise<Outcome> {
  const args = ["--import", "tsx", join(repoRoot, "cli/main.ts"), ...words];
  const settings = { cwd: world.workspace.directory, env: { ...world.workspace.env, ...env() }, input };
  const outcome = await tryRun(process.execPath, args, settings);
  console.log(`sextant ${words.join(" ")}: exit ${outcome.code}`);
  return outcome;
}

async function says(...words: string[]): Promise<string> {
  const outcome = await sextant(words);
  expect(outcome, words.join(" ")).toMatchObject({ code: 0 });
  return outcome.stdout;
}

const containersOfRoot = (): Promise<string> =>
  world.says(3, "docker ps --all --quiet --filter label=sextant.root");

beforeAll(async () => {
  world = await WaysMachines.make();
  const hostKey = await world.says(3, "cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub");
  edit = {
    settings: world.settings,
    lockedKey: world.lockedKey,
    agentKey: readFileSync(`${world.lockedKey}.pub`, "utf8").trim(),
    member: { address: world.address(3), hostKey, user: member },
    version: "v1",
  };
});

afterAll(async () => {
  await world.remove();
});

describe.sequential("machines that are reached in other ways", () => {
  it("are reached by an alias, by a ProxyCommand with a key of the agent alone, and by a locked key that the agent has", async () => {
    const text = await up();
    expect(text).toMatch(
      new RegExp(`by-docker: (.*\\n)*.*note root-by-docker: ${member} becomes root by Docker`),
    );
    for (const [host, id] of [
      ["by-alias", 1],
      ["by-command", 2],
      ["by-docker", 3],
    ] as const) {
      const said = await says(
        "run",
        "--host",
        host,
        "id -u; cat /etc/hostname; echo ${SSH_AUTH_SOCK:-no agent}",
      );
      expect(said.trim().split("\n"), host).toEqual([
        "0",
        await world.says(id, "cat /etc/hostname"),
        "no agent",
      ]);
    }
    expect(await says("ps")).toMatch(/by-docker +lite\/web +v1 +Up .*ways\.test/);
    expect(await containersOfRoot()).toBe("");
  });

  it("are released under load, where the user has the group docker alone, and its day's commands work", async () => {
    const load = startLoad({
      targets: [`http://${world.address(3)}`],
      host: "ways.test",
      rate: 20,
      timeoutMs: 30_000,
    });
    try {
      await up({ version: "v2" });
    } finally {
      const { requests, lost, losses, versions } = await load.stop();
      console.log("load", JSON.stringify({ requests, lost, losses, versions }));
      expect({ lost, losses }).toEqual({ lost: 0, losses: [] });
      expect(versions.map(({ version }) => version)).toEqual(["v1", "v2"]);
    }
    expect(await says("logs", "--role", "web", "--host", "by-docker")).not.toBe("");
    expect(await says("doctor")).toContain("by-docker: nothing failed here that is still kept.");
    const typed = await sextant(["run", "-i", "--host", "by-docker", "cat; exit 3"], "in\n");
    expect(typed).toMatchObject({ code: 3, stdout: "in\n" });
    expect(await says("exec", "--role", "web", "--reuse", "lite", "release")).not.toBe("");
    expect(await says("maintenance", "on")).toContain("is in maintenance");
    await says("maintenance", "off");
  });

  it("are left as they are by the same program, and what the old release drains with has ended", async () => {
    expect(await up()).toMatch(/\d+ unchanged/);
    const count = "docker ps --all --quiet --filter label=sextant.app=lite | grep -c .";
    await expect.poll(() => world.says(3, count), { timeout: 60_000, interval: 1000 }).toBe("1");
    // The firewall's rules were confirmed over a new connection, and nothing waits to take them back.
    expect(await world.says(3, "nft list table inet sextant; systemctl is-enabled sextant-firewall")).toMatch(
      /dport 80[^]*enabled/,
    );
  });

  it("are left without anything but data and Docker", async () => {
    const ran = await world.workspace.tryPulumi(["destroy", "--yes", "--skip-preview"], env());
    expect(ran.code, ran.text).toBe(0);
    for (const id of [1, 2, 3] as const) {
      const left =
        "docker ps --all --quiet; docker images --quiet sextant-root; ls /usr/local/lib /var/lib/sextant 2>/dev/null || true";
      expect(await world.says(id, left), String(id)).not.toMatch(/sextant|^[0-9a-f]{12}$/m);
    }
  });
});
