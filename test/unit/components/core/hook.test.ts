import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  abbreviated,
  checkOutput,
  hookCommand,
  skippedHooks,
  type Hook,
} from "../../../../components/core/hook";
import { Component } from "../../../../components/core/component";
import { newGraph, registered } from "../graph";

/** A component that has hooks, as an app does. */
class Hooked extends Component {
  constructor() {
    super("Hooked", "shop");
  }
}

/** What a line prints, run as the resource of its hook says, with these variables besides. */
async function printed(line: string, env: NodeJS.ProcessEnv = {}, more: Partial<Hook> = {}): Promise<string> {
  const graph = await newGraph();
  const hook = { name: "shop-hook", line, service: "shop", command: "deploy", hosts: ["web-1"] } as const;
  hookCommand(new Hooked(), { ...hook, version: "0123456789abcdef", ...more }, []);
  await registered();
  const { interpreter, create, environment } = graph.find("command:local:Command").inputs as {
    interpreter: string[];
    create: string;
    environment: Record<string, string>;
  };
  const [program = "", ...words] = interpreter;
  return execFileSync(program, [...words, create], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...environment, ...env },
  });
}

describe("a hook", () => {
  it("is a line for a shell with the variables of Kamal's, those of the run among them", async () => {
    const git = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "user.email",
      GIT_CONFIG_VALUE_0: "jo@example.com",
    };
    const line =
      'echo "$KAMAL_PERFORMER $KAMAL_RECORDED_AT $KAMAL_SERVICE_VERSION" && echo "it\'s $KAMAL_HOSTS"';
    expect(await printed(line, git)).toMatch(
      /^jo@example\.com \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ shop@0123456\nit's web-1\n$/,
    );
    // Without git, who runs it.
    const nobody = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", GIT_DIR: "/nowhere" };
    expect(await printed("echo $KAMAL_PERFORMER", nobody)).toBe(execFileSync("whoami", { encoding: "utf8" }));
  });

  it("has the lock, the part of the command, and after a release the seconds that the run has taken", async () => {
    const line = 'echo "$KAMAL_LOCK ${KAMAL_SUBCOMMAND-none} ${KAMAL_RUNTIME-none}"';
    expect(await printed(line)).toBe("true none none\n");
    expect(await printed(line, {}, { command: "build", subcommand: "push" })).toBe("true push none\n");
    // Its parent is as old as this process of the tests, which the machine says, too.
    const started = Number(
      execFileSync("ps", ["-o", "etimes=", "-p", String(process.pid)], { encoding: "utf8" }),
    );
    const [, , seconds] = (await printed(line, {}, { runtime: true })).trim().split(" ");
    expect(Number(seconds)).toBeGreaterThanOrEqual(started);
    expect(Number(seconds)).toBeLessThan(started + 60);
  });

  it.each([
    ["03", 3],
    ["02:03", 123],
    ["01:02:03", 3723],
    ["2-01:02:03", 176523],
  ])("reads the age of the run as ps says it: %s", async (age, seconds) => {
    const directory = mkdtempSync(join(tmpdir(), "sextant-ps-"));
    const rows = `1 99:99\n${process.pid} ${age}\n`;
    writeFileSync(join(directory, "ps"), `#!/bin/sh\ncat <<END\nPID ELAPSED\n${rows}END\n`, { mode: 0o755 });
    const path = { PATH: `${directory}:${process.env["PATH"] ?? ""}` };
    expect(await printed("echo $KAMAL_RUNTIME", path, { runtime: true })).toBe(`${seconds}\n`);
  });

  it("is without the seconds where nothing tells them", async () => {
    const directory = mkdtempSync(join(tmpdir(), "sextant-ps-"));
    writeFileSync(join(directory, "ps"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const path = { PATH: `${directory}:${process.env["PATH"] ?? ""}` };
    expect(await printed("echo ${KAMAL_RUNTIME-none}", path, { runtime: true })).toBe("none\n");
  });

  it("is not shown where its output is quiet, which is the one word besides verbose", async () => {
    const graph = await newGraph();
    const hook = { line: "echo a", service: "shop", command: "deploy" } as const;
    const hooked = new Hooked();
    hookCommand(hooked, { ...hook, name: "loud", output: "verbose" }, []);
    hookCommand(hooked, { ...hook, name: "quiet", output: "quiet" }, []);
    await registered();
    expect(graph.find("command:local:Command", "loud").inputs).not.toHaveProperty("logging");
    expect(graph.find("command:local:Command", "quiet").inputs).toMatchObject({ logging: "none" });
    expect(checkOutput("hooks.output", "quiet")).toEqual([]);
    expect(checkOutput("hooks.output", { beforeRelease: "verbose" })).toEqual([]);
    expect(checkOutput("hooks.output", { afterBatch: "silent" as "quiet" })).toMatchObject([
      { argument: "hooks.output.afterBatch", value: "silent" },
    ]);
  });

  it("fails with its line", async () => {
    await expect(printed("exit 3")).rejects.toMatchObject({ status: 3 });
  });

  it("is left out of a run where the environment says so, which is said; another word is refused", async () => {
    expect(await printed("exit 3", { SEXTANT_SKIP_HOOKS: "1" })).toBe("left out by SEXTANT_SKIP_HOOKS\n");
    const hooks = { beforeRelease: "true", afterBatch: "true", output: "quiet" };
    expect(skippedHooks(hooks, "1")).toMatchObject({
      refused: [],
      warned: [{ argument: "hooks (beforeRelease, afterBatch)" }],
    });
    expect(skippedHooks(hooks, "0").refused).toMatchObject([{ argument: "SEXTANT_SKIP_HOOKS", value: "0" }]);
    for (const [some, value] of [
      [hooks, undefined],
      [hooks, ""],
      [undefined, "1"],
      [{}, "1"],
    ] as const)
      expect(skippedHooks(some, value)).toEqual({ refused: [], warned: [] });
  });

  it("has the version as Kamal cuts it", () => {
    expect(abbreviated("0123456789abcdef")).toBe("0123456");
    expect(abbreviated("0123456789abcdef_uncommitted_1a2b")).toBe("0123456789abcdef_uncommitted_1a2b");
  });
});
