/** One request to Docker's API, by a real curl against a server on a socket. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { verb } from "./bare-machine";

let folder: string;
let server: Server;
let asked: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sextant-engine-"));
  asked = [];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(
        `${request.method ?? ""} ${request.url ?? ""} ${request.headers["content-type"] ?? ""} ${body}`,
      );
      response.writeHead(409).end('{"message":"taken"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function engine(words: string[], input: string): Promise<{ code: number | null; stdout: string }> {
  const child = spawn("sh", ["-c", verb("engine"), "engine", ...words], {
    env: { PATH: process.env["PATH"], DOCKER_HOST: `unix://${join(folder, "socket")}` },
  });
  child.stdin.end(input);
  const stdout = await text(child.stdout);
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.on("close", resolve)));
  return { code, stdout };
}

it("hands the body over as it is, and prints the answer and its status, a refusal too", async () => {
  expect(await engine(["POST", "/containers/create?name=a"], '{"Env":["A=@b"]}')).toEqual({
    code: 0,
    stdout: '{"message":"taken"}\n409\n',
  });
  await engine(["PUT", "/archive", "application/x-tar"], "\n");
  expect(asked).toEqual([
    'POST /containers/create?name=a application/json {"Env":["A=@b"]}',
    "PUT /archive application/x-tar \n",
  ]);
});

it("fails where Docker does not answer", async () => {
  server.close();
  expect(await engine(["GET", "/info"], "")).not.toMatchObject({ code: 0 });
});
