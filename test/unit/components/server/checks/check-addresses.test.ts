import { expect, it } from "vitest";
import { Firewall } from "../../../../../components/firewall/firewall";
import { ssh, tcp, type Rule } from "../../../../../components/firewall/rule";
import type { ServerArgs } from "../../../../../components/server/args";
import { checkAddresses, warnAddresses } from "../../../../../components/server/checks/check-addresses";
import { newGraph } from "../../graph";

/** As much of a firewall as the check looks at. */
const behind = (allow: Rule[], more: Partial<ServerArgs> = {}): ServerArgs => ({
  type: "cx23",
  firewalls: [{ allow, componentName: "edge" } as unknown as Firewall],
  publicIpv4: false,
  ...more,
});

it("takes a way in by IPv6: a network of its own, everybody, or one that is known only later", async () => {
  await newGraph();
  for (const rule of [
    ssh.from("203.0.113.0/24", "2001:db8::/48"),
    ssh.from("2001:db8::7"),
    ssh.anywhere("CI"),
  ]) {
    expect(checkAddresses(behind([rule]))).toEqual([]);
  }
  expect(checkAddresses(behind([ssh.from("203.0.113.0/24")], { publicIpv4: true }))).toEqual([]);
});

it("refuses networks of IPv4 alone, on the port that ssh uses", () => {
  const rules = [ssh.from("203.0.113.0/24"), tcp(2222).from("198.51.100.7")];
  expect(checkAddresses(behind(rules))).toMatchObject([{ argument: "firewalls" }]);
  expect(checkAddresses(behind(rules, { ssh: { port: 2222 } }))).toMatchObject([{ argument: "firewalls" }]);
});

it("warns of a registry that has no IPv6 address", () => {
  const registries = ["ghcr.io", "registry.example.com"].map((address) => ({ address })) as never;
  expect(warnAddresses(behind([], { registries }))).toMatchObject([
    { argument: "publicIpv4", rule: expect.stringContaining("ghcr.io has no IPv6 address") as string },
  ]);
  expect(warnAddresses(behind([], { registries, publicIpv4: true }))).toEqual([]);
});
