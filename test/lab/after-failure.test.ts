/**
 * The line that runs where a release fails: the real engine with the plugin; machines are directories that a script in the place of `ssh`
 * looks into.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Edit } from "./after-failure/edit";
import { OnDirectories } from "./on-directories";

let place: OnDirectories<Edit>;
let told: string;
let line: string;

/** What the line was told, a call each. */
const calls = (): Record<string, string>[] =>
  existsSync(told)
    ? readFileSync(told, "utf8")
        .trim()
        .split("\n--\n")
        .map((call) =>
          Object.fromEntries(
            call.split("\n").flatMap((each): [string, string][] => {
              const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(each) ?? [];
              return name === "" ? [] : [[name, value]];
            }),
          ),
        )
    : [];

/** Has the lines of so many machines fail that have these words. */
function failing(words: string, on: number): void {
  for (const [at, machine] of readdirSync(place.machines).entries()) {
    const file = join(place.machines, machine, "fails");
    if (at < on) writeFileSync(file, words);
    else rmSync(file, { force: true });
  }
}

/** Has a release fail, and answers with what was printed. */
async function fails(edit: Partial<Edit>): Promise<string> {
  const { code, stdout, stderr } = await place.pulumi(["up", "--yes", "--skip-preview"], edit);
  expect(code, stdout + stderr).not.toBe(0);
  return stdout + stderr;
}

beforeAll(async () => {
  place = await OnDirectories.start<Edit>("after-failure", "t".repeat(64));
  told = join(place.folder, "told");
  line = `env | grep -E "^(KAMAL|SEXTANT)_" | tee -a ${told}; echo -- >>${told}`;
});
beforeEach(() => {
  rmSync(told, { force: true });
  failing("", 0);
});
afterAll(async () => {
  await place.end();
});

describe.sequential("hooks.afterFailure", () => {
  test("runs for no release that goes well, and for no preview", async () => {
    await place.must(["preview"], { line });
    await place.must(["up", "--yes"], { line });
    // The line is no part of a resource: another one changes nothing, and takes no step.
    await place.must(["preview", "--expect-no-changes"], { line: `${line}; true` });
    expect(await place.must(["stack", "export"])).toMatchObject({
      stdout: expect.not.stringContaining("__afterFailure:") as string,
    });
    expect(calls()).toEqual([]);
  });

  test("runs once where the release fails on both hosts, with what was released, and what failed", async () => {
    failing("ready", 2);
    const text = await fails({ version: "2", line });
    const [call, ...more] = calls();
    expect(more).toEqual([]);
    expect(call).toMatchObject({
      ...{
        KAMAL_COMMAND: "deploy",
        KAMAL_SERVICE: "shop",
        KAMAL_VERSION: "2",
        KAMAL_SERVICE_VERSION: "shop@2",
      },
      ...{ KAMAL_HOSTS: "job-1,job-2", KAMAL_ROLES: "job", KAMAL_DESTINATION: "lab", KAMAL_LOCK: "true" },
      KAMAL_RUNTIME: expect.stringMatching(/^\d+$/) as string,
      KAMAL_PERFORMER: expect.stringMatching(/./) as string,
      SEXTANT_FAILED_STEP: expect.stringMatching(/^shop-job-job-[12]/) as string,
      SEXTANT_FAILED_HOST: expect.stringMatching(/^job-[12]$/) as string,
      SEXTANT_ERROR: expect.stringMatching(/^job-[12]: ./) as string,
    });
    expect(readFileSync(told, "utf8")).not.toContain("not-to-be-told");
    // What it prints is shown, and the error of each host stays what it was.
    expect(text).toContain("KAMAL_SERVICE_VERSION=shop@2");
    for (const host of ["job-1", "job-2"]) expect(text).toMatch(new RegExp(`error:.*${host}: `));
    // Nothing was tried again.
    expect(text).not.toContain("retrying");
  });

  test("is a warning where it fails itself, and hides nothing of the error", async () => {
    failing("ready", 1);
    const text = await fails({ version: "3", line: "echo no channel; exit 3", quiet: true });
    expect(text).toMatch(/warning:.*hooks\.afterFailure, .* ended with exit code 3: no channel\./);
    expect(text).toMatch(/error:.*job-[12]: /);
  });

  test("is left out by SEXTANT_SKIP_HOOKS, and shows nothing where it is quiet", async () => {
    failing("ready", 1);
    const words = ["SEXTANT_SKIP_HOOKS=1", "pulumi", "up", "--yes", "--skip-preview", "--non-interactive"];
    const skipped = await place.execute("env", words, place.program, { version: "4", line });
    expect(skipped.code).not.toBe(0);
    expect(skipped.stdout + skipped.stderr).toContain(
      "hooks (afterFailure) are left out of this run by SEXTANT_SKIP_HOOKS",
    );
    expect(calls()).toEqual([]);
    expect(await fails({ version: "5", line, quiet: true })).not.toContain("KAMAL_SERVICE_VERSION=");
    expect(calls()).toHaveLength(1);
  });

  test("runs no more once the next release is out", async () => {
    await place.must(["up", "--yes"], { version: "6", line });
    expect(calls()).toEqual([]);
  });
});
