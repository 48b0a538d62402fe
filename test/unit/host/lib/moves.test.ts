/** Renames and moves of what is routed, by the verbs in a real shell, against the proxy's own rule that a host and path have one service. */
import { readdirSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RolloutHost, type Ended } from "../rollout-host";

let host: RolloutHost;
let count = 0;

beforeEach(async () => {
  count += 1;
  host = await new RolloutHost().listen();
  for (const name of ["shop.test", "www.test", "blog.test", "any.example"]) host.watch.set(name, []);
});
afterEach(() => {
  host.close();
});

const stack = (): string => `m${process.pid}x${count}/prod`;

interface Switch {
  /** `app/role` */
  role: string;
  version: string;
  hosts?: string[];
  /** @default the route of that name */
  service?: string;
  claimed?: string[];
  flags?: string[];
  keep?: boolean;
}

const containerOf = (role: string, version: string): string => `${role.replace("/", "-")}-${version}`;

/** Adds the container, which runs, and switches its role to it. */
function swap({ role, version, hosts, claimed = [], flags = [], ...more }: Switch): Promise<Ended> {
  const service = more.service ?? role.replace("/", "-");
  const name = containerOf(role, version);
  if (!host.containers.has(name)) host.add(name, `${stack()}/${role}`);
  const route =
    hosts === undefined ? ["services="] : [`services=${service}`, `service=${service}`, "port=3000"];
  return host.run("switch", [
    `role=${stack()}/${role}`,
    `container=${name}`,
    "stop=1",
    ...route,
    ...claimed.map((pair) => `claimed=${pair}`),
    ...(hosts === undefined ? [] : ["--", ...hosts.map((one) => `--host=${one}`), ...flags]),
  ]);
}

async function good(change: Switch): Promise<void> {
  const ended = await swap(change);
  expect(ended, ended.stderr + ended.stdout).toMatchObject({ code: 0 });
}

const target = (role: string, version: string): string => `${containerOf(role, version)}:3000`;
/** Whether a host was served all the while. */
const gaps = (name: string): string[] => (host.watch.get(name) ?? []).filter((seen) => seen === "nothing");
const services = (): string[] => [...host.services.keys()].sort();
const listed = async (): Promise<string> => (await host.run("routes", [`stack=${stack()}`])).stdout;
/** What Pulumi deletes with a switch. */
const unroute = (service: string): Promise<Ended> =>
  host.run("unroute", [service, `role=${stack()}/${service.replace("-", "/")}`]);

