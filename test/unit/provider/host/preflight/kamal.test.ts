/** What is said of each part of Kamal's on a machine that is taken over. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { kamalLines } from "../../../../../provider/host/preflight/kamal";
import type { Container, Machine } from "../../../../../provider/host/preflight/machine";

const bare = {
  ...{ commands: new Map<string, string>(), standIns: [], readOnly: [], processes: new Set<string>() },
  ...{ pruneJobs: [], listeners: [], dockerUserDrops: false, droppingChains: [], unknown: [] },
};

function machine(...containers: Container[]): Machine {
  const engine = { version: "29.1.0", major: 29, minor: 1, security: [], swarm: false, containers };
  return { ...bare, docker: { is: "engine", engine: { ...engine, leavesIptables: false } } };
}

function container(name: string, more: Partial<Container> = {}): Container {
  return {
    ...{ id: "0123456789ab", name, image: "r.test/shop:v1", labels: {}, published: [], running: true },
    ...{ mounts: [], networks: ["kamal"] },
    ...more,
  };
}

const app = (name: string, role: string, more: Partial<Container> = {}, destination = ""): Container =>
  container(name, { labels: { service: "shop", role, destination }, ...more });

it("names proxy, releases, accessories with their data, the network, and what is left over", () => {
  expect(
    kamalLines(
      machine(
        container("kamal-proxy", { image: "basecamp/kamal-proxy:v0.9.2" }),
        app("shop-web-a1b2", "web", { mounts: ["shop_storage", "/srv/certs"] }),
        app("shop-job-eu-a1b2", "job", {}, "eu"),
        app("shop-web-0000", "web", { running: false }),
        container("shop-db", {
          ...{ image: "postgres:17", labels: { service: "shop-db" }, mounts: ["shop_data", "/srv/db"] },
        }),
        container("shop-redis", { image: "redis:7", labels: { service: "shop-redis" }, running: false }),
        app("shop-web-web-1-x", "web", { labels: { service: "shop", role: "web", "sextant.app": "shop" } }),
        container("something", { labels: { service: "else" }, networks: ["bridge"] }),
      ),
    ),
  ).toEqual([
    "Kamal's proxy (basecamp/kamal-proxy:v0.9.2): stays, with its routes, its certificates and its account; route through it with new ExistingProxy()",
    "Kamal's app shop, role web, release a1b2 (shop-web-a1b2): an App with takeOver: { service: \"shop\" } takes its requests or its work over, stops it and deletes nothing; without one it goes on; it has shop_storage, /srv/certs mounted, which stays where it is, for the App's volumes to name",
    'Kamal\'s app shop, role job, release a1b2 (shop-job-eu-a1b2): an App with takeOver: { service: "shop", destination: "eu" } takes its requests or its work over, stops it and deletes nothing; without one it goes on',
    "Kamal's accessory shop-db (postgres:17), with its data in shop_data, /srv/db: stays as it is; an accessory with takeOver: \"shop-db\" takes it up, without one it stays Kamal's; apps reach it by the name shop-db",
    "Kamal's accessory shop-redis (redis:7, which does not run), without a volume: stays as it is; an accessory with takeOver: \"shop-redis\" takes it up, without one it stays Kamal's; apps reach it by the name shop-redis",
    "Kamal's Docker network kamal (kamal-proxy, shop-web-a1b2, shop-job-eu-a1b2, shop-db): stays, and the containers of the program's apps are in it, too",
    "Left over of Kamal, stopped: shop-web-0000; they stay, for kamal rollback",
  ]);
});

it("names every running container of an app once, whatever it is called, and none of ours", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name), fc.array(fc.boolean()), (names, owns) => {
      const all = names.map((one, at) =>
        app(one, "web", owns[at] === true ? { labels: { "sextant.app": "a", service: "a", role: "b" } } : {}),
      );
      const others = names.filter((_, at) => owns[at] !== true && names[at] !== "kamal-proxy");
      const lines = kamalLines(machine(...all)).filter((line) => line.startsWith("Kamal's app"));
      expect(lines.map((line) => /\(([^)]*)\):/.exec(line)?.[1])).toEqual(others);
    }),
  );
});

it("says nothing of a machine that Kamal has nothing on", () => {
  expect(kamalLines(machine())).toEqual([]);
});
