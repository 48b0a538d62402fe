/** How the command plugin runs commands on the machine of the engine. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandPlugin, types } from "./command-plugin/found";
import { Plugin } from "./command-plugin/plugin";
import { unknown, type Properties } from "./command-plugin/wire";

let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start(await commandPlugin());
});

afterAll(async () => {
  await plugin.stop();
});

describe("a local command", () => {
  const create = async (inputs: Properties) => (await plugin.create(types.local, inputs)).state;

  it.each<[string, Properties, Properties]>([
    [
      "takes the last line break off each stream",
      { create: "echo hi; echo; echo err >&2" },
      { stdout: "hi\n", stderr: "err" },
    ],
    ["reads stdin", { create: "cat", stdin: "a\nb\n\n" }, { stdout: "a\nb\n" }],
    [
      "has its variables, interpreter and directory",
      { create: 'echo $A "$0" $PWD', environment: { A: "1" }, interpreter: ["/bin/bash", "-c"], dir: "/" },
      { stdout: "1 /bin/bash /" },
    ],
    ["does nothing without create", { delete: "true" }, { stdout: "", stderr: "" }],
  ])("%s", async (_, inputs, expected) => {
    expect(await create(inputs)).toMatchObject(expected);
  });

  it.each<[string, Properties, string]>([
    ["a status", { create: "echo out; exit 3" }, 'exit status 3: running "echo out; exit 3":\nout\n'],
    ["a signal", { create: "kill -9 $$" }, 'signal: killed: running "kill -9 $$":\n'],
    [
      "no interpreter",
      { create: "x", interpreter: ["/no/such"] },
      'fork/exec /no/such: no such file or directory: running "x":\n',
    ],
    [
      "no directory",
      { create: "x", dir: "/no/such" },
      'chdir /no/such: no such file or directory: running "x":\n',
    ],
    [
      "output that is not UTF-8",
      { create: "printf '\\377'" },
      "grpc: error while marshaling: string field contains invalid UTF-8",
    ],
    ["a bad glob", { create: "true", dir: "/etc/apt", assetPaths: ["[a"] }, "unexpected end of input"],
  ])("fails with %s", async (_, inputs, message) => {
    await expect(create(inputs)).rejects.toMatchObject({ details: message });
  });

  it("runs update, or create again; gets the former output unless told not to", async () => {
    const print = "echo $PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR";
    const old = await plugin.create(types.local, { create: "echo one; echo two >&2" });
    expect((await plugin.update(old, { create: print })).state).toMatchObject({ stdout: "one/two" });
    expect((await plugin.update(old, { create: "exit 1", update: print })).state).toMatchObject({
      stdout: "one/two",
    });
    expect((await plugin.update(old, { create: print, addPreviousOutputInEnv: false })).state).toMatchObject({
      stdout: "/",
    });
    expect((await plugin.update(old, {})).state).toMatchObject({ stdout: "one", stderr: "two" });
    await expect(
      plugin.delete({ ...old, state: { ...old.state, delete: `${print}; exit 4` } }),
    ).rejects.toThrow(/exit status 4: running .*:\none\/two\n$/s);
  });

  it("runs nothing in a preview, and shows what is not known", async () => {
    const state = (await plugin.create(types.local, { create: "exit 4" }, true)).state;
    expect(state).toEqual({ create: "exit 4", stdout: unknown, stderr: unknown });
  });

  it("returns the files that globs choose", async () => {
    const dir = mkdtempSync(join(tmpdir(), "globs-"));
    try {
      mkdirSync(join(dir, "a"));
      for (const file of ["a/x.txt", "secret.txt"]) writeFileSync(join(dir, file), file);
      const inputs = { create: "true", dir, assetPaths: ["**.txt", "!**secret.*"], archivePaths: ["*.txt"] };
      const { assets, archive: files } = (await create(inputs)) as {
        assets: Properties;
        archive: { assets: Properties };
      };
      expect(Object.keys(assets)).toEqual(["a/x.txt"]);
      expect(Object.keys(files.assets)).toEqual(["secret.txt"]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("hangs on one line of 64 KiB when it is logged, as the official plugin does", async () => {
    const own = await Plugin.start(await commandPlugin());
    try {
      const long = { create: "head -c 200000 /dev/zero | tr '\\0' x" };
      expect(
        ((await own.create(types.local, { ...long, logging: "none" })).state["stdout"] as string).length,
      ).toBe(200_000);
      const outcome = own.create(types.local, long).then(
        () => "ended",
        () => "stopped",
      );
      const waited = new Promise((resolve) => setTimeout(resolve, 2_000, "hangs"));
      expect(await Promise.race([outcome, waited])).toBe("hangs");
    } finally {
      await own.stop();
    }
  });
});

describe("the function run", () => {
  it("returns the output, or fails with it", async () => {
    expect(await plugin.invoke("command:local:run", { command: "echo a" })).toMatchObject({
      command: "echo a",
      stdout: "a",
      stderr: "",
    });
    const failed = plugin.invoke("command:local:run", { command: "echo a; exit 2" });
    await expect(failed).rejects.toThrow('exit status 2: running "echo a; exit 2":\na\n');
  });
});