describe("a renamed role, app or route", () => {
  it("gets the traffic in one step, under the name that the proxy has", async () => {
    await good({ role: "shop/web", version: "v1", hosts: ["shop.test"] });
    await good({ role: "shop/site", version: "v2", hosts: ["shop.test"] });
    expect(gaps("shop.test")).toEqual([]);
    expect(host.target("shop.test")).toBe(target("shop/site", "v2"));
    expect(services()).toEqual(["shop-web"]);
    expect(await listed()).toBe(`shop-site ${target("shop/site", "v2")}\n`);
    // What Pulumi deletes at the end of the update.
    expect(await unroute("shop-web")).toMatchObject({ code: 0 });
    expect(host.target("shop.test")).toBe(target("shop/site", "v2"));
    // The next release, and the end.
    await good({ role: "shop/site", version: "v3", hosts: ["shop.test"] });
    expect(services()).toEqual(["shop-web"]);
    expect(await unroute("shop-site")).toMatchObject({ code: 0 });
    expect(services()).toEqual([]);
    expect(readdirSync(`${host.kept}/services/${stack().replace("/", "=")}`)).toEqual([]);
    expect(readdirSync(`${host.kept}/routes`)).toEqual([]);
  });

  it("does so without a host, where every other name is served by it", async () => {
    await good({ role: "shop/web", version: "v1", hosts: [] });
    await good({ role: "store/web", version: "v2", hosts: [] });
    expect(gaps("any.example")).toEqual([]);
    expect(host.target("any.example")).toBe(target("store/web", "v2"));
  });

  it("may be renamed back, and away again", async () => {
    await good({ role: "shop/web", version: "v1", hosts: ["shop.test"] });
    for (const [version, from, to] of [
      ["v2", "web", "site"],
      ["v3", "site", "web"],
      ["v4", "web", "site"],
    ] as const) {
      await good({ role: `shop/${to}`, version, hosts: ["shop.test"] });
      expect(await unroute(`shop-${from}`)).toMatchObject({ code: 0 });
      expect(host.target("shop.test")).toBe(target(`shop/${to}`, version));
      expect(await listed()).toBe(`shop-${to} ${target(`shop/${to}`, version)}\n`);
    }
    expect(gaps("shop.test")).toEqual([]);
  });

  it("leaves its old name to be given again", async () => {
    await good({ role: "shop/web", version: "v1", hosts: ["shop.test"] });
    await good({ role: "shop/site", version: "v2", hosts: ["shop.test"] });
    await good({ role: "shop/web", version: "v2", hosts: ["www.test"] });
    expect(services()).toEqual(["shop-web", "shop-web.2"]);
    expect((await listed()).split("\n").sort().slice(1)).toEqual([
      `shop-site ${target("shop/site", "v2")}`,
      `shop-web ${target("shop/web", "v2")}`,
    ]);
    expect(await unroute("shop-web")).toMatchObject({ code: 0 });
    expect([host.target("www.test"), host.target("shop.test")]).toEqual([
      undefined,
      target("shop/site", "v2"),
    ]);
  });

  it("does not take what another stack has: the proxy refuses it", async () => {
    host.add("other-1", "other/prod/shop/web");
    host.services.set("other", { hosts: ["shop.test"], paths: ["/"], target: "other-1:3000", flags: [] });
    const ended = await swap({ role: "shop/web", version: "v1", hosts: ["shop.test"] });
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stdout).toContain("host settings conflict");
    expect(host.target("shop.test")).toBe("other-1:3000");
  });
});

describe("staging beside production, from one program", () => {
  it("has each its own route of the same name, and its own end", async () => {
    await good({ role: "shop/web", version: "v1", hosts: ["shop.test"] });
    const other = stack().replace("prod", "staging");
    host.add("staging-1", `${other}/shop/web`);
    const words = [`role=${other}/shop/web`, "container=staging-1", "stop=1", "services=shop-web"];
    const route = ["service=shop-web", "port=3000", "--", "--host=www.test"];
    const beside = (): Promise<Ended> => host.run("switch", [...words, ...route]);
    for (const _again of [1, 2]) expect(await beside()).toMatchObject({ code: 0, stderr: "" });
    expect(services()).toEqual(["shop-web", "shop-web.staging"]);
    expect([host.target("shop.test"), host.target("www.test")]).toEqual([
      target("shop/web", "v1"),
      "staging-1:3000",
    ]);
    // Each stack finds its own by the name that its program has for it.
    expect(await listed()).toContain(`shop-web ${target("shop/web", "v1")}\n`);
    expect((await host.run("routes", [`stack=${other}`])).stdout).toBe("shop-web staging-1:3000\n");
    await good({ role: "shop/web", version: "v2", hosts: ["shop.test"] });
    expect(await host.run("unroute", ["shop-web", `role=${other}/shop/web`])).toMatchObject({ code: 0 });
    expect(services()).toEqual(["shop-web"]);
    expect(host.target("shop.test")).toBe(target("shop/web", "v2"));
    expect(gaps("shop.test")).toEqual([]);
  });
});

