/** Builds the program with this machine's Go, once for each state of its source. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../docker/exec";
import { cacheDir } from "../../paths";
import { contentKey } from "../key";

export async function prepare(progress: (line: string) => void): Promise<Record<string, string>> {
  const sources = readdirSync(__dirname)
    .filter((name) => name.endsWith(".go") || name === "go.mod")
    .sort();
  const key = contentKey(sources.flatMap((name) => [name, readFileSync(join(__dirname, name))]));
  const dir = join(cacheDir(), "lite");
  const binary = join(dir, key);
  if (!existsSync(binary)) {
    progress("sextant/lite: building its program");
    mkdirSync(dir, { recursive: true });
    const draft = `${binary}.${process.pid}`;
    await run("go", ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", draft, "."], {
      cwd: __dirname,
      env: { CGO_ENABLED: "0", GOOS: "linux", GOWORK: "off" },
    });
    renameSync(draft, binary);
  }
  return { lite: binary };
}
