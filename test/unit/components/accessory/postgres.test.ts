import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Accessory, Postgres, Redis, type Host, type PostgresArgs } from "../../../../components";
import { checkPgdata } from "../../../../components/accessory/postgres-data";
import { mountFor } from "../../../../provider/docker/postgres-place";
import { unnamedVolumes } from "../../../../components/accessory/checks/inspect-image";
import { checkReach, traceAccessories } from "../../../../components/app/checks/check-reach";
import { rolesOf } from "../../../../components/app/plan";
import { sentence, type Findings } from "../../../../components/core/problem";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, value, type Graph } from "../graph";

const containerType = "sextant:index:Container";
let graph: Graph;
let hosts: Host[];

beforeAll(async () => {
  graph = await newGraph();
  const network = fakeNetwork("host");
  hosts = ["web-1", "db-1"].map((name) => fakeHost(name, network));
});

async function postgres(name: string, args: Partial<PostgresArgs>): Promise<Record<string, unknown>> {
  const [, server] = hosts as [Host, Host];
  const db = new Postgres(name, { server, version: "17", password: "x", ...args });
  await value(db.url);
  return graph.find(containerType, name).inputs;
}

describe("the place of the data", () => {
  it.each([
    ["14", {}, "/var/lib/postgresql/data"],
    ["17-alpine", {}, "/var/lib/postgresql/data"],
    ["18", {}, "/var/lib/postgresql"],
    ["18-alpine3.22", {}, "/var/lib/postgresql"],
    ["pg18", { image: "pgvector/pgvector" }, "/var/lib/postgresql"],
    ["18-3.6", { image: "postgis/postgis" }, "/var/lib/postgresql"],
    ["2025-10", { image: "r.test/db", major: 18 }, "/var/lib/postgresql"],
    // Where the volume of an older library has been made to work with 18, it stays.
    ["18", { env: { PGDATA: "/var/lib/postgresql/data/pgdata" } }, "/var/lib/postgresql/data"],
  ])("of %s with %j is %s", async (version, args, containerPath) => {
    const name = `db-${version.replaceAll(/[^a-z0-9]/g, "-")}-${Object.keys(args).join("-").toLowerCase()}x`;
    const { volumes } = await postgres(name, { version, ...args });
    expect(volumes).toEqual([{ volumeName: `shop-test-${name}-data`, containerPath }]);
  });

  it("holds every PGDATA that is not refused", () => {
    const pgdata = fc.stringMatching(/^\/var\/lib\/postgresql(\/data|\/18)?(\/[a-z]{1,5})?$/);
    fc.assert(
      fc.property(fc.integer({ min: 14, max: 19 }), pgdata, (major, path) => {
        if (checkPgdata(major, path).length > 0) return;
        expect(`${path}/`.startsWith(`${mountFor(major, path)}/`)).toBe(true);
      }),
    );
  });
});

describe("the volume of Postgres", () => {
  it("says what is to read it", async () => {
    await postgres("db-format", { version: "2-pg17", image: "r.test/db", libc: "musl", user: "shop" });
    expect(graph.find("sextant:index:Volume", "db-format-data").inputs["format"]).toEqual({
      ...{ image: "r.test/db:2-pg17", major: 17, libc: "musl", user: "shop", database: "shop" },
    });
  });
});

describe("the container of Postgres", () => {
  it("shares more memory than Docker's 64 MB, or what is asked for", async () => {
    expect(await postgres("db-shm", {})).toMatchObject({ shm: 256 });
    expect(await postgres("db-shm-1g", { shm: "1g" })).toMatchObject({ shm: 1024 });
  });

  it("stays as it is when the password is another one", async () => {
    expect(await postgres("db-first", {})).toMatchObject({ firstEnvs: ["POSTGRES_PASSWORD"] });
  });
});

describe("the password", () => {
  it("is set in the database as a secret, before anybody is told of it", async () => {
    const [, server] = hosts as [Host, Host];
    const db = new Postgres("db-login", { server, version: "17", password: "it's", user: "shop" });
    expect(await value(db.url)).toBe("postgres://shop:it's@shop-test-db-login:5432/shop");
    const { inputs } = graph.find("sextant:index:PostgresLogin", "db-login-login");
    const { password, ...shown } = inputs;
    expect(password).toMatchObject({ value: "it's" });
    expect(shown).toMatchObject({ container: "shop-test-db-login", user: "shop", database: "shop" });
    expect(shown["instance"]).toMatch(/^\d+$/);
    const told = await (
      db.password as unknown as { allResources(): Promise<Set<pulumi.Resource>> }
    ).allResources();
    expect([...told]).toContain(db.login);
  });
});

