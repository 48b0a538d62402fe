/** Which variables of a program are secrets in clear, and which only look like it. */
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Accessory, App, Postgres, Proxy, Registry } from "../../../../components";
import { plainSecrets } from "../../../../components/core/plain-secret";
import { sentences } from "../../../../components/core/problem";
import { isSecretName, secretBy } from "../../../../provider/core/secret-name";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph } from "../graph";

const named = (env: Record<string, string>, elsewhere: readonly string[] = []): string[] =>
  plainSecrets({ env }, "", elsewhere).map(({ argument }) => argument);

describe("a variable in clear", () => {
  it.each([
    ["AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"],
    ["SECRET_KEY_BASE", "0123456789abcdef"],
    ["STRIPE_API_KEY", "sk_live_1"],
    ["SMTP_PASSWORD", "pa55"],
    ["RAILS_MASTER_KEY", "0123456789abcdef"],
    ["JWT_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----"],
    ["DATABASE_URL", "postgres://shop:pa55@db.test/shop"],
    ["CACHE", "redis://:pa55@cache.test:6379/0"],
    ["GITHUB_TOKEN", "ghp_0123"],
  ])("%s is a secret", (name, value) => {
    expect(named({ [name]: value })).toEqual([`env.${name}`]);
    expect(isSecretName(name) || secretBy(name, value) === "address").toBe(true);
  });

  it.each([
    ["VAPID_PUBLIC_KEY", "BEl62iUYgUivxIkv69yViEuiBIa"],
    ["NEXT_PUBLIC_API_KEY", "pk_live_1"],
    ["STRIPE_PUBLISHABLE_KEY", "pk_live_1"],
    ["DB_PASSWORD_FILE", "/run/secrets/db"],
    ["SECRET_KEY_BASE", ""],
    ["AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"],
    ["TOKEN_URL", "https://auth.test/token"],
    ["MAX_TOKENS", "4096"],
    ["TOKEN_TTL", "3600s"],
    ["USE_SECRET_MANAGER", "true"],
    ["PASSWORD_MIN_LENGTH", "12"],
    ["PRIVATE_NETWORK", "10.0.0.0/16"],
    ["SSH_PRIVATE_KEY", "/keys/id_ed25519"],
    ["RAILS_ENV", "production"],
    ["DATABASE_URL", "postgres://db.test/shop"],
    ["SENTRY_DSN", "https://0123456789abcdef@sentry.test/1"],
    ["HOMEPAGE", "https://shop.test/@user:name"],
  ])("%s=%s is none", (name, value) => {
    expect(named({ [name]: value })).toEqual([]);
  });

  it("is none of the program's where the environment of pulumi has it", () => {
    expect(named({ API_TOKEN: "from-ci-0123" }, ["from-ci-0123"])).toEqual([]);
    expect(plainSecrets({ secrets: { API_TOKEN: "from-ci-0123" } }, "", ["from-ci-0123"])).toEqual([]);
  });

  it("is said by its name, and its value never", () => {
    const value = fc.string({ unit: "grapheme", minLength: 1 }).map((text) => `canary-${text}`);
    fc.assert(
      fc.property(value, (text) => {
        const found = plainSecrets({ env: { API_TOKEN: text }, secrets: { KEY: text } }, "roles.web.", []);
        const said = sentences('App "shop"', found);
        expect(said).not.toContain("canary-");
        expect(found.map(({ argument }) => argument)).toEqual([
          "roles.web.env.API_TOKEN",
          "roles.web.secrets.KEY",
        ]);
      }),
    );
  });

  it("is nothing where it is an output, a secret or not", () => {
    const output = pulumi.secret("canary");
    expect(plainSecrets({ env: { API_TOKEN: output }, secrets: { KEY: output } }, "", [])).toEqual([]);
  });
});

describe("a preview", () => {
  const said: string[] = [];
  beforeEach(async () => {
    said.length = 0;
    await newGraph();
    vi.spyOn(pulumi.log, "warn").mockImplementation((message) => {
      said.push(message.replace(/;.*/s, ""));
      return Promise.resolve();
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  function make(): void {
    const server = fakeHost("web-1", fakeNetwork("host"));
    new App("shop", {
      ...{ image: "r.test/shop", version: "v1", inspectImage: false },
      env: { API_TOKEN: "canary-1" },
      proxy: new Proxy("proxy", { servers: [server] }),
      route: { hosts: ["shop.test"] },
      roles: {
        web: {
          servers: [server],
          canary: { percent: 10, env: { NEW_TOKEN: "canary-6" }, secrets: { MORE: "canary-7" } },
        },
        job: { servers: [server], secrets: { OTHER: "canary-2" } },
      },
    });
    new Accessory("search", {
      ...{
        server,
        image: "r.test/search:1",
        port: 7700,
        inspectImage: false,
        env: { MEILI_MASTER_KEY: "canary-3" },
      },
    });
    new Postgres("db", { server, version: "17", password: "canary-4" });
    new Registry("ghcr", { address: "ghcr.io", username: "a", password: "canary-5" });
  }

  it("says those of all components in the program's own words, and a unit test nothing", () => {
    vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    make();
    expect(said).toEqual([
      'App "shop": env.API_TOKEN is in clear, and is a secret by its name',
      'App "shop": roles.web.canary.env.NEW_TOKEN is in clear, and is a secret by its name',
      'App "shop": roles.web.canary.secrets.MORE is a text of the program, in clear',
      'App "shop": roles.job.secrets.OTHER is a text of the program, in clear',
      'Accessory "search": env.MEILI_MASTER_KEY is in clear, and is a secret by its name',
      'Postgres "db": password is a text of the program, in clear',
      'Registry "ghcr": password is a text of the program, in clear',
    ]);
  });

  it("is not a unit test, which has nothing but texts", () => {
    make();
    expect(said).toEqual([]);
  });
});
