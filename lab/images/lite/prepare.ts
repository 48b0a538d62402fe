/** Builds the shop's program with this machine's Go, once for each state of its source. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../docker/exec";
import { cacheDir } from "../../paths";
import { contentKey } from "../key";

/** The path of the program; for this machine's own architecture where none is given. */
export async function buildLite(progress: (line: string) => void, architecture?: "arm64"): Promise<string> {
  const sources = readdirSync(__dirname)
    .filter((name) => name.endsWith(".go") || name === "go.mod")
    .sort();
  const key = contentKey(sources.flatMap((name) => [name, readFileSync(join(__dirname, name))]));
  const dir = join(cacheDir(), "lite");
  const binary = join(dir, architecture === undefined ? key : `${key}-${architecture}`);
  if (!existsSync(binary)) {
    progress(`sextant/lite: building its program${architecture === undefined ? "" : ` for ${architecture}`}`);
    mkdirSync(dir, { recursive: true });
    const draft = `${binary}.${process.pid}`;
    await run("go", ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", draft, "."], {
      cwd: __dirname,
      env: {
        CGO_ENABLED: "0",
        GOOS: "linux",
        GOWORK: "off",
        ...(architecture === undefined ? {} : { GOARCH: architecture }),
      },
    });
    renameSync(draft, binary);
  }
  return binary;
}

export async function prepare(progress: (line: string) => void): Promise<Record<string, string>> {
  return { lite: await buildLite(progress) };
}
