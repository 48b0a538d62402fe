import { describe, expect, it } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { App, Proxy, letsEncrypt, type AppArgs, type Host } from "../../../../components";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, refusal, type Graph } from "../graph";

/** A host as the app sees it, without a machine behind it. */
function hostNamed(hostName: string): Host {
  return fakeHost(hostName, fakeNetwork(hostName));
}

async function graphOf(
  change: (hosts: Host[], proxy: Proxy) => Partial<AppArgs>,
): Promise<{ graph: Graph; app: App }> {
  const graph = await newGraph();
  const hosts = [hostNamed("web-1"), hostNamed("web-2")];
  const proxy = new Proxy("proxy", { servers: hosts });
  const app = new App(
    "shop",
    {
      image: "registry.test/shop",
      version: "v2",
      proxy,
      route: { hosts: ["shop.test"] },
      roles: { web: { servers: hosts } },
      ...change(hosts, proxy),
    },
    graph.watching,
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  return { graph, app };
}

const containerType = "pulumi-nodejs:dynamic/sextant:Container";
const switchType = "pulumi-nodejs:dynamic/sextant:Switch";
/** Everything that runs a line on a host. */
const verbTypes = /^(command:remote:Command|pulumi-nodejs:dynamic\/sextant:.*)$/;

describe("App", () => {
  it("makes one container a role and host, beside the old one and without a name of its own", async () => {
    const { graph } = await graphOf(() => ({}));
    const made = graph.made.filter(({ type, name }) => type === containerType && name.startsWith("shop-"));
    expect(made.map(({ name }) => name)).toEqual(["shop-web-web-1", "shop-web-web-2"]);
    for (const { name, inputs } of made) {
      expect(inputs["name"]).toBeUndefined();
      expect(graph.optionsOf(containerType, name).deleteBeforeReplace).toBe(false);
    }
  });

  it("switches a host only after every gate, and one host after the other", async () => {
    const { graph, app } = await graphOf(() => ({}));
    const [first, second] = app.placements;
    const waits = (name: string): unknown[] => graph.optionsOf(switchType, name).dependsOn as unknown[];
    const gates = app.placements.map(({ ready }) => ready);
    expect(waits("shop-web-web-1-switch")).toEqual(expect.arrayContaining(gates));
    // After the other gates by the first switch: the state grows with each name.
    const next = waits("shop-web-web-2-switch");
    expect(next).toEqual(expect.arrayContaining([second?.ready, ...(first?.switches ?? [undefined])]));
    expect([...next, ...waits("shop-web-web-1-switch")]).toEqual(expect.arrayContaining(gates));
    expect(next).not.toContain(first?.ready);
    expect(waits("shop-web-web-1-switch")).not.toEqual(
      expect.arrayContaining(second?.switches ?? [undefined]),
    );
  });

  it("pulls on all hosts before the first container, and cleans up after the last switch: a resource each", async () => {
    const { graph, app } = await graphOf(() => ({}));
    const shells = (type: string, name: string, member: string): unknown[] =>
      (
        graph.find(`pulumi-nodejs:dynamic/sextant:${type}`, name).inputs[member] as {
          shell: { name: string };
        }[]
      ).map(({ shell }) => shell.name);
    expect(shells("Pull", "shop-pull", "hosts")).toEqual(["web-1", "web-2"]);
    for (const name of ["shop-web-web-1", "shop-web-web-2"])
      expect(graph.optionsOf(containerType, name).dependsOn).toContain(app.image);
    expect(shells("Prune", "shop-prune", "places")).toEqual(["web-1", "web-2"]);
    const after = graph.optionsOf("pulumi-nodejs:dynamic/sextant:Prune", "shop-prune").dependsOn;
    expect(after).toEqual(app.placements.at(-1)?.switches);
  });

  it("gives no command triggers, so that its undo never runs between two releases", async () => {
    const { graph } = await graphOf(() => ({ release: ["bin/rails", "db:prepare"] }));
    const commands = graph.made.filter(({ type }) => verbTypes.test(type));
    expect(commands.length).toBeGreaterThan(5);
    for (const { inputs } of commands) expect(inputs["triggers"]).toBeUndefined();
  });

  it("runs the release command once, before any container", async () => {
    const { graph, app } = await graphOf(() => ({ release: ["bin/rails", "db:prepare"] }));
    expect(graph.made.filter(({ name }) => name === "shop-release")).toHaveLength(1);
    for (const name of ["shop-web-web-1", "shop-web-web-2"]) {
      expect(graph.optionsOf(containerType, name).dependsOn).toContain(app.release);
    }
  });

  it("starts the second batch only after the switches of the first", async () => {
    const { graph, app } = await graphOf(() => ({ rollout: { batch: 1 } }));
    const first = app.placements[0]?.switches[0];
    expect(first).toBeDefined();
    expect(graph.optionsOf(containerType, "shop-web-web-2").dependsOn).toContain(first);
    expect(graph.optionsOf(containerType, "shop-web-web-1").dependsOn).not.toContain(first);
  });

  it("replaces what must not run twice only when all else is ready", async () => {
    const { graph, app } = await graphOf((hosts) => ({
      roles: { web: { servers: hosts }, cron: { servers: hosts.slice(0, 1), strategy: "stop-first" } },
    }));
    const options = graph.optionsOf(containerType, "shop-cron-web-1");
    expect(options.deleteBeforeReplace).toBe(true);
    const gates = app.placements.filter(({ role }) => role === "web").map(({ ready }) => ready);
    expect(options.dependsOn).toEqual(expect.arrayContaining(gates));
  });

  it("keeps secrets out of every command line", async () => {
    const { graph } = await graphOf(() => ({
      secrets: { TOKEN: pulumi.secret("canary-7f3a") },
      release: ["true"],
    }));
    const commands = graph.made.filter(({ type }) => verbTypes.test(type));
    expect(
      commands.some(({ inputs }) =>
        JSON.stringify([inputs["create"], inputs["line"], inputs["undo"]]).includes("canary-7f3a"),
      ),
    ).toBe(false);
    expect(JSON.stringify(graph.find(containerType, "shop-web-web-1").inputs["envs"])).toContain(
      "canary-7f3a",
    );
  });
});

describe("bad arguments of App", () => {
  const cases: [string, (hosts: Host[], proxy: Proxy) => Partial<AppArgs>, string][] = [
    [
      "tag in image",
      () => ({ image: "r.test/shop:v1" }),
      'App "shop": image is "r.test/shop:v1", but the release is given apart',
    ],
    [
      "upper case image",
      () => ({ image: "r.test/Shop" }),
      'image is "r.test/Shop", but a repository is a lower-case path',
    ],
    ["empty image", () => ({ image: "" }), "it must not be empty; name the image's repository"],
    [
      "latest",
      () => ({ version: "latest" }),
      'version is "latest", but a tag that moves gives no release to go back to',
    ],
    ["version with blank", () => ({ version: "v 1" }), 'version is "v 1", but it is no tag and no digest'],
    ["no roles", () => ({ roles: {} }), "roles is {}, but it must not be empty"],
    ["role name", (hosts) => ({ roles: { Web: { servers: hosts } } }), 'roles.Web is "Web", but such a name'],
    [
      "no servers",
      () => ({ roles: { web: { servers: [] } } }),
      "roles.web.servers is [], but it must not be empty",
    ],
    [
      "server twice",
      (hosts) => ({ roles: { web: { servers: [...hosts, ...hosts] } } }),
      'roles.web.servers is "web-1", but a role runs once on a host',
    ],
    [
      "port 0",
      () => ({ route: { port: 0 } }),
      "route.port is 0, but a port is a whole number from 1 to 65535",
    ],
    ["port 70000", () => ({ route: { port: 70000 } }), "route.port is 70000"],
    ["port 3.5", () => ({ route: { port: 3.5 } }), "route.port is 3.5"],
    [
      "host with scheme",
      () => ({ route: { hosts: ["https://a.test"] } }),
      "a host is a bare DNS name without scheme",
    ],
    ["host with port", () => ({ route: { hosts: ["a.test:80"] } }), 'route.hosts is "a.test:80"'],
    ["inner wildcard", () => ({ route: { hosts: ["a.*.test"] } }), 'route.hosts is "a.*.test"'],
    [
      "path without slash",
      () => ({ route: { paths: ["api"] } }),
      'route.paths is "api", but a path starts with /',
    ],
    ["path with query", () => ({ route: { health: { path: "/up?x=1" } } }), 'route.health.path is "/up?x=1"'],
    ["health host", () => ({ route: { health: { host: "a b" } } }), 'route.health.host is "a b"'],
    ["health port", () => ({ route: { health: { port: -1 } } }), "route.health.port is -1"],
    [
      "health timeout",
      () => ({ route: { health: { timeout: "1h" } } }),
      'route.health.timeout is "1h", but it has to be from 100ms to 300s',
    ],
    [
      "drain",
      () => ({ route: { drainTimeout: "2h" } }),
      'route.drainTimeout is "2h", but it has to be from 0s to 1h',
    ],
    [
      "no unit",
      () => ({ stopTimeout: "30" as "30s" }),
      'stopTimeout is "30", but a duration is a number with ms, s, m or h',
    ],
    [
      "tls without hosts",
      () => ({ route: { tls: letsEncrypt() } }),
      "a certificate is for named hosts and the route has none",
    ],
    [
      "wildcard and Let's Encrypt",
      () => ({ route: { hosts: ["*.a.test"], tls: letsEncrypt() } }),
      "Let's Encrypt gives no wildcard over HTTP",
    ],
    [
      "not PEM",
      () => ({
        route: { hosts: ["a.test"], tls: { kind: "certificate", certificate: "x", privateKey: "y" } },
      }),
      "the certificate is not PEM",
    ],
    [
      "tls below the root",
      () => ({ route: { hosts: ["a.test"], paths: ["/api"], tls: letsEncrypt() } }),
      "the proxy takes TLS from the route of a host's root path",
    ],
    [
      "memory",
      () => ({ resources: { memory: "1m" } }),
      'resources.memory is "1m", but Docker takes no less than 6m',
    ],
    ["memory unit", () => ({ resources: { memory: "512" as "512m" } }), "a size is a number with k, m or g"],
    ["cpus", () => ({ resources: { cpus: 0 } }), "resources.cpus is 0, but cores are a number over 0"],
    ["env name", () => ({ env: { "A-B": "x" } }), 'env.A-B is "A-B", but the name of a variable has letters'],
    [
      "env number",
      () => ({ env: { A: 1 as unknown as string } }),
      'env.A is 1, but a variable is a string; write "1"',
    ],
    [
      "in both",
      () => ({ env: { A: "x" }, secrets: { A: "y" } }),
      "the same name is in env, and one of the two would be lost",
    ],
    [
      "empty secret",
      () => ({ secrets: { A: "" } }),
      "secrets.A, but it is empty; set it with pulumi config set --secret",
    ],
    [
      "volume path",
      () => ({ volumes: { data: "rails/storage" } }),
      'volumes.data is "rails/storage", but it has to be an absolute path',
    ],
    ["volume name", () => ({ volumes: { "My Data": "/data" } }), 'volumes.My Data is "My Data"'],
    [
      "own label",
      () => ({ labels: { "sextant.app": "x" } }),
      "labels that start with sextant. say which containers are whose",
    ],
    [
      "restart",
      () => ({ restart: "sometimes" as "no" }),
      'restart is "sometimes", but it is one of no, on-failure',
    ],
    ["empty release", () => ({ release: [] }), "release is [], but it must not be empty"],
    ["release timeout", () => ({ releaseTimeout: "0s" }), 'releaseTimeout is "0s"'],
    [
      "batch 0",
      () => ({ rollout: { batch: 0 } }),
      "rollout.batch is 0, but it is a whole number from 1 to 1000",
    ],
    [
      "batch 120%",
      () => ({ rollout: { batch: "120%" } }),
      'rollout.batch is "120%", but a batch is a number of hosts or a share',
    ],
    ["retain", () => ({ retainImages: 0 }), "retainImages is 0"],
    ["no proxy", () => ({ proxy: undefined }), "role web has a route and there is no proxy to route to it"],
    [
      "host without proxy",
      () => ({ roles: { web: { servers: [hostNamed("far")] } } }),
      'roles.web.servers is "far", but it has a route and the proxy does not run on that host',
    ],
    [
      "stop-first with a route",
      (hosts) => ({ roles: { web: { servers: hosts, strategy: "stop-first" } } }),
      "a role with a route would lose requests between the two containers",
    ],
    [
      "ready with a route",
      (hosts) => ({ roles: { web: { servers: hosts, ready: ["true"] } } }),
      "a role with a route is ready when its health path answers",
    ],
    [
      "two routes alike",
      (hosts) => ({
        roles: { web: { servers: hosts }, api: { servers: hosts, route: { hosts: ["shop.test"] } } },
      }),
      'roles.api.route is "shop.test/", but the route shop-web has the same host and path on web-1',
    ],
    [
      "route said twice",
      (hosts) => ({ roles: { web: { servers: hosts, route: { port: 3000 } } } }),
      "the app's own route is that of its first role, so this role has two",
    ],
    [
      "ready delay",
      (hosts) => ({ roles: { web: { servers: hosts, readyDelay: "1h" } } }),
      'roles.web.readyDelay is "1h"',
    ],
    [
      "empty command",
      (hosts) => ({ roles: { web: { servers: hosts, command: [] } } }),
      "roles.web.command is [], but it must not be empty",
    ],
    [
      "strategy",
      (hosts) => ({ roles: { web: { servers: hosts, strategy: "x" as "stop-first" } } }),
      'roles.web.strategy is "x"',
    ],
  ];

  it.each(cases)("%s", async (_, change, sentence) => {
    await newGraph();
    const hosts = [hostNamed("web-1"), hostNamed("web-2")];
    const proxy = new Proxy("proxy", { servers: hosts });
    const args: AppArgs = {
      image: "registry.test/shop",
      version: "v2",
      proxy,
      route: { hosts: ["shop.test"] },
      roles: { web: { servers: hosts } },
      ...change(hosts, proxy),
    };
    const said = refusal(() => new App("shop", args));
    expect(
      said.some((line) => line.includes(sentence)),
      said.join("\n"),
    ).toBe(true);
    for (const line of said) expect(line).toMatch(/^App "shop": .+, but .+; .+\.$/);
  });

  it("says all that is wrong at once", async () => {
    await newGraph();
    const hosts = [hostNamed("web-1")];
    const said = refusal(
      () =>
        new App("shop", {
          image: "r.test/shop:v1",
          version: "latest",
          route: { port: 0 },
          roles: { web: { servers: hosts } },
        }),
    );
    expect(said).toHaveLength(4);
  });
});
