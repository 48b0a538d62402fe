import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkNetwork,
  contains,
  overlap,
  subnetsOf,
  type NetworkArgs,
} from "../../../../components/network/args";
import { Network } from "../../../../components/network/network";
import { sentence } from "../../../../components/core/problem";
import { newGraph, value } from "../graph";

it("is a network with one subnet by default", async () => {
  const graph = await newGraph();
  const net = new Network("net", {}, graph.watching);
  await value(net.subnets[0]?.id ?? net.network.id);
  expect(graph.find("hcloud:index/network:Network").inputs).toMatchObject({ ipRange: "10.0.0.0/16" });
  expect(graph.find("hcloud:index/networkSubnet:NetworkSubnet", "net-10-0-0-0-24").inputs).toMatchObject({
    ipRange: "10.0.0.0/24",
    type: "cloud",
    networkZone: "eu-central",
  });
});

it("protects at Hetzner and in Pulumi", async () => {
  const graph = await newGraph();
  const net = new Network("net", { protect: true }, graph.watching);
  await value(net.network.id);
  expect(graph.find("hcloud:index/network:Network").inputs.deleteProtection).toBe(true);
  expect(graph.optionsOf("hcloud:index/network:Network").protect).toBe(true);
});

describe("ranges", () => {
  it("holds each of its own parts, and none of another's", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        expect(contains(`${address}/${prefix}`, address)).toBe(true);
      }),
    );
    expect(contains("10.0.0.0/16", "10.1.0.0/24")).toBe(false);
    expect(contains("10.0.0.0/24", "10.0.0.0/16")).toBe(false);
  });

  it("overlap where they share an address, and only there", () => {
    const range = fc
      .tuple(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 8, max: 32 }),
      )
      .map(([second, last, prefix]) => ({ text: `10.${second}.0.${last}/${prefix}`, prefix, second, last }));
    const bounds = ({ second, last, prefix }: { second: number; last: number; prefix: number }) => {
      const size = 2 ** (32 - prefix);
      const first = Math.floor((second * 2 ** 16 + last) / size) * size;
      return { first, end: first + size };
    };
    fc.assert(
      fc.property(range, range, (one, other) => {
        const [a, b] = [bounds(one), bounds(other)];
        expect(overlap(one.text, other.text)).toBe(a.first < b.end && b.first < a.end);
      }),
    );
  });

  it("takes a small range as its own subnet", () => {
    expect(subnetsOf({ ipRange: "10.4.0.0/28" })).toEqual(["10.4.0.0/28"]);
  });
});

describe("bad arguments", () => {
  it.each<[string, NetworkArgs, string]>([
    [
      "no prefix",
      { ipRange: "10.0.0.0" },
      'ipRange is "10.0.0.0", but a network is an address and a prefix length; write "10.0.0.0/32" (npx sextant docs checks#values).',
    ],
    [
      "public",
      { ipRange: "8.8.0.0/16" },
      'ipRange is "8.8.0.0/16", but a private network lies in one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16; choose one there, such as "10.0.0.0/16".',
    ],
    [
      "zone",
      { zone: "moon" as "us-east" },
      'zone is "moon", but it is one of eu-central, us-east, us-west, ap-southeast; choose one of these.',
    ],
    ["no subnet", { subnets: [] }, "subnets is [], but it must not be empty; leave it out for one subnet."],
    [
      "outside",
      { subnets: ["10.9.0.0/24"] },
      'subnets[0] is "10.9.0.0/24", but it is outside of 10.0.0.0/16; choose a part of that range.',
    ],
    [
      "overlap",
      { subnets: ["10.0.0.0/24", "10.0.0.128/25"] },
      'subnets[1] is "10.0.0.128/25", but it overlaps with 10.0.0.0/24; choose a part that is free.',
    ],
  ])("%s", (_, args, expected) => {
    const problems = checkNetwork(args);
    expect(problems.map((problem) => sentence("Network", problem))).toEqual([`Network: ${expected}`]);
  });
});
