/** A copy of a stack's configuration, in which Pulumi keeps the values of `--config` for one run: in the file itself it would keep them for good. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { parse } from "yaml";
import { runPulumi, type StackChoice } from "./stack";

/**
 * Does something with a copy of the configuration, and takes the copy away, also where it is interrupted.
 * @param use gets the copy's path; undefined where there is no stack, of which Pulumi says more
 */
export function withConfigCopy<T>(choice: StackChoice, use: (file: string | undefined) => T): T {
  const file = configFile(choice);
  if (file === undefined) return use(undefined);
  const folder = mkdtempSync(join(tmpdir(), "sextant-config-"));
  // Ctrl-C ends pulumi, too, and what follows here is still done then.
  const wait = (): void => undefined;
  process.on("SIGINT", wait);
  try {
    const copy = join(folder, `Pulumi.copy${extname(file)}`);
    if (existsSync(file)) copyFileSync(file, copy);
    return use(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    process.off("SIGINT", wait);
  }
}

/** Where Pulumi has the configuration of the stack (sdk/go/common/workspace/paths.go, DetectProjectStackPath). */
function configFile(choice: StackChoice): string | undefined {
  const project = projectAbove(resolve(choice.cwd ?? "."));
  if (project === undefined) return undefined;
  const { failed, stdout } = runPulumi(["stack", "--show-name"], choice);
  const stack = stdout.trim().split("/").at(-1) ?? "";
  if (failed || stack === "") return undefined;
  const { stackConfigDir } = (parse(readFileSync(project, "utf8")) ?? {}) as { stackConfigDir?: string };
  return join(dirname(project), stackConfigDir ?? "", `Pulumi.${stack}${extname(project)}`);
}

/** The file of the project that a directory is in. */
export function projectAbove(directory: string): string | undefined {
  const found = ["Pulumi.yaml", "Pulumi.yml"]
    .map((name) => join(directory, name))
    .find((path) => existsSync(path));
  const above = dirname(directory);
  return found ?? (above === directory ? undefined : projectAbove(above));
}
