/** The guide: its programs compile, its settings are read, its commands are there, and its links lead somewhere. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { CommanderError, type Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { answersOf } from "../../../cli/init/questions";
import { render } from "../../../cli/init/render";
import { setupOf } from "../../../cli/init/setup";
import { leastPulumi } from "../../../cli/init/surroundings";
import { renderWorkflows } from "../../../cli/init/workflows";
import { sextant, withCommandApart } from "../../../cli/program";
import { section } from "../../../cli/section";
import { repoRoot } from "../../../lab/paths";
import { surroundings } from "../cli/init/settings";
import { compilerSays, forSources, installHere } from "../installed-here";
import { wrongWords } from "./other-programs";
import { blocks, commands } from "./pages";

const read = (path: string): string => readFileSync(join(repoRoot, path), "utf8");
const guide = readdirSync(join(repoRoot, "docs", "guide")).map((name) => join("docs", "guide", name));
/** What is typed after other pages is looked at as well. */
const typed = [
  ...guide,
  "README.md",
  "docs/interrupted.md",
  "docs/plugin.md",
  "docs/policy.md",
  "docs/data.md",
];

describe("the guide", () => {
  it("has a page for each thing that is done", () => {
    expect(guide.map((path) => path.replace("docs/guide/", "")).sort()).toEqual([
      ...[
        "ci.md",
        "day.md",
        "deploy.md",
        "from-kamal.md",
        "secrets.md",
        "start.md",
        "upgrading.md",
        "wrong.md",
      ],
    ]);
  });

  it.each(guide)("%s links to what is there", (path) => {
    const page = read(path);
    for (const [, link = ""] of page.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file = "", anchor] = link.split("#", 2);
      const target = file === "" ? path : join(dirname(path), file);
      expect(existsSync(join(repoRoot, target)), link).toBe(true);
      if (anchor !== undefined) expect(section(read(target), anchor), link).toBeDefined();
    }
  });

  it("begins with the program that sextant init writes", async () => {
    const words =
      commands(read("docs/guide/start.md"), ["sextant"]).find(([, name]) => name === "init") ?? [];
    const told = parsed(words);
    const answers = await answersOf(told.opts(), undefined, () => undefined);
    const [program] = blocks(read("docs/guide/start.md"), "ts");
    expect(program).toBe(render(setupOf(answers), surroundings)["index.ts"]);
  });

  it("installs by one line everywhere, which names the versions that are tested", () => {
    const manifest = JSON.parse(read("package.json")) as { devDependencies: Record<string, string> };
    const lines = typed.flatMap((path) =>
      commands(read(path), ["npm"])
        .filter(([, command, ...words]) => command === "install" && words.length > 0)
        .map((words) => `${path}: ${words.join(" ")}`),
    );
    const library = `npm install --save-exact pulumi-sextant @pulumi/pulumi@${leastPulumi()}`;
    const policy = `npm install --save-dev --save-exact @pulumi/policy@${manifest.devDependencies["@pulumi/policy"] ?? ""}`;
    expect(lines.sort()).toEqual([
      `README.md: ${library}`,
      `docs/guide/ci.md: ${policy}`,
      `docs/guide/start.md: ${library}`,
      "docs/guide/upgrading.md: npm install --save-exact pulumi-sextant@latest",
    ]);
    expect(read("docs/policy.md")).toContain(`\n${policy}\n`);
    expect(read("docs/guide/upgrading.md")).toContain(` ${leastPulumi()} or newer, below 4`);
  });

  it("exports values of components and not components, of which a preview prints all that they are made of", () => {
    const whole = typed.flatMap((path) =>
      blocks(read(path), "ts").flatMap((program) =>
        [...program.matchAll(/^export const \w+ = new .*?^\}\)(.*?);$/gms)]
          .filter(([, member]) => member === "")
          .map(([text]) => `${path}: ${text.split("\n", 1)[0] ?? ""}`),
      ),
    );
    expect(whole).toEqual([]);
  });

  it("shows the workflows that sextant init writes", () => {
    const pulumi = leastPulumi();
    const shown = blocks(read("docs/guide/ci.md"), "yaml");
    for (const text of Object.values(renderWorkflows({ stack: "production", review: "review", pulumi })))
      expect(shown).toContain(text);
  });

  it.each(guide.filter((path) => blocks(read(path), "yaml").length > 0))(
    "%s has YAML that is read",
    (path) => {
      for (const block of blocks(read(path), "yaml")) expect(parse(block)).toBeTypeOf("object");
    },
  );
});

