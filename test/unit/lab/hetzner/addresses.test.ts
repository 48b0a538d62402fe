import { describe, expect, it } from "vitest";
import {
  covers,
  firstFree,
  gatewayOf,
  holds,
  hostOf,
  isCidr,
  isPrivate,
  overlap,
  parseRange,
  toAddress,
  toNumber,
  type Range,
} from "../../../../lab/hetzner/addresses";

const range = (cidr: string): Range => {
  const parsed = parseRange(cidr);
  if (!parsed) throw new Error(cidr);
  return parsed;
};

describe("ranges", () => {
  it.each(["10.0.0.0/33", "10.0.0.1/16", "10.0.0/8", "fd00::/64", "10.0.0.0", "10.0.0.0/8/8"])(
    "rejects %s",
    (cidr) => {
      expect(parseRange(cidr)).toBeUndefined();
    },
  );

  it("turns addresses into numbers and back", () => {
    for (const ip of ["0.0.0.0", "10.213.1.1", "255.255.255.255"]) expect(toAddress(toNumber(ip))).toBe(ip);
  });

  it("knows what lies inside and what overlaps", () => {
    expect(covers(range("10.0.0.0/16"), range("10.0.1.0/24"))).toBe(true);
    expect(covers(range("10.0.1.0/24"), range("10.0.0.0/16"))).toBe(false);
    expect(overlap(range("10.0.0.0/16"), range("10.0.255.0/24"))).toBe(true);
    expect(overlap(range("10.0.0.0/16"), range("10.1.0.0/16"))).toBe(false);
    expect(holds(range("10.0.1.0/24"), "10.0.1.255")).toBe(true);
    expect(holds(range("10.0.1.0/24"), "10.0.2.0")).toBe(false);
  });

  it("lets networks be private ranges only", () => {
    expect(isPrivate(range("172.16.0.0/12"))).toBe(true);
    expect(isPrivate(range("172.32.0.0/16"))).toBe(false);
    expect(isPrivate(range("8.0.0.0/8"))).toBe(false);
  });
});

describe("addresses of members", () => {
  const network = range("10.0.0.0/16");

  it("skips the network's gateway", () => {
    expect(gatewayOf(network)).toBe("10.0.0.1");
    expect(firstFree(network, range("10.0.0.0/24"), new Set())).toBe("10.0.0.2");
  });

  it("gives a later subnet's first address", () => {
    expect(firstFree(network, range("10.0.1.0/24"), new Set())).toBe("10.0.1.1");
    expect(firstFree(network, range("10.0.1.0/24"), new Set(["10.0.1.1"]))).toBe("10.0.1.2");
  });

  it("finds nothing in a full subnet", () => {
    const taken = new Set(["10.0.1.1", "10.0.1.2"]);
    expect(firstFree(network, range("10.0.1.0/30"), taken)).toBeUndefined();
  });

  it("gives a server the first address of its IPv6 network", () => {
    expect(hostOf("fd00:5e7a:0:0:2a::/80")).toBe("fd00:5e7a:0:0:2a::1");
  });
});

it.each([
  ["0.0.0.0/0", true],
  ["::/0", true],
  ["2001:db8::/129", false],
  ["10.0.0.1", false],
  ["any", false],
])("takes %s as a firewall's source: %s", (text, valid) => {
  expect(isCidr(text)).toBe(valid);
});
