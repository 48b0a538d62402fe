/** `sextant import` as a process: the programs that it writes, what it says, and what it never does. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "prettier";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { programText } from "../../../cli/import/render";
import { compilerSays, forSources, installHere } from "../installed-here";
import { compileCommand, runCommand, type Ended } from "./compiled";
import { canary, cases, importCase, testdata } from "./import/cases";

let home: string;
let command: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "sextant-import-"));
  command = await compileCommand(home);
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

/** A copy of a case, without the files that it is compared with. */
function copyOf(name: string): string {
  const folder = mkdtempSync(join(home, `${name}-`));
  cpSync(join(testdata, name), folder, { recursive: true });
  for (const file of ["golden.txt", "take-over.txt"]) rmSync(join(folder, file), { force: true });
  return folder;
}

const sextant = (folder: string, ...words: string[]): Ended =>
  runCommand(command, words, { cwd: folder, env: { PATH: "/nowhere" } });

describe("sextant import", () => {
  it.each([
    ...cases.map((name) => [name, "golden.txt"] as const),
    ...["rails", "destinations", "tags", "certificate", "proxy-run", "unknown"].map(
      (name) => [name, "take-over.txt"] as const,
    ),
  ])("writes the program of %s, and no secret of it (%s)", async (name, golden) => {
    const folder = copyOf(name);
    const { code, stdout, stderr } = sextant(
      ...([folder, "import"] as const),
      ...(golden === "golden.txt" ? [] : ["--take-over"]),
    );
    expect([code, stderr]).toEqual([0, ""]);
    const infra = join(folder, "infra");
    const written = readdirSync(infra).sort();
    expect(written).toEqual(
      expect.arrayContaining([".gitignore", "Pulumi.yaml", "index.ts", "package.json"]),
    );
    const own = written.filter((file) => file === "index.ts" || /^Pulumi\..+\.yaml$/.test(file));
    const texts = own.map((file) => `==> ${file} <==\n${readFileSync(join(infra, file), "utf8")}`);
    const all = [...texts, `==> printed <==\n${stdout}`].join("\n");
    expect(all).not.toContain(canary);
    for (const file of written) expect(readFileSync(join(infra, file), "utf8")).not.toContain(canary);
    const program = readFileSync(join(infra, "index.ts"), "utf8");
    expect(await check(program, { parser: "typescript" }), "it is laid out as by Prettier").toBe(true);
    await expect(all).toMatchFileSnapshot(join(testdata, name, golden));
  });

  it("takes the destinations that are named, and another folder", () => {
    const folder = copyOf("destinations");
    const { code, stdout } = sextant(folder, "import", "-d", "staging", "--into", "servers/staging");
    expect(code).toBe(0);
    const program = readFileSync(join(folder, "servers", "staging", "index.ts"), "utf8");
    expect(program).toContain('address: "203.0.113.20"');
    expect(program).not.toContain("letsEncrypt");
    expect(stdout).toContain("  pulumi stack init staging\n");
    expect(stdout).toContain("../../.kamal/secrets.staging |");
  });

  it("names the stack, and is found from elsewhere", () => {
    const folder = copyOf("least");
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    const ended = sextant(elsewhere, "--stack", "live", "import", "../config/deploy.yml");
    expect([ended.code, ended.stderr]).toEqual([0, ""]);
    expect(ended.stdout).toContain("  pulumi stack init live\n");
    expect(ended.stdout).toContain("printenv KAMAL_REGISTRY_PASSWORD | pulumi config set --secret");
    expect(existsSync(join(elsewhere, "infra", "Pulumi.yaml"))).toBe(true);
  });

  it("overwrites nothing", () => {
    const folder = copyOf("least");
    mkdirSync(join(folder, "infra"));
    writeFileSync(join(folder, "infra", "index.ts"), "mine");
    const { code, stdout, stderr } = sextant(folder, "import");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      "import: index.ts is there already, and nothing is overwritten; move it away, or name another folder: sextant import --into FOLDER.\n",
    );
    expect(readdirSync(join(folder, "infra"))).toEqual(["index.ts"]);
  });

  it.each([
    ["no file", undefined, "import: there is no config/deploy.yml; name Kamal's configuration"],
    ["no YAML", "service: [", "import: config/deploy.yml cannot be read as YAML: "],
    ["no map", "- a", "import: config/deploy.yml is no map of keys"],
    ["no service", "image: x", "import: service is missing: it is the name of the app"],
    [
      "secrets in a mistyped place",
      "service: a\nenv: { secrets: [A] }",
      "import: the value of env.secrets does not fit: a variable has a single value; did you mean secret, which is no variable; correct it",
    ],
    [
      "a variable that is a map",
      "service: a\nenv: { clear: { A: { b: c } } }",
      "import: the value of env.clear.A does not fit: a variable has a single value; correct it",
    ],
    [
      "ERB that does not end",
      "service: <%= x",
      "import: config/deploy.yml has a <% in line 1 that does not end",
    ],
    ["a wrong type", "service: a\nboot: 5", "import: boot is 5, but it is a map"],
    [
      "a missing destination",
      "service: a\nrequire_destination: true",
      "import: config/deploy.yml has require_destination",
    ],
  ])("refuses %s with one sentence", (_, text, said) => {
    const folder = mkdtempSync(join(home, "refused-"));
    mkdirSync(join(folder, "config"));
    if (text !== undefined) writeFileSync(join(folder, "config", "deploy.yml"), text);
    const { code, stdout, stderr } = sextant(folder, "import");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.startsWith(said), stderr).toBe(true);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(existsSync(join(folder, "infra"))).toBe(false);
  });

  it("has no way out of its own folder, whatever is installed in the app's", () => {
    const folder = copyOf("least");
    writeFileSync(join(folder, "package.json"), '{"dependencies":{"pulumi-sextant":"*"}}');
    mkdirSync(join(folder, "node_modules", "pulumi-sextant", "dist", "plugin"), { recursive: true });
    const { stdout } = sextant(folder, "import");
    const settings = readFileSync(join(folder, "infra", "Pulumi.yaml"), "utf8");
    expect(settings).toContain("      path: node_modules/pulumi-sextant/dist/plugin\n");
    expect(stdout).toContain("Next:\n  cd infra\n  npm install\n");
  });

  it("writes the stacks' configuration under the project's name", () => {
    const folder = copyOf("fleet");
    sextant(folder, "import");
    const staging: unknown = parse(readFileSync(join(folder, "infra", "Pulumi.staging.yaml"), "utf8"));
    expect(staging).toMatchObject({
      config: { "shop:servers": { "web-1": "203.0.113.20" }, "shop:jobServers": [] },
    });
  });
});

describe("the compiler", () => {
  it("takes each program, by the settings that come with it", () => {
    const folder = mkdtempSync(join(home, "compiled-"));
    installHere(folder);
    const files = cases.flatMap((name) =>
      [false, true].map((takeOver) => {
        const file = `${name}${takeOver ? "-take-over" : ""}.ts`;
        writeFileSync(join(folder, file), programText(importCase(name, takeOver), "config/deploy.yml"));
        return file;
      }),
    );
    const compilerOptions = {
      ...{ strict: true, target: "es2022", module: "node16", moduleResolution: "node16", skipLibCheck: true },
      ...{ noUnusedLocals: false, ...forSources },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    expect(compilerSays(folder)).toBe("");
  }, 900_000);
});
