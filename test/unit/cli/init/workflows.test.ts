/** The workflows that `sextant init --github` writes: read as YAML, and each step that can run here is run. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { reviewStack } from "../../../../cli/init/review-workflow";
import type { Manager } from "../../../../cli/init/manager";
import { secretsOf, stateProblem, type WorkflowSetup } from "../../../../cli/init/workflow";
import { renderWorkflows } from "../../../../cli/init/workflows";
import { repoRoot } from "../../../../lab/paths";
import { compileCommand } from "../compiled";

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Workflow {
  name: "preview" | "deploy" | "review";
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency: { group: string; "cancel-in-progress": boolean };
  jobs: Record<
    string,
    { if?: string; environment?: string | Record<string, string>; defaults?: object; steps: Step[] }
  >;
}

const plain: WorkflowSetup = { stack: "production", pulumi: "3.259.0" };

function read(setup: WorkflowSetup): { preview: Workflow; deploy: Workflow; review: Workflow } {
  const files = renderWorkflows({ review: "review", ...setup });
  return {
    review: parse(files["sextant-review.yml"] ?? "") as Workflow,
    preview: parse(files["sextant-preview.yml"]) as Workflow,
    deploy: parse(files["sextant-deploy.yml"]) as Workflow,
  };
}

const stepsOf = (workflow: Workflow): Step[] => Object.values(workflow.jobs).flatMap(({ steps }) => steps);

function stepOf(workflow: Workflow, name: string): Step & { run: string } {
  const found = stepsOf(workflow).find((step) => step.name === name);
  return { ...found, run: found?.run ?? expect.fail(`no step ${name}`) };
}

describe("the workflows", () => {
  const { preview, deploy, review } = read(plain);

  it("are of stacks of pull requests only where that is asked for", () => {
    expect(Object.keys(renderWorkflows(plain))).toEqual(["sextant-preview.yml", "sextant-deploy.yml"]);
  });

  it("make a stack for a pull request of the repository itself, and remove it when that is closed, one after the other", () => {
    expect(review.on).toEqual({ pull_request: { types: ["opened", "synchronize", "reopened", "closed"] } });
    expect(review.permissions).toEqual({ contents: "read" });
    expect(review.concurrency).toEqual({
      group: "sextant-review-${{ github.event.pull_request.number }}",
      "cancel-in-progress": false,
    });
    const own = "github.event.pull_request.head.repo.full_name == github.repository";
    expect(review.jobs["deploy"]?.if).toBe(`github.event.action != 'closed' && ${own}`);
    expect(review.jobs["remove"]?.if).toBe(`github.event.action == 'closed' && ${own}`);
    expect(review.jobs["deploy"]?.environment).toEqual({
      name: "review",
      url: "${{ steps.deploy.outputs.url }}",
    });
  });

  it.each([
    ["review", "pr-7"],
    ["acme/review", "acme/pr-7"],
    ["acme/shop/review", "acme/shop/pr-7"],
  ])("call the stacks of pull requests beside %s %s", (stack, name) => {
    expect(reviewStack(stack, "7")).toBe(name);
  });

  it("preview a pull request of the repository itself, and deploy what is merged, one at a time", () => {
    expect(preview.on).toEqual({ pull_request: null });
    expect(preview.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    expect(preview.jobs["preview"]?.if).toBe(
      "github.event.pull_request.head.repo.full_name == github.repository",
    );
    expect(deploy.on).toEqual({ push: { branches: ["main"] }, workflow_dispatch: null });
    expect(deploy.permissions).toEqual({ contents: "read" });
    expect(deploy.concurrency).toEqual({ group: "sextant-deploy-production", "cancel-in-progress": false });
    expect(deploy.jobs["deploy"]?.environment).toBe("production");
  });

  it("take actions of others by their commits alone, and give secrets to the steps that need them", () => {
    for (const workflow of [preview, deploy, review]) {
      for (const { uses } of stepsOf(workflow))
        if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      const holders = stepsOf(workflow).filter((step) => JSON.stringify(step).includes("secrets."));
      const names = { preview: ["Preview"], deploy: ["Deploy"], review: ["Deploy", "Remove"] };
      expect(holders.map(({ name }) => name)).toEqual(names[workflow.name]);
    }
    // A pull request may not put its words into a script.
    for (const { run = "" } of [preview, deploy, review].flatMap(stepsOf)) expect(run).not.toContain("${{");
  });

  it.each([
    [undefined, ["PULUMI_ACCESS_TOKEN"]],
    ["https://pulumi.example.com", ["PULUMI_ACCESS_TOKEN"]],
    ["s3://state?region=eu", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "PULUMI_CONFIG_PASSPHRASE"]],
    ["gs://state", ["GOOGLE_CREDENTIALS", "PULUMI_CONFIG_PASSPHRASE"]],
    ["azblob://state", ["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "PULUMI_CONFIG_PASSPHRASE"]],
  ])("reach the state at %s", (state, secrets) => {
    const setup = { ...plain, ...(state === undefined ? {} : { state }) };
    expect(secretsOf(setup)).toEqual(secrets);
    if (state !== undefined) expect(stateProblem(state)).toBeUndefined();
    const env = stepOf(read(setup).deploy, "Deploy").env ?? {};
    expect(env["PULUMI_BACKEND_URL"]).toBe(state);
    for (const name of secrets) expect(env[name]).toBe(`\${{ secrets.${name} }}`);
  });

  it("refuse a state that no runner reaches", () => {
    expect(stateProblem("file:///root/state")).toMatch(/^a runner's disk is gone/);
    for (const state of ["state", "s3://a b", "s3://$HOME"]) expect(stateProblem(state)).toMatch(/^it is an/);
  });

  it("run in the project's folder, and for what is in it", () => {
    const { preview: one, deploy: other } = read({ ...plain, folder: "infra" });
    expect(one.jobs["preview"]?.defaults).toEqual({ run: { "working-directory": "infra" } });
    expect(one.on).toEqual({
      pull_request: { paths: ["infra/**", ".github/workflows/sextant-preview.yml"] },
    });
    expect(other.on).toMatchObject({ push: { branches: ["main"], paths: ["infra/**", expect.any(String)] } });
  });

  it.each<[Manager, string, string, string, object?]>([
    [{ name: "npm" }, "npm", "infra/package-lock.json", "npm ci"],
    [
      { name: "pnpm", major: 10 },
      "pnpm",
      "infra/pnpm-lock.yaml",
      "pnpm install --frozen-lockfile",
      { uses: expect.stringContaining("pnpm/action-setup@"), with: { version: 10 } },
    ],
    [
      { name: "pnpm", pinned: true, root: ".." },
      "pnpm",
      "pnpm-lock.yaml",
      "pnpm install --frozen-lockfile",
      { uses: expect.stringContaining("pnpm/action-setup@"), with: { package_json_file: "package.json" } },
    ],
    [{ name: "yarn" }, "yarn", "infra/yarn.lock", "yarn install --frozen-lockfile"],
    [{ name: "berry" }, "yarn", "infra/yarn.lock", "yarn install --immutable", { run: "corepack enable" }],
  ])("install by the project's own package manager: %j", (manager, cache, lock, frozen, before) => {
    const { jobs, on } = read({ ...plain, folder: "infra", manager }).preview;
    // A workspace's lock file lies outside of the folder, and says what runs all the same.
    expect(on).toMatchObject({
      pull_request: {
        paths: ["infra/**", ...(manager.root === undefined ? [] : [lock]), expect.any(String)],
      },
    });
    const [, ...steps] = jobs["preview"]?.steps ?? [];
    const node = steps.findIndex(({ uses = "" }) => uses.startsWith("actions/setup-node@"));
    // It has to be there before setup-node asks it where its cache is.
    expect(steps.slice(0, node)).toEqual(before === undefined ? [] : [before]);
    expect(steps[node]?.with).toEqual({ "node-version": 24, cache, "cache-dependency-path": lock });
    expect(steps[node + 1]).toEqual({ run: frozen });
    const exec = { npm: "npx", pnpm: "pnpm exec", yarn: "yarn --silent", berry: "yarn" }[manager.name];
    const { run } = stepOf(read({ ...plain, manager }).preview, "Preview");
    expect(run).toContain(`${exec} sextant preview --stack production >`);
  });

  it("are YAML whatever the folder is called, and nothing in it is evaluated", () => {
    const names = fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.constant("${{ secrets.A }}"));
    fc.assert(
      fc.property(names, (folder) => {
        const file = renderWorkflows({ ...plain, folder })["sextant-deploy.yml"];
        const { jobs } = parse(file) as { jobs: { deploy: { defaults: { run: Record<string, string> } } } };
        expect(jobs.deploy.defaults.run["working-directory"]).toBe(folder.replaceAll("${{", "$ {{"));
      }),
      { numRuns: 20 },
    );
  });
});

describe("a step", () => {
  let home: string;
  let folder: string;
  let command: string;

  /** Runs it as a runner does, with these values in its environment. */
  function runStep(step: Step & { run: string }, env: Record<string, string> = {}) {
    const ran = spawnSync("bash", ["-e", "-o", "pipefail", "-c", step.run], {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: [join(home, "bin"), process.env["PATH"] ?? ""].join(delimiter),
        HOME: folder,
        RUNNER_TEMP: folder,
        GITHUB_OUTPUT: join(folder, "output"),
        GITHUB_STEP_SUMMARY: join(folder, "summary"),
        GITHUB_REPOSITORY: "me/shop",
        ...env,
      },
    });
    return { code: ran.status, said: ran.stdout + ran.stderr };
  }

  const file = (name: string): string => readFileSync(join(folder, name), "utf8");

  function program(name: string, text: string): void {
    writeFileSync(join(home, "bin", name), text);
    chmodSync(join(home, "bin", name), 0o755);
  }

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "sextant-workflows-"));
    mkdirSync(join(home, "bin"));
    command = await compileCommand(home);
    program("npx", `#!/bin/sh\nshift\nexec '${process.execPath}' '${command}' "$@"\n`);
    const fixtures = join(repoRoot, "test/unit/cli/preview/fixtures");
    program(
      "pulumi",
      `#!/bin/sh\necho "$*" >>asked\n[ "$1" = up ] || cat '${fixtures}'/"\${FIXTURE:-release}.json"\n`,
    );
    // GitHub's comments are the lines of a file, as its API has them; jq is the real one.
    program(
      "gh",
      `#!/bin/sh
set -e
method=GET
while [ $# -gt 0 ]; do
    case $1 in
    api | --silent | --paginate) ;;
    --method) method=$2 && shift ;;
    --jq) query=$2 && shift ;;
    --field) body=\${2#body=@} && shift ;;
    *) path=$1 ;;
    esac
    shift
done
echo "$method $path" >>requests
case $method in
GET) jq -r "$query" comments ;;
POST) jq --rawfile body "$body" '. + [{ id: (length + 1), user: { type: "Bot" }, body: $body }]' comments >new ;;
PATCH) jq --rawfile body "$body" --argjson id "\${path##*/}" 'map(if .id == $id then .body = $body else . end)' comments >new ;;
esac
[ "$method" = GET ] || mv new comments
`,
    );
  });
  beforeEach(() => {
    folder = mkdtempSync(join(home, "runner-"));
  });
  afterAll(() => {
    rmSync(home, { recursive: true });
  });

  const { preview, deploy } = read(plain);

  it("previews the stack, and keeps the page and the code", () => {
    expect(runStep(stepOf(preview, "Preview"))).toEqual({ code: 0, said: "" });
    expect(file("asked")).toBe("preview --json --non-interactive --stack production\n");
    expect(file("preview.md")).toMatch(/^### demo\/lab: 2 hosts get shop:v2/);
    expect(file("summary")).toBe(file("preview.md"));
    expect(file("output")).toBe("code=0\n");
  });

  it("has the page of a preview that is refused, too, and fails at the end", () => {
    expect(runStep(stepOf(preview, "Preview"), { FIXTURE: "lost" }).code).toBe(0);
    expect(file("preview.md")).toContain("The preview is refused");
    expect(file("output")).toBe("code=1\n");
    expect(runStep(stepOf(preview, "Result"), { CODE: "1" }).code).toBe(1);
    expect(runStep(stepOf(preview, "Result"), { CODE: "0" }).code).toBe(0);
  });

  it("writes one comment, and changes it the next time, whatever others have written", () => {
    const others = [
      { id: 1, user: { type: "User" }, body: "I like <!-- sextant preview demo/lab -->" },
      { id: 2, user: { type: "Bot" }, body: "Coverage is 90 %" },
    ];
    writeFileSync(join(folder, "comments"), JSON.stringify(others));
    const comments = (): { id: number; body: string }[] =>
      JSON.parse(file("comments")) as { id: number; body: string }[];
    const comment = () => runStep(stepOf(preview, "Comment"), { GH_TOKEN: "x", NUMBER: "7" });
    runStep(stepOf(preview, "Preview"));
    expect(comment()).toEqual({ code: 0, said: "" });
    expect(comments()).toEqual([...others, { id: 3, user: { type: "Bot" }, body: file("preview.md") }]);
    runStep(stepOf(preview, "Preview"), { FIXTURE: "removed" });
    expect(comment()).toEqual({ code: 0, said: "" });
    expect(comments().slice(0, 2)).toEqual(others);
    expect(comments().slice(2)).toMatchObject([{ id: 3, body: file("preview.md") }]);
    expect(file("requests").split("\n")).toEqual([
      "GET repos/me/shop/issues/7/comments?per_page=100",
      "POST repos/me/shop/issues/7/comments",
      "GET repos/me/shop/issues/7/comments?per_page=100",
      "PATCH repos/me/shop/issues/comments/3",
      "",
    ]);
  });

  it("deploys the stack", () => {
    expect(runStep(stepOf(deploy, "Deploy")).code).toBe(0);
    expect(file("asked")).toBe("up --yes --skip-preview --non-interactive --stack production\n");
  });
});
