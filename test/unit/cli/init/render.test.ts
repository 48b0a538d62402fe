/** The files that `sextant init` writes, and what the real compiler says of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { render } from "../../../../cli/init/render";
import { rules, type Setup } from "../../../../cli/init/setup";
import { compilerSays, forSources, installHere } from "../../installed-here";
import { least, most, setups, surroundings } from "./settings";

const program = (setup: Setup): string => render(setup, surroundings)["index.ts"];

describe("the program", () => {
  it("is short where little is asked for", () => {
    expect(program(least)).toBe(`\
/** The servers of shop and what runs on them: \`pulumi preview\` shows what an edit changes, \`pulumi up\` makes it so. */
import * as pulumi from "@pulumi/pulumi";
import { App, ExistingServer, Proxy, letsEncrypt } from "pulumi-sextant";

const config = new pulumi.Config();
const web = new ExistingServer("web-1", {
  address: "203.0.113.10",
});
const proxy = new Proxy("proxy", { servers: [web] });

// Every argument, with its default and what editing it does: npx sextant docs app
const shop = new App("shop", {
  image: "registry.example.com/shop",
  // The tag of the release: pulumi up --config version=TAG
  version: config.require("version"),
  proxy,
  route: { hosts: ["shop.example.com"], port: 3000, tls: letsEncrypt() },
  roles: { web: { servers: [web] } },
});
export const version = shop.version;
export const address = web.address;
`);
  });

  it("has a firewall, a login, a database and secrets where they are asked for", () => {
    const text = program(most);
    for (const part of [
      "import { App, Firewall, Postgres, Proxy, Redis, Registry, Server, http, https, letsEncrypt, tcp } from",
      'allow: [tcp(2222).from("203.0.113.0/24"), http, https]',
      'ssh: { privateKeyFile: "~/.ssh/shop", port: 2222 }',
      'address: "registry.example.com"',
      "registries: [registry]",
      'new Postgres("db"',
      'new Redis("cache", { server: web, version: "8" })',
      "    REDIS_URL: cache.url,",
      'job: { servers: [web], command: ["bin/jobs", "--all"] } },',
      'const myShop = new App("my-shop"',
      'RAILS_MASTER_KEY: config.requireSecret("railsMasterKey")',
    ])
      expect(text).toContain(part);
    // The database's own address is that of the variable.
    expect(text.match(/DATABASE_URL/g)).toHaveLength(1);
    expect(text.match(/REDIS_URL/g)).toHaveLength(1);
  });

  it("holds a server to its host key where that is given", () => {
    const hostKey = "ssh-ed25519 AAAA";
    const text = program({ ...least, machine: { kind: "existing", address: "203.0.113.10", hostKey } });
    expect(text).toContain('  address: "203.0.113.10",\n  hostKey: "ssh-ed25519 AAAA",\n');
  });

  it("reads who may use SSH from the stack's configuration where it is not said", () => {
    const text = program({ ...least, machine: { kind: "hetzner", type: "cx23" } });
    expect(text).toContain('ssh.from(config.require("sshFrom"))');
    expect(text).not.toContain("location");
  });

  it("is a program whatever the texts hold", () => {
    const text = fc.string({ unit: "binary" });
    const word = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
    const name = word.filter((each) => rules.name(each) === undefined);
    const machine = fc.oneof(
      fc.record({ kind: fc.constant("existing" as const), address: text, hostKey: text }),
      fc.record({ kind: fc.constant("hetzner" as const), type: text, location: text, sshFrom: text }),
    );
    const variables = fc.array(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/));
    const setup = fc.record({
      ...{
        name,
        machine,
        image: text,
        host: text,
        registryUser: text,
        postgres: text,
        redis: text,
        worker: text,
      },
      ...{ ssh: fc.record({ keyFile: text, port: fc.nat() }), port: fc.nat(), secrets: variables },
    });
    fc.assert(
      fc.property(setup, (each) => {
        const { diagnostics } = ts.transpileModule(program(each), { reportDiagnostics: true });
        expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the other files", () => {
  it("lead to the plugin, also where a workspace has its packages", () => {
    const files = render(least, { ...surroundings, modules: "../../node_modules" });
    expect(parse(files["Pulumi.yaml"])).toMatchObject({
      ...{ name: "shop", runtime: "nodejs", main: "index.ts" },
      plugins: { providers: [{ name: "sextant", path: "../../node_modules/pulumi-sextant/dist/plugin" }] },
    });
  });

  it("name the packages in the versions that fit the library", () => {
    expect(JSON.parse(render(least, surroundings)["package.json"])).toEqual({
      name: "shop-servers",
      private: true,
      dependencies: { "@pulumi/pulumi": "3.1.0", "pulumi-sextant": "1.2.3" },
      devDependencies: { "@types/node": "^22", typescript: "5.9.3" },
    });
  });
});

describe("the compiler", () => {
  const folder = mkdtempSync(join(tmpdir(), "sextant-init-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("takes each program, by the settings that come with it", () => {
    installHere(folder);
    const written = Object.values(setups).map((setup, at) => {
      const project = join(folder, `project-${at}`);
      mkdirSync(project);
      writeFileSync(join(project, "index.ts"), program(setup));
      return `project-${at}/index.ts`;
    });
    // All in one run, as each takes seconds: the options are those of the file, the programs are all of them.
    const settings = JSON.parse(render(least, surroundings)["tsconfig.json"]) as {
      compilerOptions: object;
      files: string[];
    };
    expect(settings.files).toEqual(["index.ts"]);
    const compilerOptions = { ...settings.compilerOptions, ...forSources };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: written }));
    expect(compilerSays(folder)).toBe("");
    writeFileSync(join(folder, "project-0", "index.ts"), program(least).replace("roles:", "rolls:"));
    expect(compilerSays(folder)).toMatch(/^project-0\/index\.ts\(\d+,\d+\): error TS2561: .*'rolls'/);
  }, 240_000);
});
