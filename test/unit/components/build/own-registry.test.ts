/** An image that goes to a registry on a server: who can build it, and where it can run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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
/** What the provider answers, by the type. */
let answers: Record<string, Record<string, unknown>>;
const name = "shop-test-images.internal:5000";

beforeEach(async () => {
  context = mkdtempSync(join(tmpdir(), "sextant-own-"));
  vi.stubEnv("XDG_CACHE_HOME", join(context, "cache"));
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
  answers = { "docker-build:index:Image": { digest: `sha256:${"0".repeat(64)}` } };
  graph = await newGraph(({ type }) => answers[type] ?? {});
  const network = fakeNetwork("network");
  const [web1, web2, other] = ["web-1", "web-2", "other"].map((each) => fakeHost(each, network));
  if (web1 === undefined || web2 === undefined || other === undefined) throw new Error("three");
  hosts = { web1, web2, other };
  images = new ServerRegistry("images", { server: web1, clients: [web2] });
});
afterEach(() => {
  vi.unstubAllEnvs();
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

  it.each([undefined, "mine"])(
    "is built on the machine that runs Pulumi into a directory and goes to the registry's host, with %s as builder",
    async (builder) => {
      const shop = image({ builder: builder as never });
      expect(await value(shop.reference)).toBe(`${name}/acme/shop:v1@sha256:${"0".repeat(64)}`);
      const build = graph.find("docker-build:index:Image").inputs;
      const place = "/tmp/sextant-builds/shop-test-shop";
      expect(build["exports"]).toEqual([{ raw: `type=oci,dest=${place},tar=false` }]);
      expect(build["builder"]).toEqual(builder === undefined ? undefined : { name: builder });
      const push = graph.find("sextant:index:ImagePush");
      expect(unmarked(push.inputs)).toMatchObject({
        ...{ address: name, ip: "10.0.0.2", repository: "acme/shop", tag: "v1", build: "shop" },
        ...{ digest: `sha256:${"0".repeat(64)}`, directory: place },
        shell: { name: "web-1" },
      });
      const after = (type: string): unknown[] => graph.optionsOf(type).dependsOn as unknown[];
      for (const step of images.trusted) {
        // It is built while the registry is made.
        expect(after("docker-build:index:Image")).not.toContain(step);
        expect(after("sextant:index:ImagePush")).toContain(step);
      }
    },
  );

  it("goes by its build alone where one of the registry's hosts builds it", async () => {
    await value(image().reference);
    expect(graph.made.map(({ type }) => type)).not.toContain("sextant:index:ImagePush");
  });

  it("is pulled by no host before it has been pushed", async () => {
    answers = { "sextant:index:ImagePush": { digest: "of the push" } };
    const noted = vi.spyOn(images, "pushed");
    expect(await value(image({ builder: undefined as never }).reference)).toBe(
      `${name}/acme/shop:v1@of the push`,
    );
    // Nor are older images removed before.
    const [[repository, digest] = ["", ""]] = noted.mock.calls;
    expect([repository, await value(pulumi.output(digest))]).toEqual(["acme/shop", "of the push"]);
  });

  it("may stand on images of other registries, whose logins it gets", async () => {
    const hub = new Registry("hub", { address: "hub.test", username: "a", password: "b" });
    await value(image({ registries: [hub, images] }).reference);
    const { registries } = unmarked(graph.find("docker-build:index:Image").inputs);
    expect(registries).toMatchObject([{ address: "hub.test", username: "a" }]);
  });

  it.each<[string, () => Partial<ImageArgs>, string]>([
    [
      "another server",
      () => ({ builder: hosts.other }),
      'builder is "other", but ServerRegistry "images" is reached from web-1, web-2 alone; build on one of them, add the builder to its clients, or leave it out, to build on this machine.',
    ],
    [
      "the machine that runs Pulumi with its cache in the same registry",
      () => ({ builder: undefined as never, cache: { type: "registry" } }),
      'cache is kept in ServerRegistry "images", which no builder of this machine reaches; leave cache out, write type: "local", or name an image of another registry.',
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
