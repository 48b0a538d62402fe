/** MariaDB, MySQL and Memcached: what their containers are made with, and the step that gives the app its login. */
import { unfaulty } from "../../../../components/accessory/late-password";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  MariaDb,
  Memcached,
  MySql,
  type Host,
  type MariaDbArgs,
  type MemcachedArgs,
} from "../../../../components";
import { mariaDb, mySql, serverAnswers, type Family } from "../../../../components/accessory/mysql-family";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, value, type Graph } from "../graph";

let graph: Graph;
let server: Host;

beforeAll(async () => {
  graph = await newGraph();
  server = fakeHost("web-1", fakeNetwork("host"));
});

const container = (name: string) => graph.find("sextant:index:Container", name).inputs;

async function made(name: string, args: Partial<MariaDbArgs>): Promise<MariaDb> {
  const password = pulumi.secret("it's");
  const db = new MariaDb(name, { server, version: "11.4", password, rootPassword: 'r"oot', ...args });
  await value(db.url);
  return db;
}

describe("MariaDB", () => {
  it("is made with root's password alone, and root stays in its container", async () => {
    await made("maria", {});
    expect(container("maria")).toMatchObject({
      image: "mariadb:11.4",
      env: { MARIADB_ROOT_HOST: "localhost", MARIADB_AUTO_UPGRADE: "1", MARIADB_DATABASE: "app" },
      secrets: { value: { MARIADB_ROOT_PASSWORD: 'r"oot' } },
      volumes: [{ volumeName: "shop-test-maria-data", containerPath: "/var/lib/mysql" }],
      firstEnvs: ["MARIADB_ROOT_PASSWORD"],
      destroyGraceSeconds: 120,
    });
    expect(graph.find("sextant:index:Volume", "maria-data").inputs["format"]).toEqual({
      ...{ server: "mariadb", image: "mariadb:11.4", series: "11.4" },
    });
  });

  it("tells clients of it once it takes their login, with the password as it is", async () => {
    const db = await made("maria-login", { user: "shop", database: "shop_production" });
    const { inputs } = graph.find("sextant:index:MysqlLogin", "maria-login-login");
    expect(inputs).toMatchObject({
      ...{ container: "shop-test-maria-login", user: "shop", database: "shop_production" },
      ...{ password: { value: "it's" }, rootPassword: { value: 'r"oot' } },
    });
    expect(await value(db.url)).toBe("mysql://shop:it's@shop-test-maria-login:3306/shop_production");
    expect(await pulumi.isSecret(db.url)).toBe(true);
    const waits = (db.host as unknown as { allResources(): Promise<Set<pulumi.Resource>> }).allResources();
    expect(await waits).toContain(db.login);
  });

  it("takes the series from its own argument where the tag does not name it", async () => {
    await made("maria-own", { image: "r.test/db", version: "2026-01", series: "10.11" });
    expect(graph.find("sextant:index:Volume", "maria-own-data").inputs["format"]).toMatchObject({
      ...{ image: "r.test/db:2026-01", series: "10.11" },
    });
  });
});

describe("a password that is known only when it is read", () => {
  const late =
    (password: string, { rootFault }: Family) =>
    () =>
      unfaulty('MySql "db"', "rootPassword", rootFault, password);

  it("is refused then where the server would not take it", () => {
    expect(late("a\nb", mariaDb)).toThrow('MySql "db": rootPassword holds a line break');
    for (const password of ["it's", '"', "a\\b"])
      expect(late(password, mySql)).toThrow('MySql "db": rootPassword holds a quote or a backslash');
    expect(late("it's", mariaDb)()).toBe("it's");
  });
});

describe("the readiness of a MariaDB or MySQL", () => {
  const directory = mkdtempSync(join(tmpdir(), "sextant-mysql-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  /** Whether it counts as ready, by what the client says and how it ends. */
  const ready = (says: string, code: number): boolean => {
    const client = `#!/bin/sh\necho "${says}" >&2\nexit ${code}\n`;
    writeFileSync(join(directory, "mariadb-admin"), client, { mode: 0o755 });
    const env = { PATH: `${directory}:${process.env["PATH"] ?? ""}` };
    return spawnSync("sh", ["-c", serverAnswers], { env }).status === 0;
  };

  it("is an answer over TCP, be it a refusal, whatever the client makes of that", () => {
    expect(ready("mysqld is alive", 0)).toBe(true);
    expect(ready("Access denied for user 'root'@'127.0.0.1' (using password: NO)", 1)).toBe(true);
    const tls = "Received error packet before completion of TLS handshake.";
    expect(ready(`${tls} 1130 - Host '127.0.0.1' is not allowed to connect to this MariaDB server`, 1)).toBe(
      true,
    );
  });

  it("is not there while the server listens on its socket alone", () => {
    expect(
      ready("connect to server at '127.0.0.1' failed: Can't connect to server on '127.0.0.1' (115)", 1),
    ).toBe(false);
  });
});

describe("MySQL", () => {
  it("has the variables of its own image, and is the same besides", async () => {
    const db = new MySql("my", { server, version: "8.4.2", user: "shop", password: "p", rootPassword: "r" });
    expect(await value(db.url)).toBe("mysql://shop:p@shop-test-my:3306/shop");
    expect(container("my")).toMatchObject({
      image: "mysql:8.4.2",
      env: { MYSQL_ROOT_HOST: "localhost", MYSQL_DATABASE: "shop" },
      secrets: { value: { MYSQL_ROOT_PASSWORD: "r" } },
      firstEnvs: ["MYSQL_ROOT_PASSWORD"],
    });
    expect(graph.find("sextant:index:Volume", "my-data").inputs["format"]).toEqual({
      ...{ server: "mysql", image: "mysql:8.4.2", series: "8.4" },
    });
  });
});

describe("Memcached", () => {
  const memcached = async (name: string, args: Partial<MemcachedArgs>) => {
    const cache = new Memcached(name, { server, version: "1.6", ...args });
    return { address: await value(cache.address), ...container(name) };
  };

  it("has its limits in its command, and no volume", async () => {
    expect(await memcached("mem", { memory: "1g", connections: 2048 })).toMatchObject({
      ...{ address: "shop-test-mem:11211", image: "memcached:1.6", volumes: [] },
      command: ["memcached", "-m", "1024", "-c", "2048"],
    });
    expect(await memcached("mem-plain", {})).toMatchObject({ command: ["memcached"] });
  });
});
