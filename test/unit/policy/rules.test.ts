import { describe, expect, it } from "vitest";
import { halfReleased } from "../../../policy/rules/half-released";
import { movingImage } from "../../../policy/rules/moving-image";
import { publicAccessory } from "../../../policy/rules/public-accessory";
import { unprotectedData } from "../../../policy/rules/unprotected-data";
import type { Resource } from "../../../policy/rules/resource";
import { unknownSettings, withKnownSettings } from "../../../policy/settings";
import { policies } from "../../../policy/policies";
import { sshSources } from "../../../policy/rules/ssh-sources";

const resource = (change: Partial<Resource>): Resource => ({
  type: "",
  name: "",
  urn: "urn",
  props: {},
  protect: false,
  parent: "app",
  ...change,
});
const containerType = "sextant:index:Container";
const labels = (label: string): object => ({ [label]: "x" });

describe("a half release", () => {
  const container = (name: string): Resource =>
    resource({ type: containerType, name: "shop-web-s1", props: { name, labels: labels("sextant.role") } });
  const switchTo = (name: string): Resource =>
    resource({ name: "shop-web-s1-switch", props: { role: "p/s/shop/web", container: name } });

  it("is a container whose switch names another one", () => {
    expect(halfReleased([container("shop-web-s1-new"), switchTo("shop-web-s1-old")])).toHaveLength(1);
  });

  it("is none when both go together, when the switch is not known yet, and for what has no switch", () => {
    expect(halfReleased([container("shop-web-s1-new"), switchTo("shop-web-s1-new")])).toEqual([]);
    expect(halfReleased([container("a"), resource({ name: "shop-web-s1-switch" })])).toEqual([]);
    expect(halfReleased([container("a")])).toEqual([]);
    expect(halfReleased([container("a"), { ...switchTo("b"), parent: "another app" }])).toEqual([]);
  });
});

it("an image moves without a tag of its own", () => {
  const moving = ["postgres", "postgres:latest", "r.test:5000/shop", "r.test/shop:main"];
  expect(moving.flatMap((image) => movingImage(containerType, { image }))).toHaveLength(4);
  const fixed = ["postgres:15", "r.test:5000/shop:v1", `shop@sha256:${"0".repeat(64)}`];
  expect(fixed.flatMap((image) => movingImage(containerType, { image }))).toEqual([]);
});

it("an accessory is public by its argument, or by a port", () => {
  const ports = (ip?: string): object => ({
    labels: labels("sextant.accessory"),
    ports: [{ external: 1, ip }],
  });
  const said = (props: object): string[] => publicAccessory(containerType, "db", { ...props });
  expect([ports(), ports("0.0.0.0"), ports("::"), ports("198.51.100.1")].map(said).flat()).toHaveLength(4);
  expect([ports("127.0.0.1"), ports("10.0.0.2"), ports("::1")].map(said).flat()).toEqual([]);
  const others = { labels: [{ label: "sextant.accessory", value: "x" }], ports: [{ external: 1 }] };
  expect(publicAccessory("docker:index/container:Container", "db", others)).toHaveLength(1);
  expect(publicAccessory("sextant:index:Accessory", "db", { publish: "public" })).toHaveLength(1);
});

it("data is protected, unless the program deletes it", () => {
  const volume = (name: string, parent: string, data: string, protect = false): Resource =>
    resource({
      type: "sextant:index:Volume",
      name,
      urn: name,
      props: { data },
      parent,
      protect,
    });
  const components = [
    resource({
      type: "sextant:index:Accessory",
      urn: "db",
      props: { volumes: ["data"], server: "data-1" },
    }),
    resource({ type: "sextant:index:App", urn: "shop" }),
    resource({ type: "sextant:index:Proxy", urn: "proxy" }),
  ];
  const kept = [volume("a", "db", "keep"), volume("b", "shop", "leave"), volume("c", "proxy", "discard")];
  const held = volume("d", "db", "discard", true);
  expect(unprotectedData([...components, ...kept, held])).toEqual([]);
  const lost = [volume("e", "db", "discard"), volume("f", "shop", "discard")];
  expect(unprotectedData([...components, ...kept, ...lost]).map(({ urn }) => urn)).toEqual(["e", "f"]);
  const server = resource({ type: "hcloud:index/server:Server", name: "data-1", urn: "server" });
  expect(unprotectedData([...components, server]).map(({ urn }) => urn)).toEqual(["server"]);
});

it("SSH comes from named networks, or from the configured ones", () => {
  const from = (port: string, ...sourceIps: string[]): Record<string, unknown> => ({
    rules: [{ direction: "in", protocol: "tcp", port, sourceIps }],
  });
  const type = "hcloud:index/firewall:Firewall";
  expect(sshSources(type, from("22", "0.0.0.0/0", "::/0"), 22, [])).toHaveLength(2);
  expect(sshSources("sextant:index:HostFirewall", from("22", "0.0.0.0/0", "::/0"), 22, [])).toHaveLength(2);
  expect(sshSources(type, from("20-30", "0.0.0.0/0"), 22, [])).toHaveLength(1);
  expect(sshSources(type, from("443", "0.0.0.0/0"), 22, [])).toEqual([]);
  expect(sshSources(type, from("22", "10.1.0.0/16"), 22, ["10.0.0.0/8"])).toEqual([]);
  expect(sshSources(type, from("22", "203.0.113.0/24"), 22, ["10.0.0.0/8"])).toHaveLength(1);
});

describe("a setting", () => {
  it("that a policy does not have is said, with those that it has", () => {
    expect(unknownSettings("ssh-sources", { network: [], port: 2222 }, ["networks", "port"])).toEqual([
      "ssh-sources has no setting network; it takes networks and port.",
    ]);
    expect(unknownSettings("no-mutable-tag", { tags: [] }, [])).toEqual([
      "no-mutable-tag has no setting tags; it takes none.",
    ]);
  });

  it("is said once by each policy of the pack, before what it reports itself", () => {
    for (const policy of policies.map(withKnownSettings)) {
      const said: string[] = [];
      const args = { type: "x", name: "x", props: {}, resources: [], getConfig: () => ({ colour: "red" }) };
      const report = (message: string): number => said.push(message);
      const { validateStack, validateResource } = policy as unknown as Record<string, unknown>;
      for (let time = 0; time < 2; time++) {
        for (const validate of [validateStack ?? [], validateResource ?? []].flat()) {
          (validate as (given: object, to: typeof report) => void)(args, report);
        }
      }
      expect(said, policy.name).toHaveLength(1);
      expect(said[0]).toContain(`${policy.name} has no setting colour`);
    }
  });
});
