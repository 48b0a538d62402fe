/** An image that goes to a registry on a server: who can build it, and where it can run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  Accessory,
  App,
  Image,
  Registry,
  ServerRegistry,
  type Host,
  type ImageArgs,
} from "../../../../components";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, refusal, unmarked, value, type Graph } from "../graph";

let graph: Graph;
let context = "";
let hosts: Record<"web1" | "web2" | "other", Host>;
let images: ServerRegistry;
const name = "shop-test-images.internal:5000";

beforeEach(async () => {
  context = mkdtempSync(join(tmpdir(), "sextant-own-"));
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
  graph = await newGraph(({ type }) =>
    type === "docker-build:index:Image" ? { digest: `sha256:${"0".repeat(64)}` } : {},
  );
  const network = fakeNetwork("network");
  const [web1, web2, other] = ["web-1", "web-2", "other"].map((each) => fakeHost(each, network));
  if (web1 === undefined || web2 === undefined || other === undefined) throw new Error("three");
  hosts = { web1, web2, other };
  images = new ServerRegistry("images", { server: web1, clients: [web2] });
});
afterEach(() => {
  rmSync(context, { recursive: true });
});

const image = (change: Partial<ImageArgs> = {}): Image =>
  new Image(
    "shop",
    {
      ...{ repository: `${images.address}/acme/shop`, context, version: "v1" },
      ...{ builder: hosts.web2, registries: [images] },
      ...change,
    },
    graph.watching,
  );

describe("an image in a registry on a server", () => {
  it("is built once all hosts reach the registry, without a login", async () => {
    const { reference } = image();
    expect(await value(reference)).toBe(`${name}/acme/shop:v1@sha256:${"0".repeat(64)}`);
    const { dependsOn } = graph.optionsOf("docker-build:index:Image");
    for (const step of images.trusted) expect(dependsOn).toContain(step);
    expect(graph.find("docker-build:index:Image").inputs["registries"]).toBeUndefined();
  });

  it("may stand on images of other registries, whose logins it gets", async () => {
    const hub = new Registry("hub", { address: "hub.test", username: "a", password: "b" });
    await value(image({ registries: [hub, images] }).reference);
    const { registries } = unmarked(graph.find("docker-build:index:Image").inputs);
    expect(registries).toMatchObject([{ address: "hub.test", username: "a" }]);
  });

  it.each<[string, () => Partial<ImageArgs>, string]>([
    [
      "the machine that runs Pulumi",
      () => ({ builder: undefined }) as never,
      'builder is this machine, and ServerRegistry "images" is reached from web-1, web-2 alone; give one of them as builder: it builds the files that lie here.',
    ],
    [
      "a builder of buildx",
      () => ({ builder: "mine" }),
      'builder is "mine", but ServerRegistry "images" is reached from web-1, web-2 alone; give one of them as builder: it builds the files that lie here.',
    ],
    [
      "another server",
      () => ({ builder: hosts.other }),
      'builder is "other", but ServerRegistry "images" is reached from web-1, web-2 alone; build on one of them, or add the builder to its clients.',
    ],
    [
      "another repository",
      () => ({ repository: "ghcr.io/acme/shop" }),
      'repository is "ghcr.io/acme/shop", but it is not in ServerRegistry "images", which is among registries; begin it with the registry\'s address: `${images.address}/shop`.',
    ],
  ])("is refused to %s", (_, change, said) => {
    expect(refusal(() => image(change()))).toEqual([`Image "shop": ${said}`]);
  });

  it("runs on the registry's hosts alone, whose pull asks for its digest", async () => {
    const roles = (servers: Host[]) => ({ job: { servers, command: ["work"] } });
    expect(
      refusal(() => new App("shop", { image: image(), roles: roles([hosts.web1, hosts.other]) })),
    ).toEqual([
      'App "shop": roles.job.servers[1] is "other", but it is no client of ServerRegistry "images", which has the image; add it to the registry\'s clients.',
    ]);
    const jobs = { image: image({ version: "v2" }), command: ["work"] };
    expect(
      refusal(
        () =>
          new App("shop", {
            ...{ image: "registry.test/shop", version: "v1" },
            roles: { web: { servers: [hosts.other] }, job: { servers: [hosts.other], ...jobs } },
          }),
      ),
    ).toEqual([
      'App "shop": roles.job.servers[0] is "other", but it is no client of ServerRegistry "images", which has the image; add it to the registry\'s clients.',
    ]);
    expect(refusal(() => new Accessory("search", { server: hosts.other, image: image() }))).toEqual([
      'Accessory "search": server is "other", but it is no client of ServerRegistry "images", which has the image; add it to the registry\'s clients.',
    ]);
    const app = new App("work", { image: image(), roles: roles([hosts.web1]) });
    await value(pulumi.output(app.image.id));
    expect(graph.find("sextant:index:Pull", "work-pull").inputs["image"]).toBe(
      `${name}/acme/shop:v1@sha256:${"0".repeat(64)}`,
    );
  });
});
