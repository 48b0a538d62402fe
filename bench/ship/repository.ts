/** The app as its developer has it: a repository of git, from which both tools build the same commit. */
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../lab/docker/exec";
import { repoRoot } from "../../lab/paths";
import { shippedAs } from "../../lab/ship";
import { fillDirectory } from "../kamal/directory";

/**
 * The sample app's gems and its framework are in the base. What changes is one layer with the whole app in it, its assets among it, as the
 * last COPY of the Dockerfile that Rails writes makes it (rails 027ad2c83ed1 railties/lib/rails/generators/rails/app/templates/Dockerfile.tt).
 */
const dockerfile = `ARG HUB
FROM \${HUB}/shop:v1
COPY --chown=rails:rails . .
`;

/** What is neither in the image nor in the repository: Kamal's own files. */
const kamals = ["config", ".kamal", "home"];
const notContext = [".git", ".gitignore", ".dockerignore", "Dockerfile", ...kamals];

const lines = (words: readonly string[]): string => words.map((word) => `${word}\n`).join("");

export class Repository {
  private changes = 0;

  private constructor(readonly directory: string) {}

  /** The sources of the sample app, with so many megabytes of assets that no compression makes smaller. */
  static async make(directory: string, assetsMb: number): Promise<Repository> {
    mkdirSync(directory, { recursive: true });
    await fillDirectory(directory);
    cpSync(join(repoRoot, "lab/images/shop/app"), join(directory, "app"), { recursive: true });
    for (const name of ["public/assets", "tmp"]) mkdirSync(join(directory, name), { recursive: true });
    for (let at = 1; at <= assetsMb; at += 1)
      writeFileSync(join(directory, "public/assets", `${at}.bin`), randomBytes(1_000_000));
    writeFileSync(join(directory, "Dockerfile"), dockerfile);
    writeFileSync(join(directory, ".dockerignore"), lines(notContext));
    writeFileSync(join(directory, ".gitignore"), lines(kamals.map((name) => `/${name}`)));
    return new Repository(directory);
  }

  /** Changes one page and commits it. */
  async change(): Promise<{ commit: string; page: string }> {
    const page = `page-${(this.changes += 1)}`;
    const file = join(this.directory, "app/views/orders/index.html.erb");
    writeFileSync(file, shippedAs(readFileSync(file, "utf8"), page));
    // By which the app says what it is.
    writeFileSync(join(this.directory, "tmp/version"), `${page}\n`);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", page);
    return { commit: (await this.git("rev-parse", "HEAD")).trim(), page };
  }

  private git(...words: string[]): Promise<string> {
    const who = ["-c", "user.name=lab", "-c", "user.email=lab@lab.invalid"];
    return run("git", [...who, ...words], { cwd: this.directory });
  }
}