describe("the guide's programs", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sextant-guide-"));
    installHere(folder);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("compile, each by itself, with the settings that sextant init writes", () => {
    const files = guide.flatMap((path) =>
      blocks(read(path), "ts").map((program, at) => {
        const file = `${relative("docs/guide", path).replace(".md", "")}-${at + 1}.ts`;
        writeFileSync(join(folder, file), program);
        return file;
      }),
    );
    expect(files.length).toBeGreaterThan(4);
    const { least } = settingsOfInit();
    const compilerOptions = { ...least, ...forSources };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    expect(compilerSays(folder)).toBe("");
  }, 240_000);
});

/** The options of the compiler that a project begins with. */
function settingsOfInit(): { least: object } {
  const setup = setupOf({ server: "x", image: "x", host: "x", port: "1", name: "x" });
  const file = render(setup, surroundings)["tsconfig.json"];
  return { least: (JSON.parse(file) as { compilerOptions: object }).compilerOptions };
}

/** The names that the programs of a page have for commands of their own. */
function namesIn(page: string): string[] {
  const all = [...page.matchAll(/^ +commands: \{\n(.*?)^ +\},$/gms)].map(([, names = ""]) => names);
  return all.flatMap((names) => [...names.matchAll(/^ +(\w+):/gm)].map(([, name = ""]) => name));
}

/** The command of `sextant` that these words are read as, by its own reader; nothing is done. @throws CommanderError for wrong words */
function parsed([, ...words]: readonly string[], own: readonly string[] = []): Command {
  const program = sextant(own).configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  let found = program;
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    // One that has others in it does nothing by itself.
    if (command.commands.length > 0) continue;
    command.action(() => {
      found = command;
    });
  }
  program.parse(withCommandApart(program, words), { from: "user" });
  return found;
}

describe("what is to be typed", () => {
  it.each(typed)("in %s is understood by sextant", (path) => {
    for (const words of commands(read(path), ["sextant"])) {
      try {
        parsed(words, namesIn(read(path)));
      } catch (error) {
        // Help and version end a command, too, and well.
        if (!(error instanceof CommanderError) || (error.exitCode !== 0 && words.length > 1))
          expect.fail(`${words.join(" ")}: ${String(error)}`);
      }
      const [, command, page] = words;
      if (command !== "docs" || page === undefined) continue;
      const [name = "", anchor = ""] = page.split("#", 2);
      const text = read(`docs/${name}.md`);
      if (anchor !== "") expect(section(text, anchor), page).toBeDefined();
    }
  });

  it.each(typed)("in %s is a command of pulumi or npm", (path) => {
    const wrong = commands(read(path), ["pulumi", "npm"]).flatMap((words) => wrongWords(words) ?? []);
    expect(wrong).toEqual([]);
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    // A page may give the project scripts of its own.
    const given = blocks(read(path), "json").flatMap((text) =>
      Object.keys((JSON.parse(text) as { scripts?: object }).scripts ?? {}),
    );
    for (const [, command, script = ""] of commands(read(path), ["npm"]))
      if (command === "run") expect([...Object.keys(scripts), ...given]).toContain(script);
  });

  it("is found wrong where it is", () => {
    const page =
      "```yaml\n- run: npm j\n```\n```sh\nFOO=1 npx sextant \\\n  doctor --hots x # why\n```\n`pulumi up --stak x`, `npm i`";
    expect(commands(page, ["sextant", "pulumi", "npm"])).toEqual([
      ["sextant", "doctor", "--hots", "x"],
      ["npm", "j"],
      ["pulumi", "up", "--stak", "x"],
      ["npm", "i"],
    ]);
    expect(() => parsed(["sextant", "doctor", "--hots", "x"])).toThrow("unknown option '--hots'");
    expect(wrongWords(["pulumi", "up", "--stak", "x"])).toBe("pulumi up has no flag --stak");
    expect(wrongWords(["npm", "i"])).toBe("npm has no command i");
    expect(
      commands('```sh\na "$(pulumi stack output x)" | sextant docs <y\n```', ["sextant", "pulumi"]),
    ).toEqual([
      ["sextant", "docs"],
      ["pulumi", "stack", "output", "x"],
    ]);
  });
});
