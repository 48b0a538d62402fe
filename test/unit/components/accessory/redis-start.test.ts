/** What the start of Redis does with the files of an earlier one, and how it hands the password over. The server is a stand-in. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = resolve("components/accessory/redis-start.sh");
let directory: string;
let data: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sextant-redis-"));
  data = join(directory, "data");
  mkdirSync(data);
  mkdirSync(join(directory, "bin"));
  const server = `#!/bin/sh\ncat >${directory}/settings\nprintf '%s\\n' "$@" >${directory}/words\n`;
  writeFileSync(join(directory, "bin/redis-server"), server, { mode: 0o755 });
  writeFileSync(join(directory, "bin/redis-cli"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function start(mode: string, password = ""): { settings: string[]; words: string[] } {
  const env = { PATH: `${directory}/bin:/usr/bin:/bin`, REDIS_PASSWORD: password };
  const ran = spawnSync("sh", [script, mode, data], { env, encoding: "utf8" });
  expect(ran).toMatchObject({ status: 0, stderr: "" });
  const read = (file: string): string[] => readFileSync(join(directory, file), "utf8").trimEnd().split("\n");
  return { settings: read("settings"), words: read("words") };
}

/** An argument of a line in a file of Redis's settings, as `sdssplitargs` of src/sds.c reads it in double quotes. */
function unquoted(text: string): string {
  const [, inner = ""] = /^"((?:[^"\\]|\\.)*)"$/su.exec(text) ?? [];
  return inner.replaceAll(/\\(.)/gsu, "$1");
}

describe("the start of Redis", () => {
  it("appends, or does not, in the directory of its data", () => {
    expect(start("files")).toEqual({
      settings: [`dir ${data}`, "appendonly yes"],
      words: ["-", "--bind", "*", "--protected-mode", "no"],
    });
    expect(start("snapshots").settings).toEqual([`dir ${data}`, "appendonly no"]);
  });

  it("takes any password on a line, and shows it to no list of processes", () => {
    const letters = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    const password = letters.filter((text) => !/[\n\r\0]/.test(text));
    fc.assert(
      fc.property(password, (secret) => {
        const { settings, words } = start("files", secret);
        const line = settings[2] ?? "";
        expect(line.startsWith("requirepass ")).toBe(true);
        expect(unquoted(line.slice("requirepass ".length))).toBe(secret);
        expect(words).toHaveLength(5);
      }),
      { numRuns: 40, examples: [[`O'Neil 1`], ['"'], ["\\"], ["#"], ["$(id) `id` %s \\n"], [" é 語 "]] },
    );
  });

  it("makes a snapshot the first of the files that it appends to", () => {
    writeFileSync(join(data, "dump.rdb"), "REDIS0010 snapshot");
    start("files");
    expect(readFileSync(join(data, "appendonly.aof"), "utf8")).toBe("REDIS0010 snapshot");
    expect(readFileSync(join(data, "dump.rdb"), "utf8")).toBe("REDIS0010 snapshot");
  });

  it("leaves what was appended before as it is", () => {
    writeFileSync(join(data, "dump.rdb"), "old");
    mkdirSync(join(data, "appendonlydir"));
    start("files");
    start("files");
    expect(readdirSync(data).sort()).toEqual([".sextant-keeps", "appendonlydir", "dump.rdb"]);
  });

  it("does not take up files that a server with snapshots alone has left behind", () => {
    start("snapshots");
    writeFileSync(join(data, "dump.rdb"), "new");
    writeFileSync(join(data, "appendonly.aof"), "stale");
    start("files");
    expect(readFileSync(join(data, "appendonly.aof"), "utf8")).toBe("new");
  });

  it("ends, and leaves everything, when what was appended cannot be read", () => {
    start("files");
    writeFileSync(join(data, "appendonly.aof"), "broken");
    const env = { PATH: `${directory}/bin:/usr/bin:/bin` };
    const ran = spawnSync("sh", [script, "snapshots", data], { env, encoding: "utf8" });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toBe("redis-start: what was appended cannot be read; it is left as it is\n");
    expect(readFileSync(join(data, "appendonly.aof"), "utf8")).toBe("broken");
    expect(existsSync(join(data, "dump.rdb"))).toBe(false);
  });
});
