import { describe, expect, it } from "vitest";
import { rulesOf, serversOf } from "../../../../cli/preview/cloud";
import type { Step } from "../../../../cli/preview/digest";

const step = (type: string, name: string, news: object): Step =>
  ({ type, name, operation: "create", news, differing: [], urn: name }) as unknown as Step;

describe("what changes at Hetzner, and on machines of other clouds", () => {
  it("has the rules of a machine's own firewall as those of one at Hetzner", () => {
    const rules = [{ direction: "in", protocol: "tcp", port: "22", sourceIps: ["203.0.113.0/24"] }];
    expect(rulesOf([step("sextant:index:HostFirewall", "web-1", { rules })])).toEqual([
      { firewall: "web-1", rule: "in tcp 22", fresh: true, new: "203.0.113.0/24" },
    ]);
  });

  it("is in the order of the names, in whatever order the engine took it up", () => {
    const steps = ["web-2", "db-1", "web-1"].flatMap((name) => [
      step("hcloud:index/server:Server", name, { serverType: "cx23", location: "fsn1" }),
      step("hcloud:index/firewall:Firewall", name, {
        rules: [{ direction: "in", protocol: "tcp", port: "443", sourceIps: ["0.0.0.0/0"] }],
      }),
    ]);
    for (const each of [steps, steps.toReversed()]) {
      expect(serversOf(each).map(({ server }) => server)).toEqual(["db-1", "web-1", "web-2"]);
      expect(rulesOf(each).map(({ firewall }) => firewall)).toEqual(["db-1", "web-1", "web-2"]);
    }
  });
});
