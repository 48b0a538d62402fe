/** What components call their things on a host: by the names that were there first, which the resource of their data tells. */
import { beforeAll, describe, expect, it } from "vitest";
import { Accessory, App, Postgres, type Host } from "../../../../components";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, value, type Graph } from "../graph";

const type = (name: string) => `sextant:index:${name}`;
let graph: Graph;
let hosts: Host[];

beforeAll(async () => {
  // As after renames: what was made by another name, in another stack.
  graph = await newGraph(({ type: made, inputs }) =>
    made === type("Data")
      ? inputs["kamal"] === undefined
        ? { name: `before-${String(inputs["name"])}`, owner: String(inputs["owner"]).replace("test", "old") }
        : { taken: { data: { source: "/root/shop-db/data", readOnly: true } } }
      : {},
  );
  const network = fakeNetwork("host");
  hosts = ["web-1", "web-2"].map((name) => fakeHost(name, network));
});

describe("an accessory that was renamed", () => {
  it("keeps its volumes, the name of its container and the one that others reach it by", async () => {
    const db = new Postgres("db", { server: hosts[0] as Host, version: "17", password: "x" });
    expect(await value(db.url)).toContain("@before-shop-test-db:5432/");
    expect(graph.find(type("Volume"), "db-data").inputs).toMatchObject({
      name: "before-shop-test-db-data",
      owner: "shop/old/accessory/db/data",
      component: "shop/test/accessory/db",
      data: "keep",
      host: "web-1",
      format: { image: "postgres:17", major: 17, libc: "glibc", user: "app", database: "app" },
    });
    expect(graph.find(type("Container"), "db").inputs).toMatchObject({
      name: "before-shop-test-db",
      network: { aliases: ["before-shop-test-db"] },
      volumes: [{ volumeName: "before-shop-test-db-data" }],
      ownedBy: "sextant.owner",
      labels: { "sextant.owner": "shop/test/accessory/db" },
    });
    expect(graph.find(type("AccessoryReady"), "db-ready").inputs["container"]).toBe("before-shop-test-db");
  });

  it("of Kamal's has its name, and its data where it lies", async () => {
    const kamals = Object.create(hosts[0] as Host, { takeOver: { value: "kamal" } }) as Host;
    const db = new Postgres("shop-db", {
      ...{ server: kamals, version: "17", password: "x", takeOver: "shop-db" },
    });
    expect(await value(db.url)).toContain("@shop-db:5432/");
    expect(graph.find(type("Data"), "shop-db").inputs).toMatchObject({
      name: "shop-db",
      kamal: {
        ...{ service: "shop-db", volumes: { data: "/var/lib/postgresql/data" }, files: [] },
        ownedBy: "shop/test/accessory/shop-db",
      },
    });
    expect(graph.find(type("Volume"), "shop-db-data").inputs).toMatchObject({
      name: "/root/shop-db/data",
      kamal: "shop-db",
    });
    expect(graph.find(type("Container"), "shop-db").inputs).toMatchObject({
      name: "shop-db",
      network: { aliases: ["shop-db"], also: ["kamal"] },
      volumes: [{ volumeName: "/root/shop-db/data", readOnly: true }],
      kamal: "shop-db",
    });
    expect(graph.find(type("PostgresLogin"), "shop-db-login").inputs).toMatchObject({ taken: true });
  });

  it("of Kamal's is looked for with the paths of the host that the program mounts", async () => {
    const kamals = Object.create(hosts[0] as Host, { takeOver: { value: "kamal" } }) as Host;
    const search = new Accessory("search", {
      ...{ server: kamals, image: "redis:8", takeOver: "shop-search" },
      ...{ volumes: { "/srv/a": "/a:ro" }, directories: { "/srv/b": { path: "/b:Z", mode: "0750" } } },
    });
    await value(search.host);
    expect(graph.find(type("Data"), "search").inputs["kamal"]).toMatchObject({
      volumes: {},
      paths: { "/a": "/srv/a", "/b": "/srv/b" },
    });
  });

  it("has what a transform says", async () => {
    const cache = new Accessory("cache", {
      server: hosts[0] as Host,
      image: "redis:8",
      volumes: { data: "/data" },
      data: "leave",
      transform: { volume: { name: "kamal-cache", owner: "x" }, container: { name: "kamal" } },
    });
    await value(cache.host);
    expect(graph.find(type("Volume"), "cache-data").inputs).toMatchObject({
      name: "kamal-cache",
      data: "leave",
    });
    expect(graph.find(type("Container"), "cache").inputs).toMatchObject({
      name: "kamal",
      volumes: [{ volumeName: "kamal-cache" }],
    });
    expect(graph.find(type("Data"), "cache").inputs).toMatchObject({
      argument: "server",
      data: "leave",
      places: [{ volume: "data", called: "kamal-cache", host: "web-1" }],
      unnamed: { host: "web-1" },
    });
  });
});

