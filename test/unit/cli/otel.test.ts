/** The log of a run at a collector: the command as a process, and a server of this process in the collector's place. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
