/**
 * The steps of the workflows that `sextant init --github` writes for pull requests and merges, run as runners do with the real engine: each
 * runner is new, and knows nothing but the repository, the state and its passphrase. Machines are directories that a script in the place of
 * `ssh` looks into.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderWorkflows } from "../../cli/init/workflows";
import { compileCommand } from "../unit/cli/compiled";
import { linkLibrary } from "./engine";
import { OnDirectories } from "./on-directories";
import type { Edit } from "./preview-command/edit";

interface Step {
  name?: string;
  run?: string;
  env?: Record<string, string>;
}

const files = renderWorkflows({ stack: "lab", pulumi: "3.259.0", state: "s3://state" });
const stepsOf = (file: keyof typeof files): Step[] => {
  const { jobs } = parse(files[file] ?? "") as { jobs: Record<string, { steps: Step[] }> };
  return Object.values(jobs).flatMap(({ steps }) => steps);
};
const steps = { preview: stepsOf("sextant-preview.yml"), deploy: stepsOf("sextant-deploy.yml") };

let place: OnDirectories<Edit>;
let runners = 0;

interface Runner {
  /** Runs a step of a workflow there, with these values besides its own. */
  step(name: string, env?: Record<string, string>): Promise<{ code: number; text: string }>;
  /** What a step has written: its page, the summary, its outputs. */
  written(name: "preview.md" | "summary" | "output"): string;
}

/** A runner with what the repository has at an edit of it. */
function runner(workflow: keyof typeof steps, edit: Partial<Edit> = {}): Runner {
  const folder = join(place.folder, `runner-${++runners}`);
  const program = place.program.replace(place.folder, folder);
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  cpSync(place.program, program, { recursive: true });
  cpSync(join(place.program, "..", "edit.ts"), join(program, "..", "edit.ts"));
  linkLibrary(folder);
  const own = {
    ...{ HOME: home, RUNNER_TEMP: home, PULUMI_HOME: join(home, ".pulumi"), SSH_AUTH_SOCK: "" },
    ...{ GITHUB_OUTPUT: join(home, "output"), GITHUB_STEP_SUMMARY: join(home, "summary") },
  };
  return {
    async step(name, env = {}) {
      const { run } = steps[workflow].find((one) => one.name === name) ?? {};
      const script = run ?? expect.fail(`no step ${name}`);
      const words = Object.entries({ ...own, ...env }).map(([variable, value]) => `${variable}=${value}`);
      const ran = await place.execute(
        "env",
        [...words, "bash", "-e", "-o", "pipefail", "-c", script],
        program,
        edit,
      );
      return { code: ran.code, text: ran.stdout + ran.stderr };
    },
    written(name) {
      const file = join(home, name);
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    },
  };
}

beforeAll(async () => {
  place = await OnDirectories.start<Edit>("preview-command", "t".repeat(64));
  const command = await compileCommand(place.folder);
  // What npm has installed on a runner.
  const npx = join(place.folder, "bin", "npx");
  writeFileSync(npx, `#!/bin/sh\nshift\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(npx, 0o755);
  await place.must(["config", "set", "--secret", "key", "canary-of-the-configuration"]);
});

afterAll(async () => {
  await place.end();
});

describe.sequential("the workflows", () => {
  test("have no step but those that are run here", () => {
    const named = (all: readonly Step[]): (string | undefined)[] =>
      all.flatMap(({ run, name }) => (run === undefined ? [] : [name ?? run]));
    expect(named(steps.preview)).toEqual(["npm ci", "Preview", "Comment", "Result"]);
    expect(named(steps.deploy)).toEqual(["npm ci", "Deploy"]);
    // These are given to them here by the environment.
    for (const all of Object.values(steps))
      expect(all.flatMap(({ env = {} }) => Object.keys(env))).toContain("PULUMI_CONFIG_PASSPHRASE");
  });

  test("show a pull request before anything is there, and a merge makes it", async () => {
    const first = runner("preview");
    expect(await first.step("Preview")).toEqual({ code: 0, text: "" });
    expect(first.written("preview.md")).toMatch(/^### demo\/lab: /);
    expect(first.written("output")).toBe("code=0\n");
    const deploy = await runner("deploy").step("Deploy");
    expect(deploy.code, deploy.text).toBe(0);
    expect(deploy.text).toMatch(/\+ \d+ created/);
  });

  test("show on another runner what a pull request changes, and a merge of it changes that, once", async () => {
    const edit = { version: "v2" };
    const page = runner("preview", edit);
    expect(await page.step("Preview")).toEqual({ code: 0, text: "" });
    expect(page.written("preview.md")).toMatch(/^### demo\/lab: 2 hosts get shop:v2/);
    expect(page.written("summary")).toBe(page.written("preview.md"));
    expect(page.written("preview.md") + page.written("output")).not.toContain("canary-of-the-");
    expect((await page.step("Result", { CODE: "0" })).code).toBe(0);
    const deploy = await runner("deploy", edit).step("Deploy");
    expect(deploy.code, deploy.text).toBe(0);
    expect(deploy.text).not.toContain("canary-of-the-");
    const again = runner("preview", edit);
    await again.step("Preview");
    expect(again.written("preview.md")).toMatch(/^### demo\/lab: Nothing changes/);
  });

  test("fail where the program refuses, the one behind its page, the other with the reason", async () => {
    const edit = { fail: "refused" } as const;
    const page = runner("preview", edit);
    expect((await page.step("Preview")).code).toBe(0);
    expect(page.written("preview.md")).toContain("The preview is refused");
    expect(page.written("output")).toBe("code=1\n");
    expect((await page.step("Result", { CODE: "1" })).code).toBe(1);
    const deploy = await runner("deploy", edit).step("Deploy");
    expect(deploy.code).not.toBe(0);
    expect(deploy.text).toContain(`App "shop": version is "latest"`);
  });
});
