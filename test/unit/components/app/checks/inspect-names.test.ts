import { createSocket, type Socket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { afterEach, describe, expect, it } from "vitest";
import { judgeName, lookUp } from "../../../../../components/app/checks/inspect-names";

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** A name server on loopback: an A record for each name that it knows, and `rcode` for all others. */
async function nameServer(records: Record<string, string>, rcode = 3): Promise<Resolver> {
  const socket = createSocket("udp4");
  sockets.push(socket);
  socket.on("message", (question, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let size = question[at] ?? 0; size > 0; size = question[at] ?? 0) {
      labels.push(question.toString("latin1", at + 1, at + 1 + size));
      at += size + 1;
    }
    const address = records[labels.join(".")];
    const wantsA = question.readUInt16BE(at + 1) === 1;
    const body = question.subarray(12, at + 5);
    const answers = address !== undefined && wantsA ? 1 : 0;
    const head = Buffer.alloc(12);
    question.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (address === undefined ? rcode : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers, 6);
    const record = Buffer.from([
      0xc0,
      12,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      60,
      0,
      4,
      ...(address ?? "0.0.0.0").split(".").map(Number),
    ]);
    socket.send(Buffer.concat([head, body, ...(answers === 1 ? [record] : [])]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const resolver = new Resolver({ timeout: 300, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return resolver;
}

describe("the question to DNS", () => {
  it("tells an address, no such name, and silence apart", async () => {
    const resolver = await nameServer({ "shop.test": "192.0.2.1" });
    expect(await lookUp("shop.test", resolver)).toEqual({ addresses: ["192.0.2.1"] });
    expect(await lookUp("other.test", resolver)).toEqual({ addresses: [] });
    expect(await lookUp("shop.test", await nameServer({}, 2))).toEqual({ silent: true });
    const nobody = new Resolver({ timeout: 100, tries: 1 });
    nobody.setServers(["127.0.0.1:1"]);
    expect(await lookUp("shop.test", nobody)).toEqual({ silent: true });
  });
});

describe("what is said of its answer", () => {
  const wanted = { argument: "route.hosts", name: "shop.test", server: "web-1" };
  const rules = (addresses: string[], own?: string[]): string[] =>
    judgeName(wanted, { addresses }, own).map((problem) =>
      "rule" in problem ? problem.rule : problem.fault,
    );

  it("is nothing for the server's own addresses, in any spelling, or while these are unknown", () => {
    expect(rules(["192.0.2.1", "2001:db8:0::1"], ["192.0.2.1", "2001:DB8::1"])).toEqual([]);
    expect(rules(["198.51.100.7"])).toEqual([]);
  });

  it("names the one address that leads elsewhere, and a name without any, also before the server is there", () => {
    expect(rules(["192.0.2.1", "2001:db8::2"], ["192.0.2.1", "2001:db8::1"])).toEqual([
      "DNS leads it to 2001:db8::2, which is not web-1",
    ]);
    expect(rules([])).toEqual(["DNS has no address for it, and Let's Encrypt comes where DNS leads"]);
  });

  it("says silence as such, and no more", () => {
    expect(judgeName(wanted, { silent: true }, ["192.0.2.1"])).toMatchObject([
      { rule: "DNS did not answer here, so that it is unchecked where the name leads" },
    ]);
  });
});