describe("a directory of the host", () => {
  it("may be an app's and an accessory's, which makes it with its owner", async () => {
    const server = fakeHost("web-4", fakeNetwork("host"));
    const copier = new Accessory("litestream", {
      ...{ server, image: "litestream/litestream:0.5" },
      directories: { "/srv/shop": { path: "/storage", owner: "1000:1000" } },
    });
    const shop = new App(
      "sqlite",
      {
        ...{ image: "registry.test/shop", version: "v1", inspectImage: false },
        roles: { job: { servers: [server], command: ["jobs"] } },
        volumes: { "/srv/shop": "/rails/storage" },
      },
      { dependsOn: copier },
    );
    await value(shop.version);
    expect(graph.find(type("Directories"), "litestream-web-4-directories").inputs).toMatchObject({
      directories: [{ path: "/srv/shop", owner: "1000:1000" }],
    });
    const mounted = graph.made.filter(({ type: made, inputs }) => {
      const { volumes = [] } = inputs as { volumes?: { hostPath?: string }[] };
      return made === type("Container") && volumes.some(({ hostPath }) => hostPath === "/srv/shop");
    });
    expect(mounted.map(({ name }) => name)).toEqual(["litestream", "sqlite-job-web-4"]);
  });
});

describe("an accessory on a server that may be replaced", () => {
  it("has its name and its volumes in a resource that does not go with the machine", async () => {
    const { network } = hosts[0] as Host;
    const lifecycle = { deletedWith: network, replacementTrigger: "17" };
    const server = Object.assign(fakeHost("web-3", network), { lifecycle });
    const args = { server, image: "redis:8", volumes: { data: "/data" } };
    const queue = new Accessory("queue", args, graph.watching);
    await value(queue.host);
    const { deletedWith, replacementTrigger } = graph.optionsOf(type("Data"), "queue");
    expect([deletedWith, replacementTrigger]).toEqual([undefined, undefined]);
    expect(graph.optionsOf(type("Volume"), "queue-data").deletedWith).toBe(network);
    expect(graph.find(type("Data"), "queue").inputs).toMatchObject({
      places: [{ volume: "data", machine: "17" }],
    });
  });
});

describe("an app that was renamed", () => {
  it("mounts the volumes that it had, on each host and in the release command", async () => {
    const app = new App("shop", {
      image: "registry.test/shop",
      version: "v1",
      roles: { job: { servers: hosts, command: ["jobs"] }, clock: { servers: [hosts[0] as Host] } },
      volumes: { files: "/files", "/srv": "/srv" },
      release: ["bin/migrate"],
      transform: {
        volume: (args, _, name) => {
          if (name === "shop-web-2-files") args.name = "other";
        },
      },
    });
    await value(app.version);
    const mounted = (name: string) => graph.find(type("Container"), name).inputs["volumes"];
    const srv = { hostPath: "/srv", containerPath: "/srv" };
    const files = { volumeName: "before-shop-test-shop-files", containerPath: "/files" };
    expect(mounted("shop-job-web-1")).toEqual([files, srv]);
    expect(mounted("shop-clock-web-1")).toEqual([files, srv]);
    expect(mounted("shop-job-web-2")).toEqual([{ ...files, volumeName: "other" }, srv]);
    expect(graph.find(type("Release"), "shop-release").inputs["volumes"]).toEqual([files, srv]);
    const ofImage = {
      name: "before-shop-test-shop",
      owner: "shop/old/app/shop",
      component: "shop/test/app/shop",
    };
    for (const [made, name] of [
      ["Container", "shop-job-web-2"],
      ["Release", "shop-release"],
    ] as const)
      expect(graph.find(type(made), name).inputs["imageVolumes"]).toEqual({
        ...ofImage,
        volume: "job-image",
      });
    expect(graph.find(type("Data"), "shop").inputs["ofImages"]).toMatchObject([
      { volume: "job-image", host: "web-1" },
      { volume: "job-image", host: "web-2" },
      { volume: "clock-image", host: "web-1" },
    ]);
    const { places, ...data } = graph.find(type("Data"), "shop").inputs;
    expect(data).toMatchObject({ label: 'App "shop"', argument: "roles" });
    expect((places as object[]).map((place) => ({ ...place, shell: undefined }))).toEqual([
      { volume: "files", host: "web-1" },
      { volume: "files", host: "web-2", called: "other" },
    ]);
    expect([...app.volumes.keys()]).toEqual(["web-1/files", "web-2/files"]);
  });

  it("keeps what its volumes are called while it has none", async () => {
    const app = new App("plain", {
      image: "registry.test/shop",
      version: "v1",
      roles: { job: { servers: [hosts[0] as Host], volumes: { "/srv": "/srv" } } },
    });
    await Promise.all([value(app.version), value(app.data.id)]);
    expect(graph.find(type("Data"), "plain").inputs).toMatchObject({ name: "shop-test-plain", places: [] });
    expect([...app.volumes]).toEqual([]);
  });
});