describe("a stack or project that has another name", () => {
  const renamed = (): string => stack().replace("prod", "live");
  const again = (
    role: string,
    version: string,
    service: string,
    hosts: string[],
    was = role,
  ): Promise<Ended> => {
    const name = containerOf(role, version);
    host.add(name, `${renamed()}/${role}`);
    return host.run("switch", [
      ...[`role=${renamed()}/${role}`, `was=${stack()}/${was}`, `container=${name}`, "stop=1"],
      ...[
        `services=${service}`,
        `service=${service}`,
        "port=3000",
        "--",
        ...hosts.map((one) => `--host=${one}`),
      ],
    ]);
  };

  it("takes its routes along, and stops what they led to", async () => {
    await good({ role: "shop/web", version: "v1", hosts: ["shop.test"] });
    await good({ role: "blog/web", version: "v1", hosts: ["blog.test"] });
    for (const _again of [1, 2])
      expect(await again("shop/web", "v2", "shop-web", ["shop.test"])).toMatchObject({ code: 0, stderr: "" });
    expect(services()).toEqual(["blog-web", "shop-web"]);
    expect([host.target("shop.test"), host.target("blog.test")]).toEqual([
      target("shop/web", "v2"),
      target("blog/web", "v1"),
    ]);
    await expect.poll(() => host.running(`${stack()}/shop/web`)).toEqual([]);
    expect(host.running(`${stack()}/blog/web`)).toEqual([containerOf("blog/web", "v1")]);
    expect((await host.run("routes", [`stack=${renamed()}`])).stdout.split("\n")).toContain(
      `shop-web ${target("shop/web", "v2")}`,
    );
    expect(gaps("shop.test")).toEqual([]);
  });

  it("takes along a name that the proxy has the route by, and one of an app that has another name as well", async () => {
    await good({ role: "shop/web", version: "v1", hosts: ["shop.test"] });
    await good({ role: "store/web", version: "v1", hosts: ["shop.test"] });
    await good({ role: "blog/web", version: "v1", hosts: ["blog.test"] });
    host.watch.set("blog.test", []);
    expect(services()).toEqual(["blog-web", "shop-web"]);
    for (const _again of [1, 2])
      expect(await again("store/web", "v2", "store-web", ["shop.test"])).toMatchObject({
        ...{ code: 0, stderr: "" },
      });
    for (const _again of [1, 2])
      expect(await again("news/web", "v2", "news-web", ["blog.test"], "blog/web")).toMatchObject({
        ...{ code: 0, stderr: "" },
      });
    expect(services()).toEqual(["blog-web", "shop-web"]);
    expect((await host.run("routes", [`stack=${renamed()}`])).stdout.trim().split("\n").sort()).toEqual([
      `news-web ${target("news/web", "v2")}`,
      `store-web ${target("store/web", "v2")}`,
    ]);
    expect([gaps("shop.test"), gaps("blog.test")]).toEqual([[], []]);
  });

  it("leaves a third stack what it has", async () => {
    host.add("other-1", "other/prod/shop/web");
    host.services.set("other", { hosts: ["shop.test"], paths: ["/"], target: "other-1:3000", flags: [] });
    expect(await again("shop/web", "v2", "shop-web", ["shop.test"])).toMatchObject({ code: 1 });
    expect(host.target("shop.test")).toBe("other-1:3000");
  });
});

describe("a route that is taken off a role", () => {
  it("goes from the proxy with the switch, and nobody else's does", async () => {
    await good({ role: "shop/web", version: "v1", hosts: ["shop.test"] });
    host.services.set("by-hand", {
      hosts: ["hand.test"],
      paths: ["/"],
      target: target("shop/web", "v1"),
      flags: [],
    });
    await good({ role: "shop/web", version: "v2" });
    expect(services()).toEqual(["by-hand"]);
    await expect.poll(() => host.running(`${stack()}/shop/web`)).toEqual([containerOf("shop/web", "v2")]);
  });

  it.each([["shop.test"], [undefined]])(
    "stays with its old container until the role has it that it was given to (%s)",
    async (name) => {
      const hosts = name === undefined ? [] : [name];
      await good({ role: "shop/web", version: "v1", hosts });
      await good({ role: "shop/web", version: "v2", claimed: [`${name ?? "*"}/`] });
      expect(host.target("shop.test")).toBe(target("shop/web", "v1"));
      const prune = ["wait=5", "keep=3", "for=x", "repository=acme/shop"];
      const pruned = await host.run("prune", [
        `role=${stack()}/shop/web`,
        ...prune,
        `container=${containerOf("shop/web", "v2")}`,
      ]);
      expect(pruned, pruned.stderr).toMatchObject({ code: 0 });
      expect(host.running(`${stack()}/shop/web`)).toEqual([
        containerOf("shop/web", "v1"),
        containerOf("shop/web", "v2"),
      ]);
      await good({ role: "shop/site", version: "v2", hosts });
      expect(gaps("shop.test")).toEqual([]);
      expect(host.target("shop.test")).toBe(target("shop/site", "v2"));
    },
  );
});

