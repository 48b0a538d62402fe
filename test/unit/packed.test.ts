/** What `npm pack` would put into the package, but for what the build makes: the lab's tests look at that. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { repoRoot } from "../../lab/paths";

/** The folders whose files are packed, with the kinds of files that they have. */
const folders: Readonly<Record<string, readonly string[]>> = {
  cli: [".ts"],
  components: [".sh", ".ts"],
  "docs/guide": [".md"],
  host: [".sh"],
  provider: [".json", ".ts"],
};

let packed: string[];

beforeAll(() => {
  // Packing would build first.
  const words = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const printed = execFileSync("npm", words, { cwd: repoRoot, encoding: "utf8", stdio: "pipe" });
  const [report] = JSON.parse(printed) as [{ files: { path: string }[] }];
  packed = report.files.map(({ path }) => path).filter((path) => !path.startsWith("dist/"));
});

function filesBelow(folder: string): string[] {
  return readdirSync(join(repoRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(repoRoot.length + 1));
}

describe("the package", () => {
  it("holds the product, its pages and what names it, and nothing else", () => {
    const pages = readdirSync(join(repoRoot, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name));
    const named = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
    expect([...packed].sort()).toEqual(
      [...named, ...pages, ...Object.keys(folders).flatMap(filesBelow)].sort(),
    );
  });

  it.each(Object.entries(folders))("has of %s files of the kinds %j alone", (folder, kinds) => {
    const found = packed.filter((path) => path.startsWith(`${folder}/`)).map((path) => extname(path));
    expect([...new Set(found)].sort()).toEqual(kinds);
  });

  it("holds no test, no key and no settings of a stack", () => {
    expect(packed.filter((path) => /\.(test|spec)\.|\.pem$|id_ed25519|Pulumi\.|\.env/.test(path))).toEqual(
      [],
    );
  });
});
