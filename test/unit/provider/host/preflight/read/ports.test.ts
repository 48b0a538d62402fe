import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublic, readListeners, readPublished } from "../../../../../../provider/host/preflight/read/ports";

describe("what Docker publishes", () => {
  it("is read with its addresses, ranges and protocols; what is not published is left out", () => {
    const column =
      "0.0.0.0:8000-8002->80-82/tcp, :::53->53/udp, [fd00::7]:82->80/tcp, 9000/tcp, 80->80/tcp, 443/tcp";
    expect(readPublished(column)).toEqual([
      { address: "0.0.0.0", first: 8000, last: 8002, protocol: "tcp" },
      { address: "::", first: 53, last: 53, protocol: "udp" },
      { address: "fd00::7", first: 82, last: 82, protocol: "tcp" },
      { address: "", first: 80, last: 80, protocol: "tcp" },
    ]);
    expect(readPublished("")).toEqual([]);
  });

  it("is what was published, whatever that was", () => {
    const port = fc.record({
      address: fc.constantFrom("0.0.0.0", "::", "203.0.113.7"),
      first: fc.nat(65_535),
      more: fc.nat(10),
      protocol: fc.constantFrom("tcp", "udp", "sctp"),
    });
    fc.assert(
      fc.property(fc.array(port), (ports) => {
        const column = ports.map(({ address, first, more, protocol }) => {
          const range = more === 0 ? String(first) : `${first}-${first + more}`;
          return `${address.includes(":") ? `[${address}]` : address}:${range}->1/${protocol}`;
        });
        expect(readPublished(column.join(", "))).toEqual(
          ports.map(({ more, ...rest }) => ({ ...rest, last: rest.first + more })),
        );
      }),
    );
  });
});

it.each([
  ...["0.0.0.0", "::", "", "203.0.113.7", "172.32.0.1", "100.128.0.1", "2001:db8::1"].map((address) => [
    address,
    true,
  ]),
  ...["127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.0.1", "169.254.0.1", "100.64.0.1"].map((address) => [
    address,
    false,
  ]),
  ...["::1", "fd00::7", "fe80::1"].map((address) => [address, false]),
] as [string, boolean][])("whether %s is reached from outside: %s", (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

describe("who listens", () => {
  it("is read with the first process and its control group", () => {
    const sockets = [
      'LISTEN 0      511          0.0.0.0:80        0.0.0.0:*    users:(("nginx",pid=812,fd=6),("nginx",pid=813,fd=6))',
      'LISTEN 0 4096 [fe80::1%eth0]:443 [::]:* users:(("docker-proxy",pid=9,fd=4))',
      "LISTEN 0 4096 *:22 *:*",
    ].join("\n");
    expect(readListeners(sockets, new Map([[812, "0::/system.slice/nginx.service"]]))).toEqual([
      { port: 80, process: "nginx", pid: 812, group: "0::/system.slice/nginx.service" },
      { port: 443, process: "docker-proxy", pid: 9 },
      { port: 22 },
    ]);
  });
});
