import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { Firewall } from "../../../../components/firewall/firewall";
import { http, ssh, tcp } from "../../../../components/firewall/rule";
import { newGraph, refusal, value } from "../graph";

it("is one firewall at Hetzner, with the rules of its list", async () => {
  const graph = await newGraph();
  const other = pulumi.output("198.51.100.9");
  const edge = new Firewall("edge", { allow: [http, ssh.from("203.0.113.0/24"), tcp(5432).from(other)] });
  expect(await value(edge.id)).toBeTypeOf("number");
  const { inputs } = graph.find("hcloud:index/firewall:Firewall", "edge");
  expect(inputs.rules).toEqual([
    { direction: "in", protocol: "tcp", port: "22", sourceIps: ["203.0.113.0/24"], destinationIps: [] },
    { direction: "in", protocol: "tcp", port: "80", sourceIps: ["0.0.0.0/0", "::/0"], destinationIps: [] },
    { direction: "in", protocol: "tcp", port: "5432", sourceIps: ["198.51.100.9/32"], destinationIps: [] },
  ]);
});

it("says all that is wrong at once", async () => {
  await newGraph();
  const sentences = refusal(() => new Firewall("edge", { allow: [ssh.from(), tcp(70_000).anywhere("")] }));
  expect(sentences).toHaveLength(3);
  for (const one of sentences) expect(one).toMatch(/^Firewall "edge": allow\[[01]\].* but .*; .*\.$/);
});

it("takes changes from the user", async () => {
  const graph = await newGraph();
  const edge = new Firewall("edge", { allow: [], transform: { firewall: { name: "legacy" } } });
  await value(edge.id);
  expect(graph.find("hcloud:index/firewall:Firewall").inputs.name).toBe("legacy");
});
