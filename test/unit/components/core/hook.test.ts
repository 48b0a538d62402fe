import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { abbreviated, hookCommand, skippedHooks } from "../../../../components/core/hook";
import { Component } from "../../../../components/core/component";
import { newGraph, registered } from "../graph";

/** A component that has hooks, as an app does. */
class Hooked extends Component {
  constructor() {
    super("Hooked", "shop");
  }
}

/** What a line prints, run as the resource of its hook says, with these variables besides. */
async function printed(line: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const graph = await newGraph();
  const hook = { name: "shop-hook", line, service: "shop", command: "deploy", hosts: ["web-1"] } as const;
  hookCommand(new Hooked(), { ...hook, version: "0123456789abcdef" }, []);
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

  it("fails with its line", async () => {
    await expect(printed("exit 3")).rejects.toMatchObject({ status: 3 });
  });

  it("is left out of a run where the environment says so, which is said; another word is refused", async () => {
    expect(await printed("exit 3", { SEXTANT_SKIP_HOOKS: "1" })).toBe("left out by SEXTANT_SKIP_HOOKS\n");
    const hooks = { beforeRelease: "true", afterBatch: "true" };
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
