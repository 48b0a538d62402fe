/**
 * `sextant preview` of a program on two servers, edit by edit, with the real engine; machines are directories that a script in the place
 * of `ssh` looks into.
 */
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHetzner, type Hetzner } from "../../lab/hetzner/server";
import { compileCommand } from "../unit/cli/compiled";
import { engineEnvironment, linkLibrary } from "./engine";
import type { Edit } from "./preview-command/edit";
import { Directories } from "./replaced-server/directories";

const run = promisify(execFile);
const token = "t".repeat(64);
const canaries = ["canary-of-the-configuration", "canary-of-the-first-release", "canary-of-the-second"];
const folder = mkdtempSync(join(tmpdir(), "sextant-previewed-"));
const program = join(folder, "test/lab/preview-command/program");
const machinesFolder = join(folder, "machines");
let hetzner: Hetzner;
let environment: NodeJS.ProcessEnv;
let command: string;

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function execute(file: string, args: readonly string[], edit: Partial<Edit>, cwd: string): Promise<Ended> {
  const env = { ...environment, EDIT: JSON.stringify(edit) };
  return run(file, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Ended,
  );
}

const pulumi = (args: readonly string[], edit: Partial<Edit> = {}): Promise<Ended> =>
  execute("pulumi", [...args, "--non-interactive"], edit, program);

async function must(args: readonly string[], edit?: Partial<Edit>): Promise<string> {
  const { code, stdout, stderr } = await pulumi(args, edit);
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

/** The command, as it is run beside the program; secrets are nowhere in what it says. */
async function sextant(words: readonly string[], edit: Partial<Edit> = {}): Promise<Ended> {
  const ended = await execute(process.execPath, [command, "-C", program, ...words], edit, folder);
  for (const canary of canaries) expect(ended.stdout + ended.stderr).not.toContain(canary);
  return ended;
}

/** A page as it is kept: without what is another in each run. How far a preview has come when it fails is, too. */
const kept = (page: string): string =>
  page
    .replace(/\*\*Looked at so far\*\*.*<\/details>\n\n/s, "")
    .replaceAll(folder, "/home/deploy")
    .replaceAll(/^- using pulumi-resource-.*\n/gm, "")
    .replaceAll(/deploy-[0-9a-f]{8}/g, "deploy-00000000");

beforeAll(async () => {
  mkdirSync(machinesFolder);
  hetzner = createHetzner({
    machines: new Directories(machinesFolder),
    stateFile: join(folder, "state.json"),
    token,
    actionDelayMs: 20,
  });
  const endpoint = await hetzner.listen();
  cpSync(join(__dirname, "preview-command"), join(folder, "test/lab/preview-command"), { recursive: true });
  linkLibrary(folder);
  command = await compileCommand(folder);
  mkdirSync(join(folder, "bin"));
  copyFileSync(join(__dirname, "replaced-server/ssh.sh"), join(folder, "bin/ssh"));
  const key = join(folder, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  environment = {
    ...process.env,
    ...(await engineEnvironment(folder, { token, endpoint }, [join(folder, "bin")])),
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    KEY_FILE: key,
    MACHINES: machinesFolder,
  };
  await must(["stack", "init", "lab"]);
  await must(["config", "set", "hcloud:pollInterval", "100ms"]);
  await must(["config", "set", "hcloud:pollFunction", "constant"]);
  await must(["config", "set", "--secret", "key", canaries[0] ?? ""]);
});

afterAll(async () => {
  await hetzner.close();
  rmSync(folder, { recursive: true });
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
    ["firewall", { metrics: true, sshFrom: "198.51.100.0/24" }, 0],
    ["removed", { web: 1, worker: false, search: false }, 0],
    ["moved", { searchOn: 0, searchData: "move" }, 0],
    ["refused", { fail: "refused" }, 1],
    ["thrown", { fail: "thrown" }, 1],
    ["kept-from-loss", { location: "nbg1" }, 1],
  ])("of the edit %s", (...edit) => isKept(edit));

  test("of data that is given up", async () => {
    await must(["up", "--yes", "--skip-preview"], { searchData: "discard" });
    await isKept(["discarded", { search: false }, 0]);
    await isKept(["lost", { searchData: "discard", location: "nbg1" }, 0]);
  });

  test("reads what Pulumi has printed, and gives the model", async () => {
    const file = join(folder, "preview.json");
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

  test("says why there is no preview at all", async () => {
    const { code, stdout } = await sextant(["preview", "--stack", "none"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^### The preview failed: 1 problem\.\n[^]*no stack named (&#39;|')none/);
  });
});
