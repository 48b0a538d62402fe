/** `sextant init` as a process in folders of its own. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { repoRoot } from "../../../lab/paths";
import { compileCommand, runCommand, type Ended } from "./compiled";

const flags = [
  ...["--yes", "--server", "203.0.113.10", "--image", "registry.example.com/shop"],
  ...["--host", "shop.example.com"],
];
const files = [".gitignore", "Pulumi.yaml", "index.ts", "tsconfig.json"];

let home: string;
let command: string;
let folder: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "sextant-init-"));
  command = await compileCommand(home);
});
beforeEach(() => {
  folder = mkdtempSync(join(home, "project-"));
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

const sextant = (...words: string[]): Ended => runCommand(command, words, { cwd: folder });
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

describe("sextant init", () => {
  it("writes a project into an empty folder, and says what comes next", () => {
    const { code, stdout, stderr } = sextant("init", ...flags);
    expect([code, stderr]).toEqual([0, ""]);
    expect(readdirSync(folder).sort()).toEqual([...files, "package.json"].sort());
    expect(read("index.ts")).toContain('new ExistingServer("web-1"');
    const { devDependencies } = JSON.parse(read("package.json")) as {
      devDependencies: Record<string, string>;
    };
    const library = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
      peerDependencies: Record<string, string>;
    };
    expect(devDependencies).toEqual({
      "@types/node": "^22",
      typescript: library.peerDependencies["typescript"],
    });
    expect(stdout.split("\n").slice(-5)).toEqual([
      "Next, with the tag of an image that is in its registry:",
      "  npm install",
      "  pulumi stack init production",
      "  pulumi up --config version=TAG",
      "",
    ]);
  });

  it("takes a folder that is not there yet, below -C, and the stack that is named", () => {
    mkdirSync(join(folder, "clone"));
    const { code, stdout } = sextant("-C", "clone", "--stack", "staging", "init", "infra", ...flags);
    expect(code).toBe(0);
    expect(readdirSync(join(folder, "clone", "infra"))).toContain("Pulumi.yaml");
    expect(stdout).toContain("  cd clone/infra\n");
    expect(stdout).toContain("  pulumi stack init staging\n");
    const lost = sextant("-C", "nowhere", "init", ...flags);
    expect([lost.code, lost.stderr]).toEqual([1, "There is no directory nowhere; see -C.\n"]);
  });

  it("leaves a package.json as it is, and says what it lacks", () => {
    const own = '{"dependencies":{"pulumi-sextant":"file:x.tgz"}}';
    writeFileSync(join(folder, "package.json"), own);
    const { code, stdout } = sextant("init", ...flags);
    expect(code).toBe(0);
    expect(read("package.json")).toBe(own);
    expect(stdout).toMatch(/npm install --save @pulumi\/pulumi@[\d.]+ 'typescript@>=[^']+'\n/);
  });

  it("leads to the plugin where a workspace has its packages", () => {
    writeFileSync(join(folder, "package.json"), '{"workspaces":["packages/*"]}');
    mkdirSync(join(folder, "node_modules", "pulumi-sextant", "dist", "plugin"), { recursive: true });
    const { stdout } = sextant("init", "packages/infra", ...flags);
    expect(read("packages/infra/Pulumi.yaml")).toContain(
      "path: ../../node_modules/pulumi-sextant/dist/plugin\n",
    );
    // The package.json that was written is in no lock file yet.
    expect(stdout).toContain("  npm install\n");
  });

  it("leads to a plugin of its own below an app that has the library by chance", () => {
    writeFileSync(join(folder, "package.json"), '{"dependencies":{"pulumi-sextant":"*"}}');
    writeFileSync(join(folder, "yarn.lock"), "# yarn lockfile v1\n");
    mkdirSync(join(folder, "node_modules", "pulumi-sextant", "dist", "plugin"), { recursive: true });
    const { stdout } = sextant("init", "infra", "--github", ...flags);
    expect(read("infra/Pulumi.yaml")).toContain("path: node_modules/pulumi-sextant/dist/plugin\n");
    expect(stdout).toContain("  cd infra\n  npm install\n");
    expect(stdout).toContain("commit all of it, with package-lock.json");
  });

  it.each([
    ["pnpm-lock.yaml", "lockfileVersion: '9.0'\n", "pnpm install", "pnpm add"],
    ["yarn.lock", "# yarn lockfile v1\n", "yarn install", "yarn add"],
  ])("speaks the words of the manager of %s", (lock, text, install, add) => {
    writeFileSync(join(folder, lock), text);
    writeFileSync(join(folder, "package.json"), "{}");
    const { stdout } = sextant("init", "--github", ...flags);
    expect(stdout).toContain(`  ${add} pulumi-sextant@`);
    expect(stdout).toContain(" 'typescript@");
    expect(stdout).toContain(`\n  ${install}\n`);
    expect(stdout).toContain(`with ${lock} and`);
    expect(stdout).not.toMatch(/(^| )npm /m);
  });

  it.each([...files, "Pulumi.yml"])("overwrites no %s, and leaves nothing half done", (name) => {
    writeFileSync(join(folder, name), "mine");
    const { code, stdout, stderr } = sextant("init", ...flags);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(new RegExp(`^init: ${name.replaceAll(".", "\\.")} is there already`));
    expect(readdirSync(folder)).toEqual([name]);
    expect(read(name)).toBe("mine");
  });

  it("takes back what it has written where a file cannot be", () => {
    symlinkSync(join(folder, "nowhere"), join(folder, "index.ts"));
    const { code, stderr } = sextant("init", ...flags);
    expect(code).toBe(1);
    expect(stderr).toContain("init: index.ts is there already");
    expect(readdirSync(folder)).toEqual(["index.ts"]);
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
  });

  it("refuses what it cannot know where nobody can be asked, and a package.json that is none", () => {
    const missing = sextant("init");
    expect([missing.code, missing.stderr.match(/^init: --\w+ is missing/gm)]).toEqual([
      1,
      ["init: --server is missing", "init: --image is missing", "init: --host is missing"],
    ]);
    writeFileSync(join(folder, "package.json"), "{");
    expect(sextant("init", ...flags).stderr).toContain("package.json is not JSON");
    expect(readdirSync(folder)).toEqual(["package.json"]);
  });
});

describe("sextant init --github", () => {
  const workflows = [".github/workflows/sextant-deploy.yml", ".github/workflows/sextant-preview.yml"];

  it("writes the workflows beside a new project, at the root of its repository, and says what they need", () => {
    mkdirSync(join(folder, ".git"));
    const { code, stdout, stderr } = sextant("init", "infra", "--github", "--state", "s3://state", ...flags);
    expect([code, stderr]).toEqual([0, ""]);
    expect(readdirSync(join(folder, "infra"))).not.toContain(".github");
    for (const path of workflows) expect(read(path)).toContain('working-directory: "infra"\n');
    const program = read("infra/index.ts");
    expect(program).toContain('  hostKey: config.require("hostKey"),\n');
    expect(program).toContain('ssh: { privateKey: config.requireSecret("sshPrivateKey") }');
    for (const line of [
      "pulumi login s3://state",
      "pulumi config set --secret sshPrivateKey <~/.ssh/shop-deploy",
      'pulumi config set hostKey "$(ssh-keyscan -t ed25519 203.0.113.10 | cut -d " " -f 2-)"',
      "gh secret set PULUMI_CONFIG_PASSPHRASE",
    ])
      expect(stdout).toContain(`\n  ${line}\n`);
  });

  it("writes them alone where the project is there, and overwrites none", () => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
    const first = sextant("init", "--github", "--stack", "staging");
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(readdirSync(folder).sort()).toEqual([".github", "Pulumi.yaml"]);
    expect(read(workflows[0] ?? "")).toContain("--stack staging\n");
    expect(first.stdout).toContain("package-lock.json names, and it is not there: npm install writes it");
    const again = sextant("init", "--github");
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^init: \.github\/workflows\/sextant-preview\.yml, .* are there already/);
  });

  it("runs a CLI that is no older than the SDK of the project", () => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
    writeFileSync(join(folder, "package.json"), '{"dependencies":{"@pulumi/pulumi":"^3.1000.2"}}');
    expect(sextant("init", "--github").code).toBe(0);
    expect(read(workflows[0] ?? "")).toContain('pulumi-version: "3.1000.2"\n');
    mkdirSync(join(folder, "node_modules", "@pulumi", "pulumi"), { recursive: true });
    writeFileSync(join(folder, "node_modules/@pulumi/pulumi/package.json"), '{"version":"3.2000.0"}');
    rmSync(join(folder, ".github"), { recursive: true });
    sextant("init", "--github");
    expect(read(workflows[0] ?? "")).toContain('pulumi-version: "3.2000.0"\n');
  });

  it("writes that of pull requests' stacks where it is asked for", () => {
    expect(sextant("init", "--github", "--review", "acme/review", ...flags).code).toBe(0);
    expect(read(".github/workflows/sextant-review.yml")).toContain('STACK="acme/pr-${NUMBER}"\n');
  });

  it.each([
    [["--state", "s3://state"], "--state is for the workflows of --github"],
    [["--review", "review"], "--review is for the workflows of --github"],
    [["--github", "--review", "a b"], '--review is "a b", but Pulumi has no such names'],
    [
      ["--github", "--review", "production"],
      '--review is "production", the stack that is deployed on a merge',
    ],
    [["--github", "--state", "file:///x"], '--state is "file:///x", but a runner\'s disk is gone'],
    [["--github", "--ssh-key", "~/.ssh/x"], "--ssh-key is a file of this machine"],
    [["--github", "--secret", "SSH_PRIVATE_KEY"], "--secret has SSH_PRIVATE_KEY"],
  ])("refuses %j", (words, said) => {
    const { code, stderr } = sextant("init", ...flags, ...words);
    expect(code).toBe(1);
    expect(stderr).toContain(`init: ${said}`);
    expect(readdirSync(folder)).toEqual([]);
  });
});