describe("an accessory", () => {
  it("has variables with dots in their names", async () => {
    const [server] = hosts as [Host, Host];
    const env = { "discovery.type": "single-node" };
    const search = new Accessory("search", { server, image: "elasticsearch:8.15.0", env });
    await value(search.host);
    expect(graph.find(containerType, "search").inputs["env"]).toEqual(env);
  });

  it("says which paths of its image no volume is at", () => {
    const [server] = hosts as [Host, Host];
    const args = { server, image: "mongo:8", volumes: { data: "/data/db" } };
    const name = "shop-test-search";
    const said = unnamedVolumes(args, name, ["/data/configdb", "/data/db"], "mongo:8").map((problem) =>
      sentence("Accessory", problem),
    );
    expect(said).toEqual([
      expect.stringContaining(
        "it keeps data at /data/configdb, which volumes does not name, so that it is kept in the Docker volume shop-test-search-image-data-configdb; add",
      ),
    ]);
    const all = { ...args, volumes: { all: "/data/db", config: "/data/configdb" } };
    expect(unnamedVolumes(all, name, ["/data/db"], "mongo:8")).toEqual([]);
  });
});

describe("the address of an accessory", () => {
  const traced = async (publish: PostgresArgs["publish"], at: number[], name: string): Promise<Findings> => {
    const [, server] = hosts as [Host, Host];
    const db = new Postgres(name, { server, version: "17", password: "x", publish });
    const args = {
      image: "r.test/shop",
      version: "v1",
      roles: Object.fromEntries(at.map((host) => [`role${host}`, { servers: [hosts[host] as Host] }])),
      secrets: { DATABASE_URL: db.url },
    };
    return new Promise((resolve) => {
      traceAccessories(rolesOf("shop", args), resolve);
    });
  };

  it("is refused where no server of the app can reach it", async () => {
    const { refused, warned } = await traced(undefined, [0], "db-apart");
    expect(refused.map((problem) => sentence('App "shop"', problem))).toEqual([
      'App "shop": secrets.DATABASE_URL is the address of Postgres "db-apart", which runs on db-1 and is published nowhere, so that web-1 cannot reach it; set publish: "private" on it and give the servers a Network, or run it on web-1 (npx sextant docs checks#accessory-reach).',
    ]);
    expect(warned).toEqual([]);
  });

  it("is said where some cannot, and in order where all can", async () => {
    const some = await traced("loopback", [0, 1], "db-some");
    expect(some.refused).toEqual([]);
    expect(some.warned).toHaveLength(1);
    expect(await traced(undefined, [1], "db-near")).toEqual({ refused: [], warned: [] });
    expect(await traced("private", [0], "db-private")).toEqual({ refused: [], warned: [] });
  });
});

describe("an address in the private network", () => {
  it("is said of a server that has none, and not refused: it may be there without the program's saying so", () => {
    const [web, server] = hosts as [Host, Host];
    const apart = Object.assign(fakeHost("old-1", web.network), {
      exposure: { inPrivateNetwork: false } as Host["exposure"],
    });
    const accessory = { label: 'Postgres "db"', server, publish: "private" as const };
    const { refused, warned } = checkReach([{ argument: "secrets.URL", accessory, hosts: [apart] }]);
    expect(refused).toEqual([]);
    expect(warned.map((problem) => sentence('App "shop"', problem))).toEqual([
      'App "shop": secrets.URL is the address of Postgres "db", which runs on db-1 and is published to the private network, which old-1 has no address in; give the server the same network (npx sextant docs checks#accessory-reach).',
    ]);
    const told = Object.assign(fakeHost("old-2", web.network), {
      exposure: { inPrivateNetwork: false, privateBy: "privateAddress" } as Host["exposure"],
    });
    const curesOf = (publish: "private" | undefined, on: Host): (string | undefined)[] => {
      const { refused: no, warned: maybe } = checkReach([
        { argument: "secrets.URL", accessory: { ...accessory, server: on, publish }, hosts: [told] },
      ]);
      return [...no, ...maybe].map(({ cure }) => cure);
    };
    // A server that was there already has no argument network.
    expect(curesOf("private", web)).toEqual(["give old-2 its privateAddress"]);
    expect(
      curesOf(undefined, Object.assign(fakeHost("old-3", web.network), { exposure: told.exposure })),
    ).toEqual([
      'set publish: "private" on it and give old-3 and old-2 their privateAddress, or run it on old-2',
    ]);
    expect(curesOf(undefined, web)).toEqual([
      'set publish: "private" on it and give old-2 its privateAddress, and the others the Network, or run it on old-2',
    ]);
  });
});

describe("Redis", () => {
  it("is started by a script in its container, which has the password in the environment alone", async () => {
    const [server] = hosts as [Host, Host];
    const cache = new Redis("cache", { server, version: "8", password: "p'q\"", persistent: false });
    expect(await value(cache.url)).toBe("redis://:p'q%22@shop-test-cache:6379");
    const { inputs } = graph.find(containerType, "cache");
    expect(inputs["command"]).toEqual(["sh", "/usr/local/lib/sextant/redis-start", "snapshots", "/data"]);
    expect(inputs["uploads"]).toMatchObject([{ file: "/usr/local/lib/sextant/redis-start" }]);
    expect(JSON.stringify([inputs["command"], inputs["uploads"], inputs["labels"]])).not.toContain("p'q");
  });
});
