/** What counts as lost: a real server on loopback that resets connections at known moments. */
import { Agent, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, ask } from "../../../lab/load/request";

let server: Server | undefined;
let agent: Agent | undefined;

afterEach(() => {
  agent?.destroy();
  server?.closeAllConnections();
  server?.close();
});

/** A server that resets the connection of the requests whose turn is given; answers with its own base URL. */
async function resetting(...turns: number[]): Promise<string> {
  let turn = 0;
  server = createServer((incoming, answer) => {
    turn += 1;
    if (turns.includes(turn)) incoming.socket.resetAndDestroy();
    else answer.setHeader("X-App-Version", "v1").end("fine");
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function post(url: string, over?: Agent): Promise<Answer> {
  return ask({
    method: "POST",
    url,
    host: "shop.test",
    body: "x",
    timeoutMs: 5000,
    ...(over && { agent: over }),
  });
}

describe("a request that is reset", () => {
  it("is sent again when its connection had carried an answer", async () => {
    const url = await resetting(2);
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await post(url, agent)).toMatchObject({ status: 200, retried: false });
    expect(await post(url, agent)).toMatchObject({ status: 200, version: "v1", retried: true });
  });

  it("is sent again also when it had waited for that connection", async () => {
    const url = await resetting(2);
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const both = await Promise.all([post(url, agent), post(url, agent)]);
    expect(both.map(({ retried }) => retried)).toEqual([false, true]);
  });

  it("is lost on a connection of its own, and when the second try is reset as well", async () => {
    const url = await resetting(1, 3, 4);
    await expect(post(url)).rejects.toThrow("ECONNRESET");
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await post(url, agent);
    await expect(post(url, agent)).rejects.toThrow("ECONNRESET");
  });
});
