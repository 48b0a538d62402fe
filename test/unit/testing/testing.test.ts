/** Programs under Pulumi's mocks: the page's own code, and mocks as Pulumi's guide has them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  App,
  Firewall,
  Network,
  Postgres,
  Proxy,
  Redis,
  Registry,
  Server,
  http,
  https,
  letsEncrypt,
  sextantMocks,
  ssh,
} from "../../../components";
import { tryRun } from "../../../lab/docker/exec";
import { repoRoot } from "../../../lab/paths";
import { value } from "../components/graph";
import { privateKeyText } from "../components/private-key";

const folder = mkdtempSync(join(tmpdir(), "sextant-testing-"));
const privateKeyFile = join(folder, "key");

beforeAll(() => {
  writeFileSync(privateKeyFile, privateKeyText, { mode: 0o600 });
  writeFileSync(`${privateKeyFile}.pub`, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dCB0aGlz someone@here\n");
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** All that a program has, and what it tells of it. */
async function program(): Promise<{
  version: string;
  address: string;
  privately: string | undefined;
  url: string;
}> {
  const registry = new Registry("registry", { address: "ghcr.io", username: "deploy", password: "x" });
  const edge = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24"), http, https] });
  const net = new Network("net");
  const web = new Server("web-1", {
    type: "cx23",
    firewalls: [edge],
    network: net,
    registries: [registry],
    ssh: { privateKeyFile },
  });
  const proxy = new Proxy("proxy", { servers: [web] });
  const db = new Postgres("db", { server: web, version: "15", password: pulumi.secret("x") });
  const cache = new Redis("cache", { server: web, version: "7" });
  const shop = new App("shop", {
    image: "ghcr.io/shop",
    version: "v1",
    proxy,
    route: { hosts: ["shop.test"], tls: letsEncrypt() },
    roles: {
      web: { servers: [web], volumes: { files: "/files" } },
      job: { servers: [web], command: ["bin/jobs"] },
    },
    secrets: { DATABASE_URL: db.url, REDIS_URL: cache.url },
    release: ["bin/rails", "db:prepare"],
  });
  const [version, address, privately, url] = await Promise.all([
    value(shop.version),
    value(web.address),
    value(web.privateAddress),
    value(db.url),
  ]);
  // What is still being registered may fail, too.
  await pulumi.runtime.disconnect();
  return { version, address, privately, url };
}

describe("a program with every component", () => {
  it("works under the library's mocks", async () => {
    const mocks = sextantMocks();
    await pulumi.runtime.setMocks(mocks, "shop", "test");
    const { version, address, privately, url } = await program();
    expect({ version, url }).toEqual({ version: "v1", url: "postgres://app:x@shop-test-db:5432/app" });
    expect(address).toMatch(/^192\.0\.2\.\d+$/);
    expect(privately).toMatch(/^10\.0\.0\.\d+$/);
    expect(mocks.made.length).toBeGreaterThan(25);
    expect(JSON.stringify(mocks.made)).not.toMatch(/undefined|NaN/);
  });

  it("works under mocks that give back the inputs, as Pulumi's guide has them", async () => {
    const made: string[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: (args) => {
          made.push(args.type);
          return { id: `${args.name}_id`, state: args.inputs as Record<string, unknown> };
        },
        call: (args) => args.inputs as Record<string, unknown>,
      },
      "shop",
      "test",
    );
    expect(await program()).toMatchObject({ version: "v1" });
    expect(made).toEqual(expect.arrayContaining(["hcloud:index/server:Server", "command:local:Command"]));
    expect(made.length).toBeGreaterThan(25);
  });

  it("takes outputs of the test's own", async () => {
    const mocks = sextantMocks(({ name }) => (name === "web-1" ? { ipv4Address: "198.51.100.7" } : {}));
    await pulumi.runtime.setMocks(mocks, "shop", "test");
    expect(await program()).toMatchObject({ address: "198.51.100.7" });
  });
});

describe("the page", () => {
  it("shows a program and a test that pass", async () => {
    const page = readFileSync(join(repoRoot, "docs", "testing.md"), "utf8");
    const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? "");
    expect(blocks).toHaveLength(2);
    for (const [at, name] of ["infra.ts", "infra.test.ts"].entries())
      writeFileSync(join(folder, name), blocks[at] ?? "");
    // Installed as a user has it, and yet the sources of this checkout.
    const library = join(folder, "node_modules", "pulumi-sextant");
    mkdirSync(library, { recursive: true });
    symlinkSync(join(repoRoot, "node_modules", "@pulumi"), join(dirname(library), "@pulumi"));
    writeFileSync(join(library, "package.json"), '{ "name": "pulumi-sextant", "main": "index.js" }');
    const sources = JSON.stringify(join(repoRoot, "components", "index.ts"));
    writeFileSync(join(library, "index.js"), `module.exports = require(${sources});`);
    const tsx = join(repoRoot, "node_modules", ".bin", "tsx");
    const ran = await tryRun(tsx, ["--test", "infra.test.ts"], { cwd: folder });
    expect(ran.stdout).toMatch(/pass 3\n/);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  });
});
