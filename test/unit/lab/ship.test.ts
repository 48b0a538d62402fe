/** What `npm run demo -- ship` prints is made of these. */
import { createServer, connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { tryRun } from "../../../lab/docker/exec";
import { partsOf, sentBy } from "../../../lab/ship";

describe("the parts of a run", () => {
  it("are its build, its pull and the rest, however often there was nothing of one", () => {
    const step = (type: string, ms: number) => ({ op: "update", type, name: "x", ms });
    const steps = [
      step("docker-build:index:Image", 2500),
      step("sextant:index:Pull", 1200),
      step("sextant:index:Pull", 300),
      step("sextant:index:Switch", 4000),
    ];
    expect(partsOf(steps, 10)).toEqual({ build: 2.5, transfer: 1.5, rollout: 6 });
    expect(partsOf([], 3)).toEqual({ build: 0, transfer: 0, rollout: 3 });
  });
});

describe("the bytes of connections", () => {
  it("are what each has sent, as the kernel counts them", async () => {
    const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    await new Promise((resolve) => socket.write(Buffer.alloc(123_456), resolve));
    await expect
      .poll(
        async () => {
          const { stdout } = await tryRun("ss", ["-tinOH", "dport", "=", `:${port}`]);
          return sentBy(stdout);
        },
        { timeout: 20_000 },
      )
      .toEqual([[`127.0.0.1:${socket.localPort} 127.0.0.1:${port}`, 123_456]]);
    socket.destroy();
    server.close();
  });

  it("are none where there is no connection", () => {
    expect(sentBy("")).toEqual([]);
  });
});
