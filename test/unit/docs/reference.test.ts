import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stalePages } from "../../../docs/generate";
import { missingDocs } from "../../../docs/generate/missing";
import type { Library, Member } from "../../../docs/generate/model";
import { componentPage } from "../../../docs/generate/page";
import { renderPages } from "../../../docs/generate/pages";
import { repoRoot } from "../../../lab/paths";
import { readLibrary } from "../../../docs/generate/read";
import { words } from "../../../scripts/parity/table";

/** What the sources still leave open: an entry goes when its docstring comes. */
const open = [
  ...["Server", "ExistingServer"].flatMap((host) =>
    ["ready", "provider", "dockerNetwork"].map((child) => `${host}.transform.${child} has no docstring.`),
  ),
];

let library: Library;
let pages: Map<string, string>;

beforeAll(async () => {
  library = readLibrary();
  pages = await renderPages(library);
});

describe("the reference", () => {
  it("is what the docstrings say", () => {
    expect(stalePages(pages), "run npm run docs").toEqual([]);
  });

  it("finds every public argument described, with its default and what editing it does, but for what is listed", () => {
    expect(missingDocs(library)).toEqual(open);
  });

  it("has a page for each component, others for what is made of tables, and an index that links them", () => {
    const index = pages.get("README.md") ?? "";
    for (const { name } of library.components) expect(index).toContain(`[${name}](`);
    expect(pages.size).toBe(library.components.length + 6);
    const linked = [...index.matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, name = ""]) => name);
    const there = readdirSync(join(repoRoot, "docs")).filter((name) => name.endsWith(".md"));
    expect([...new Set(linked)].sort()).toEqual(
      there.filter((name) => !["README.md", "performance.md"].includes(name)).sort(),
    );
    const guide = readdirSync(join(repoRoot, "docs", "guide"));
    for (const name of guide) expect(index).toContain(`](guide/${name})`);
  });

  it("names every argument of every component, also those that it extends", () => {
    const args = Object.fromEntries(
      library.components.map((component) => [component.name, component.args.map(({ name }) => name)]),
    );
    expect(args["Server"]).toEqual(expect.arrayContaining(["type", "firewalls", "cloudInit", "transform"]));
    expect(args["App"]).toEqual(expect.arrayContaining(["roles", "env", "restart", "rollout"]));
    expect(args["Redis"]).toEqual(expect.arrayContaining(["persistent", "server", "data"]));
    expect(args["Redis"]).not.toContain("command");
    for (const component of library.components) {
      const page = componentPage(component, []);
      for (const { name } of component.args.filter((argument) => argument.name !== "transform"))
        expect(page).toContain(`\n### \`${name}\`\n`);
    }
  });

  it("shows types, defaults, nested members, children of transform and outputs", () => {
    const server = pages.get("server.md") ?? "";
    expect(server).toMatch(/\| \[`swap`\]\(#swap\) +\| `Size \\\| false`/);
    expect(server).toMatch(/\n### `image`\n\n`string`, default `"debian-12"`\n/);
    expect(server).toMatch(/\n\| `privateKeyFile` +\| `string` +\| the first of/);
    expect(server).toMatch(/\n\| `hostKey` +\| `command.local.Command` +\|/);
    expect(server).toMatch(/\n\| `address` +\| `pulumi.Output<string>` +\|/);
    expect(pages.get("app.md")).toMatch(/\n\| `health.path` +\| `string` +\| `"\/up"`/);
    expect(pages.get("firewall.md")).toMatch(/\n\| `anywhere` +\| `\(reason: string\) => Rule`/);
  });
});

describe("the page of Kamal's words", () => {
  it("has each row of the table once, with what it is here, and nothing of what proves it", () => {
    const lines = (pages.get("kamal.md") ?? "").split("\n").filter((line) => line.startsWith("| `"));
    const cells = lines.map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    expect(cells.map(([, name]) => name)).toEqual(
      words.flatMap(({ rows }) => rows.map(({ name }) => `\`${name}\``)),
    );
    for (const [, name = "", how = ""] of cells) {
      expect(how, name).not.toBe("");
      expect(how, name).not.toMatch(/\b(tests?|lab|benchmark)\b/);
    }
  });
});

describe("what is missing", () => {
  const docs = { text: "Said.", default: undefined, edit: "in place", examples: ["x"] };
  const member: Member = { name: "port", type: "number", optional: true, docs, members: [] };
  const one = (argument: Member): Library => ({
    transform: library.transform,
    components: [
      {
        ...(library.components[0] as Library["components"][0]),
        name: "Thing",
        docs,
        types: [],
        args: [argument],
      },
    ],
  });

  it("is a default, a docstring, an edit, also further down", () => {
    expect(missingDocs(one({ ...member, optional: false }))).toEqual([]);
    expect(missingDocs(one(member))).toEqual([
      "Thing.port may be left out, and does not say with @default what holds then.",
    ]);
    expect(
      missingDocs(one({ ...member, optional: false, docs: { ...docs, text: "", edit: undefined } })),
    ).toEqual(["Thing.port has no docstring.", "Thing.port does not say with @edit what editing it does."]);
    expect(missingDocs(one({ ...member, optional: false, members: [member] }))).toEqual([
      "Thing.port.port may be left out, and does not say with @default what holds then.",
    ]);
  });
});

describe("stale pages", () => {
  const directory = mkdtempSync(join(tmpdir(), "sextant-docs-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it("are those that differ, are missing, or belong to nothing", () => {
    writeFileSync(join(directory, "app.md"), "old");
    writeFileSync(join(directory, "proxy.md"), "same");
    writeFileSync(join(directory, "gone.md"), "<!-- Made from x by npm run docs; edit that. -->\n");
    writeFileSync(join(directory, "guide.md"), "# Written by a person\n");
    const wanted = new Map([
      ["app.md", "new"],
      ["proxy.md", "same"],
      ["redis.md", "new"],
    ]);
    expect(stalePages(wanted, directory)).toEqual(["app.md", "gone.md", "redis.md"]);
    expect(readFileSync(join(directory, "app.md"), "utf8")).toBe("old");
  });
});
