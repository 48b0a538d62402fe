/** The library as npm packs it, in several versions of one build. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../lab/docker/exec";
import { repoRoot } from "../../lab/paths";

export interface Packed {
  /** The tarball. */
  file: string;
  /** What it holds. */
  paths: string[];
}

/** A copy of the checkout in `folder`, so that no build is left in the checkout and none that lies there is packed. */
export class Library {
  private readonly copy: string;
  private built = false;

  constructor(private readonly folder: string) {
    this.copy = join(folder, "library");
    const left = ["node_modules", "dist", "coverage", ".git"].map((name) => join(repoRoot, name));
    cpSync(repoRoot, this.copy, { recursive: true, filter: (path) => !left.includes(path) });
    symlinkSync(join(repoRoot, "node_modules"), join(this.copy, "node_modules"));
  }

  /** Packs it as this version; it is built the first time. */
  async pack(version: string): Promise<Packed> {
    const file = join(this.copy, "package.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...manifest, version }));
    const words = ["pack", "--json", "--pack-destination", this.folder];
    const printed = await run("npm", this.built ? [...words, "--ignore-scripts"] : words, { cwd: this.copy });
    this.built = true;
    // The build that runs before prints to the same stream.
    const [report] = JSON.parse(printed.slice(printed.indexOf("[\n"))) as [
      { filename: string; files: { path: string }[] },
    ];
    return { file: join(this.folder, report.filename), paths: report.files.map(({ path }) => path) };
  }
}
