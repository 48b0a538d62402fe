/**
 * `sextant preview` of a program on two servers, edit by edit, with the real engine; machines are directories that a script in the place
 * of `ssh` looks into.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileCommand } from "../unit/cli/compiled";
import { OnDirectories, type Ended } from "./on-directories";
import type { Edit } from "./preview-command/edit";

const canaries = ["canary-of-the-configuration", "canary-of-the-first-release", "canary-of-the-second"];
let place: OnDirectories<Edit>;
let command: string;

const must = async (args: readonly string[], edit?: Partial<Edit>): Promise<string> =>
  (await place.must(args, edit)).stdout;

/** The command, as it is run elsewhere than the program; secrets are nowhere in what it says. */
async function sextant(words: readonly string[], edit: Partial<Edit> = {}): Promise<Ended> {
  const { folder, program } = place;
  const ended = await place.execute(process.execPath, [command, "-C", program, ...words], folder, edit);
  for (const canary of canaries) expect(ended.stdout + ended.stderr).not.toContain(canary);
  return ended;
}

/** A page as it is kept: without what is another in each run. How far a preview has come when it fails is, too. */
const kept = (page: string): string =>
  page
    .replace(/\*\*Looked at so far\*\*.*<\/details>\n\n/s, "")
    .replaceAll(place.folder, "/home/deploy")
    .replaceAll(/^- using pulumi-resource-.*\n/gm, "")
    .replaceAll(/deploy-[0-9a-f]{8}/g, "deploy-00000000");

beforeAll(async () => {
  place = await OnDirectories.start<Edit>("preview-command", "t".repeat(64));
  command = await compileCommand(place.folder);
  await must(["config", "set", "--secret", "key", canaries[0] ?? ""]);
});

afterAll(async () => {
  await place.end();
});

/** What a page is of, and whether it says that the preview failed. */
type Case = [name: string, edit: Partial<Edit>, code: 0 | 1];

async function isKept([name, edit, code]: Case): Promise<void> {
  const ended = await sextant(["preview", "--stack", "lab"], edit);
  expect(ended.code, ended.stdout + ended.stderr).toBe(code);
  await expect(kept(ended.stdout)).toMatchFileSnapshot(`preview-command/golden/${name}.txt`);
}

describe.sequential("sextant preview", () => {
  test("of a stack that is empty yet", async () => {
    await isKept(["first", {}, 0]);
    await must(["up", "--yes", "--skip-preview"]);
  });

  test.each<Case>([
    ["nothing", {}, 0],
    [
      "release",
      {
        version: "v2",
        env: { RAILS_ENV: "production", LOG_LEVEL: "debug", NEW: "a|b`c<d>" },
        token: "canary-of-the-second",
        ...{ memory: "1024m", drainTimeout: "60s" },
      },
      0,
    ],
    ["worker-image", { workerImage: "jobs", workerVersion: "v7" }, 0],
    ["firewall", { metrics: true, sshFrom: "198.51.100.0/24" }, 0],
    ["removed", { web: 1, worker: false, search: false }, 0],
    ["moved", { searchOn: 0, searchData: "move" }, 0],
    ["refused", { fail: "refused" }, 1],
    ["thrown", { fail: "thrown" }, 1],
    ["kept-from-loss", { location: "nbg1" }, 1],
  ])("of the edit %s", (...edit) => isKept(edit));

  test("of a role with an image of its own, which is released apart from the others, and they apart from it", async () => {
    const own = { workerImage: "jobs", workerVersion: "v7" };
    await must(["up", "--yes", "--skip-preview"], own);
    const released = async (edit: Partial<Edit>): Promise<unknown> => {
      const { stdout } = await sextant(["preview", "--json"], { ...own, ...edit });
      const { containers, commands } = JSON.parse(stdout) as {
        containers: { role: string; fate: string; old: { reference: string }; new: { reference: string } }[];
        commands: unknown[];
      };
      return {
        containers: containers.map(
          ({ role, fate, old, new: now }) => `${role} ${fate}: ${old.reference} ${now.reference}`,
        ),
        commands: commands.length,
      };
    };
    expect(await released({})).toEqual({ containers: [], commands: 0 });
    expect(await released({ workerVersion: "v8" })).toEqual({
      containers: ["job replaced: 127.0.0.1:9/jobs:v7 127.0.0.1:9/jobs:v8"],
      commands: 0,
    });
    const web = "web replaced: 127.0.0.1:9/shop:v1 127.0.0.1:9/shop:v2";
    expect(await released({ version: "v2" })).toEqual({ containers: [web, web], commands: 1 });
  });

  test("of data that is given up", async () => {
    await must(["up", "--yes", "--skip-preview"], { searchData: "discard" });
    await isKept(["discarded", { search: false }, 0]);
    await isKept(["lost", { searchData: "discard", location: "nbg1" }, 0]);
  });

  test("reads what Pulumi has printed, and gives the model", async () => {
    const file = join(place.folder, "preview.json");
    const edit = { searchData: "discard", version: "v2", token: "canary-of-the-second" } as const;
    writeFileSync(file, await must(["preview", "--json"], edit));
    const [fresh, read, model] = await Promise.all([
      sextant(["preview"], edit),
      sextant(["preview", "--from", file]),
      sextant(["preview", "--from", file, "--json"]),
    ]);
    expect(kept(read.stdout)).toBe(kept(fresh.stdout));
    expect(JSON.parse(model.stdout)).toMatchObject({
      stack: "demo/lab",
      failed: false,
      headline: "2 hosts get shop:v2, the release command runs, nothing is deleted",
      commands: [{ app: "shop", host: "web-1", command: "bin/rails db:prepare" }],
    });
  });

  test("leaves the stack's configuration as it is", async () => {
    const file = join(place.program, "Pulumi.lab.yaml");
    const before = readFileSync(file, "utf8");
    const { code, stdout, stderr } = await sextant(["preview", "--config", "version=v2"]);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("### demo/lab: ");
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("says why there is no preview at all", async () => {
    const { code, stdout } = await sextant(["preview", "--stack", "none"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^### The preview failed: 1 problem\.\n[^]*no stack named (&#39;|')none/);
  });
});