describe("a host that moves between two apps", () => {
  const before = async (): Promise<void> => {
    await good({
      role: "shop/web",
      version: "v1",
      hosts: ["shop.test", "www.test"],
      flags: ["--canonical-host=www.test"],
    });
    await good({ role: "blog/web", version: "v1", hosts: ["blog.test"] });
    for (const seen of host.watch.values()) seen.length = 0;
  };
  const after = (): void => {
    for (const name of ["shop.test", "www.test", "blog.test"]) expect(gaps(name), name).toEqual([]);
    expect(services()).toEqual(["blog-web", "shop-web"]);
    expect(host.target("shop.test")).toMatch(/^shop-web-v[12]:3000$/);
    for (const name of ["www.test", "blog.test"]) expect(host.target(name)).toBe(target("blog/web", "v2"));
  };
  const giver: Switch = {
    role: "shop/web",
    version: "v2",
    hosts: ["shop.test"],
    claimed: ["blog.test/", "www.test/"],
  };
  const taker: Switch = {
    role: "blog/web",
    version: "v2",
    hosts: ["blog.test", "www.test"],
    claimed: ["shop.test/"],
  };

  it("is served all the while, whichever of the two is switched first", async () => {
    for (const order of [
      [giver, taker],
      [taker, giver],
    ]) {
      await before();
      for (const change of order) await good(change);
      after();
      host.services.clear();
      for (const name of [...host.containers.keys()]) host.containers.delete(name);
      for (const at of ["routes", "services", "work"])
        rmSync(`${host.kept}/${at}`, { recursive: true, force: true });
    }
  });

  it("is served when the one that it comes from is not changed otherwise, and when it goes back", async () => {
    await before();
    await good(taker);
    after();
    // With its other flags, less the host.
    expect(host.services.get("shop-web")).toMatchObject({
      hosts: ["shop.test"],
      target: target("shop/web", "v1"),
    });
    await good({ ...giver, version: "v3", hosts: ["shop.test", "www.test"], claimed: ["blog.test/"] });
    expect(gaps("www.test")).toEqual([]);
    expect(host.target("www.test")).toBe(target("shop/web", "v3"));
    expect(host.services.get("blog-web")?.hosts).toEqual(["blog.test"]);
  });

  it("is served when the move was cut off in the middle, and what held its place goes with the next switch", async () => {
    await before();
    host.services.set("blog-web.moving-1", {
      hosts: ["*.test"],
      paths: ["/"],
      target: target("blog/web", "v1"),
      flags: [],
    });
    host.services.set("shop-web", {
      hosts: ["shop.test"],
      paths: ["/"],
      target: target("shop/web", "v1"),
      flags: [],
    });
    await good(taker);
    after();
  });

  it("takes the last host of a service with the service", async () => {
    await before();
    await good({ ...taker, hosts: ["blog.test", "www.test", "shop.test"], claimed: [] });
    for (const name of ["shop.test", "www.test"]) expect(gaps(name), name).toEqual([]);
    expect(services()).toEqual(["blog-web"]);
    expect(await unroute("shop-web")).toMatchObject({ code: 0 });
    expect(services()).toEqual(["blog-web"]);
  });
});
