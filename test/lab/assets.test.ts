/** The assets of several releases, on two servers that are released one after the other, as pages that are open ask for them. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { tryOn } from "../../lab/ssh";
import { Workspace } from "../../lab/workspace";

let workspace: Workspace;
let addresses: string[];

const up = (version: string): Promise<string> =>
  workspace.pulumi(["up", "--yes", "--skip-preview", "--config", `version=${version}`]);

const ssh = (address: string, command: string): Promise<Outcome> =>
  tryOn({ address, keyFile: workspace.keyFile }, command);

interface Answered {
  status: number;
  body: string;
}

/** What a server answers at this path. */
async function get(address: string, path: string): Promise<Answered> {
  const { stdout } = await tryRun("curl", [
    ...["--silent", "--noproxy", "*", "--max-time", "10", "--header", "Host: lite.test"],
    ...["--write-out", "\n%{http_code}", `http://${address}${path}`],
  ]);
  const lines = stdout.split("\n");
  return { status: Number(lines.pop()), body: lines.join("\n").trim() };
}

const versionOf = async (address: string): Promise<string> =>
  /version: (v\d+)/.exec((await get(address, "/")).body)?.[1] ?? "none";

/** The versions whose assets a server has. */
async function assetsAt(address: string, versions: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    versions.map(async (version) => {
      const answers = await Promise.all([
        get(address, `/assets/app-${version}.js`),
        get(address, `/assets/img/logo-${version}.svg`),
      ]);
      return answers.every(({ status, body }) => status === 200 && body.endsWith(`of ${version}`));
    }),
  );
  return versions.filter((_, at) => found[at]);
}

/** Pages that are open: each asks every server for the assets of the versions that it has seen a page of. */
function openPages(): { stop: () => Promise<{ asked: number; across: number; missing: string[] }> } {
  const seen = new Set<string>();
  const missing: string[] = [];
  let [asked, across, on] = [0, 0, true];
  const page = async (at: number): Promise<void> => {
    while (on) {
      const own = addresses[at] ?? "";
      seen.add(await versionOf(own));
      for (const address of addresses) {
        const serves = await versionOf(address);
        for (const version of [...seen]) {
          const path = `/assets/app-${version}.js`;
          const { status, body } = await get(address, path);
          asked += 1;
          if (serves !== version) across += 1;
          if (status !== 200 || body !== `app-${version}.js of ${version}`)
            missing.push(`${path} of ${address}: ${status} ${body}`);
        }
      }
      await sleep(20);
    }
  };
  const pages = addresses.map((_, at) => page(at));
  return {
    stop: async () => {
      on = false;
      await Promise.all(pages);
      return { asked, across, missing };
    },
  };
}

beforeAll(async () => {
  const facts = await factsOfLab(
    await labUp((line) => {
      console.log(line);
    }),
  );
  workspace = await Workspace.make(facts, "test/lab/assets/program", "assets");
  await workspace.pulumi(["config", "set", "version", "v1"]);
  await up("v1");
  ({ addresses } = await workspace.outputs<{ addresses: string[] }>());
});

afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview", "--refresh"]);
  workspace.remove();
});

describe("the assets of two releases", () => {
  it("are all there on both servers while a release goes over them, and after it", async () => {
    for (const address of addresses) expect(await assetsAt(address, ["v1", "v2"])).toEqual(["v1"]);
    const load = startLoad({ targets: addresses.map((address) => `http://${address}`), host: "lite.test" });
    const pages = openPages();
    await up("v2");
    const { asked, across, missing } = await pages.stop();
    const report = await load.stop();
    console.log(`asked for ${asked} assets, ${across} of them of another release than that which answered`);
    expect(missing).toEqual([]);
    expect(across).toBeGreaterThan(10);
    expect(report.losses).toEqual([]);
    for (const address of addresses) {
      expect(await versionOf(address)).toBe("v2");
      expect(await assetsAt(address, ["v1", "v2"])).toEqual(["v1", "v2"]);
      // Of one name, each release has its own.
      expect((await get(address, "/assets/app.js")).body).toBe("app.js of v2");
      expect((await get(address, "/assets/.manifest.json")).body).toBe(".manifest.json of v2");
    }
  });

  it("are those of the last two, where one image is kept, and a rollback has its own and those that it leaves", async () => {
    await up("v3");
    await up("v4");
    for (const address of addresses)
      expect(await assetsAt(address, ["v1", "v2", "v3", "v4"])).toEqual(["v3", "v4"]);
    await up("v3");
    for (const address of addresses) {
      expect(await versionOf(address)).toBe("v3");
      expect(await assetsAt(address, ["v3", "v4"])).toEqual(["v3", "v4"]);
      const kept = await ssh(address, "ls -d /var/lib/sextant/assets/lite-web.*/*/ | wc -l");
      expect(Number(kept.stdout)).toBeLessThanOrEqual(3);
      const box = await ssh(address, "docker ps --all --filter name=sextant-assets --format '{{.Names}}'");
      expect(box.stdout).toBe("");
    }
  });

  it("are no change when the same program is run again, and come back with a refresh where they were removed", async () => {
    const again = await workspace.pulumi(["preview", "--expect-no-changes", "--config", "version=v3"]);
    expect(again).toContain("unchanged");
    await ssh(
      addresses[0] ?? "",
      "rm -rf /var/lib/sextant/assets/lite-web.*/*/own /var/lib/sextant/assets/lite-web.*/*/of",
    );
    await workspace.pulumi(["up", "--yes", "--skip-preview", "--refresh", "--config", "version=v3"]);
    const whole = await ssh(addresses[0] ?? "", "cat /var/lib/sextant/assets/lite-web.*/*/own/app-v3.js");
    expect(whole.stdout.trim()).toBe("app-v3.js of v3");
  });

  it("fail the release before anything of it starts, where the image has no such directory", async () => {
    const failed = await workspace.tryPulumi([
      ...[
        "up",
        "--yes",
        "--skip-preview",
        "--config",
        "version=v5",
        "--config",
        "assetPath=/app/public/build",
      ],
    ]);
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain(
      "has no directory /app/public/build, where assetPath says that its assets are",
    );
    for (const address of addresses) {
      expect(await versionOf(address)).toBe("v3");
      const started = await ssh(
        address,
        "docker ps --all --filter label=sextant.role --format '{{.Image}} {{.State}}'",
      );
      expect(started.stdout).not.toMatch(/v5 running/);
    }
  });

  it("go from the hosts with the app", async () => {
    await workspace.pulumi(["config", "rm", "assetPath"]);
    await up("v3");
    await workspace.pulumi([
      ...["destroy", "--yes", "--skip-preview", "--target-dependents", "--target"],
      await urnOfApp(),
    ]);
    for (const address of addresses)
      expect((await ssh(address, "ls /var/lib/sextant/assets")).stdout.trim()).toBe("");
  });
});

async function urnOfApp(): Promise<string> {
  const printed = await workspace.pulumi(["stack", "export"]);
  const { deployment } = JSON.parse(printed) as {
    deployment: { resources: { urn: string; type: string }[] };
  };
  const app = deployment.resources.find(({ type }) => type === "sextant:index:App");
  if (app === undefined) throw new Error("the state has no App");
  return app.urn;
}
