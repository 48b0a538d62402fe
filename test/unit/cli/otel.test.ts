/** The log of a run at a collector: the command as a process, and a server of this process in the collector's place. */
import { execFileSync, spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { compileCommand } from "./compiled";

interface Body {
  resourceLogs: {
    resource: { attributes: unknown[] };
    scopeLogs: { logRecords: { body: { stringValue: string }; severityText: string }[] }[];
  }[];
}

let folder: string;
let command: string;
let collector: Server;
let endpoint: string;
let status: number;
let requests: { path: string; body: string }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sextant-otel-"));
  command = await compileCommand(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  [status, requests] = [200, []];
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push({ path: request.url ?? "", body });
      response.writeHead(status).end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterEach(() => {
  collector.close();
});

async function otel(
  input: string,
  ...words: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [command, "otel", ...words], { cwd: folder });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

/** The lines that the collector has by now. */
const shipped = (): string[] =>
  requests
    .flatMap(({ body }) => (JSON.parse(body) as Body).resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
    .map(({ body }) => body.stringValue);

/** As many lines as are shipped at once, without a wait for others. */
const batch = (name: string): string[] => Array.from({ length: 100 }, (_, at) => `${name} ${at}`);
const printed = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

describe("what sextant otel outlives while a run goes on", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "is %s, which the terminal and a job give to all of a pipe",
    async (signal) => {
      const child = spawn(process.execPath, [command, "otel", endpoint], { cwd: folder });
      child.stdin.on("error", () => undefined);
      const ended = new Promise((resolve) => child.on("close", (...how) => resolve(how)));
      let out = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.stdin.write("before\n");
      await vi.waitFor(() => expect(out).toBe("before\n"), 10_000);
      child.kill(signal);
      // The second Ctrl-C, by which Pulumi ends at once.
      child.kill(signal);
      child.stdin.end("cancelled\n");
      expect(await ended).toEqual([0, null]);
      expect(out).toBe("before\ncancelled\n");
      expect(shipped()).toEqual(["before", "cancelled"]);
    },
  );

  it("is that nobody reads what it prints any more", async () => {
    const child = spawn(process.execPath, [command, "otel", endpoint], { cwd: folder });
    child.stdin.on("error", () => undefined);
    const ended = new Promise((resolve) => child.on("close", (...how) => resolve(how)));
    child.stdin.write("before\n");
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdout.destroy();
    for (const each of ["one", "two"]) {
      child.stdin.write(printed(batch(each)));
      await vi.waitFor(() => expect(shipped()).toContain(`${each} 98`), 10_000);
    }
    child.stdin.end("after\n");
    expect(await ended).toEqual([0, null]);
    expect(shipped()).toEqual(["before", ...batch("one"), ...batch("two"), "after"]);
  });

  it("is the end of its terminal", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const line = `exec '${process.execPath}' '${command}' otel ${endpoint} <'${pipe}'`;
    const terminal = spawn("script", ["--quiet", "--command", line, "/dev/null"], { cwd: folder });
    const gone = new Promise((resolve) => terminal.on("exit", resolve));
    const run = createWriteStream(pipe);
    run.on("error", () => undefined);
    run.write(printed(batch("before")));
    await vi.waitFor(() => expect(shipped()).toHaveLength(100), 10_000);
    terminal.kill("SIGKILL");
    await gone;
    for (const each of ["one", "two"]) {
      run.write(printed(batch(each)));
      await vi.waitFor(() => expect(shipped()).toContain(`${each} 99`), 10_000);
    }
    run.end("after\n");
    await vi.waitFor(() => expect(shipped().at(-1)).toBe("after"), 10_000);
    expect(shipped()).toEqual([...batch("before"), ...batch("one"), ...batch("two"), "after"]);
  });
});

describe("sextant otel", () => {
  it("passes on what a run prints, and ships each line once, in order, with whose run it was", async () => {
    const lines = Array.from({ length: 250 }, (_, at) => `\u001b[32mline ${at}\u001b[0m`);
    const input = [...lines, "error: it failed", "warning: look"].map((line) => `${line}\n`).join("");
    expect(await otel(input, `${endpoint}/`, "--stack", "production")).toEqual({
      code: 0,
      out: input,
      err: "",
    });
    expect(requests.map(({ path }) => path)).toEqual(["/v1/logs", "/v1/logs", "/v1/logs"]);
    const bodies = requests.map(({ body }) => JSON.parse(body) as Body);
    const records = bodies.flatMap(({ resourceLogs: [logs] }) => logs?.scopeLogs[0]?.logRecords ?? []);
    expect(records.map(({ body }) => body.stringValue)).toEqual([
      ...lines.map((_, at) => `line ${at}`),
      "error: it failed",
      "warning: look",
    ]);
    expect(records.slice(-3).map(({ severityText }) => severityText)).toEqual(["INFO", "ERROR", "WARN"]);
    expect(bodies[0]?.resourceLogs[0]?.resource.attributes).toEqual(
      expect.arrayContaining([
        { key: "service.name", value: { stringValue: "sextant" } },
        { key: "deployment.environment.name", value: { stringValue: "production" } },
      ]),
    );
  });

  it("fails no run where the collector does not take it, and says so once", async () => {
    status = 500;
    const input = "a line\n".repeat(300);
    const refused = await otel(input, endpoint);
    expect(refused).toMatchObject({ code: 0, out: input });
    expect(refused.err).toBe(`sextant otel: ${endpoint} does not take the log: it answered 500.\n`);
    expect(await otel("a line\n", "http://127.0.0.1:1")).toMatchObject({ code: 0, out: "a line\n" });
  });

  it("takes an address alone", async () => {
    const { code, err } = await otel("", "collector:4318");
    expect(code).not.toBe(0);
    expect(err).toContain("write it like http://127.0.0.1:4318");
  });
});
