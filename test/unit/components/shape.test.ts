/** What plain JavaScript can give, where TypeScript does not look: refused in a sentence, and never by an error of the library's own. */
import * as fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import {
  App,
  ExistingServer,
  Firewall,
  Network,
  Registry,
  http,
  letsEncrypt,
  ssh,
} from "../../../components";
import { alike } from "../../../provider/core/alike";
import { refusal } from "./graph";
import { World, startWorld } from "./refusals/world";

beforeAll(startWorld);

/** What takes any arguments, as JavaScript does. */
type Anything = new (name: string, args: unknown) => unknown;
const js = (component: unknown): Anything => component as Anything;

const makes: Record<string, (w: World, change: object) => unknown> = {
  App: (w, change) => w.app(change),
  Image: (w, change) => w.image(change),
  Proxy: (w, change) => w.proxy(change),
  ExistingProxy: (w, change) => w.existingProxy(change),
  Server: (w, change) => w.server(change),
  ExistingServer: (w, change) =>
    new (js(ExistingServer))("old", { address: "203.0.113.7", ssh: w.access, ...change }),
  Accessory: (w, change) => w.accessory(change),
  Postgres: (w, change) => w.postgres(change),
  MariaDb: (w, change) => w.mariaDb(change),
  MySql: (w, change) => w.mySql(change),
  Memcached: (w, change) => w.memcached(change),
  Redis: (w, change) => w.redis(change),
  Registry: (_, change) =>
    new (js(Registry))("r", { address: "ghcr.io", username: "a", password: "b", ...change }),
  Network: (_, change) => new (js(Network))("net", change),
  Firewall: (_, change) => new (js(Firewall))("edge", { allow: [http], ...change }),
};

function said(component: string, change: (w: World) => object): string[] {
  const world = new World();
  const make = makes[component];
  if (make === undefined) throw new Error(`there is no ${component}`);
  return refusal(() => make(world, change(world)));
}

describe("a wrong shape is refused in a sentence", () => {
  it.each<[string, (w: World) => object, string]>([
    [
      "App",
      () => ({ route: { host: "a.test" } }),
      'App "shop": route.host is not an argument; did you mean route.hosts.',
    ],
    [
      "App",
      () => ({ route: { healthcheck: { path: "/up" } } }),
      'App "shop": route.healthcheck is not an argument; write health.',
    ],
    [
      "App",
      () => ({ route: [{ hosts: ["a.test"] }, { name: "b", hsots: ["b.test"] }] }),
      'App "shop": route[1].hsots is not an argument; did you mean route[1].hosts.',
    ],
    [
      "ExistingServer",
      () => ({ firewalls: [] }),
      'ExistingServer "old": firewalls is not an argument; write firewall: { allow: [...] }; a Firewall is one at Hetzner, in front of a Server.',
    ],
    [
      "ExistingServer",
      () => ({ firewall: { allow: [http], inbound: [http] } }),
      'ExistingServer "old": firewall.inbound is not an argument; write allow.',
    ],
    [
      "App",
      () => ({ builder: { arch: "amd64" } }),
      'App "shop": builder is not an argument; build it by new Image("shop", …), and give that as image.',
    ],
    [
      "App",
      () => ({ accessories: {} }),
      'App "shop": accessories is not an argument; make each of them a component: new Postgres(…), new Redis(…), new Accessory(…).',
    ],
    [
      "App",
      (w) => ({ servers: [w.host] }),
      'App "shop": servers is not an argument; give them to a role: roles: { web: { servers: [web] } }.',
    ],
    [
      "App",
      () => ({ readyTimout: "30s" }),
      'App "shop": readyTimout is not an argument; did you mean readyTimeout.',
    ],
    [
      "App",
      () => ({ route: { health: "/up" } }),
      'App "shop": route.health is "/up", but it has to be an object; write it like { path: "/up" }.',
    ],
    [
      "App",
      () => ({ route: { hosts: "a.test" } }),
      'App "shop": route.hosts is "a.test", but it has to be a list; write it like ["shop.example.com"].',
    ],
    [
      "App",
      () => ({ route: { hosts: ["a.test"], tls: true } }),
      'App "shop": route.tls is true, but it has to be a way to get certificates; write letsEncrypt(), or ownCertificate(certificate, privateKey).',
    ],
    [
      "App",
      () => ({ route: { hosts: ["a.test"], tls: letsEncrypt } }),
      'App "shop": route.tls has to be a way to get certificates; call it: letsEncrypt(), or ownCertificate(certificate, privateKey).',
    ],
    [
      "App",
      () => ({ roles: { web: {} } }),
      'App "shop": roles.web.servers is missing; give the servers that it runs on, [web].',
    ],
    [
      "App",
      (w) => ({ roles: { web: { servers: [w.host] }, job: undefined } }),
      'App "shop": roles.job is missing; give the servers that it runs on, { servers: [web] }, or leave it out.',
    ],
    [
      "App",
      (w) => ({ roles: { web: [w.host] } }),
      'App "shop": roles.web has to be an object; write it like { servers: [web] }.',
    ],
    [
      "App",
      (w) => ({ roles: { web: { servers: w.host } } }),
      'App "shop": roles.web.servers has to be a list; write it like [web].',
    ],
    [
      "App",
      () => ({ roles: { web: { servers: ["203.0.113.7"] } } }),
      'App "shop": roles.web.servers[0] is "203.0.113.7", but it has to be a Server or an ExistingServer; give the component that new Server("web-1", …) makes.',
    ],
    [
      "App",
      (w) => ({ roles: { web: { servers: [w.host], command: "bin/jobs --all" } } }),
      'App "shop": roles.web.command is "bin/jobs --all", but it has to be a list of words; write ["bin/jobs","--all"].',
    ],
    [
      "App",
      () => ({ release: "bin/rails db:prepare" }),
      'App "shop": release is "bin/rails db:prepare", but it has to be a list of words; write ["bin/rails","db:prepare"].',
    ],
    [
      "App",
      () => ({ rollout: 2 }),
      'App "shop": rollout is 2, but it has to be an object; write it like { batch: 2 } or { batch: "25%" }.',
    ],
    [
      "App",
      (w) => ({ proxy: [w.proxy({ servers: [w.hosts[1] as World["host"]], httpPort: 81, httpsPort: 444 })] }),
      'App "shop": proxy has to be a Proxy; give the one that new Proxy("proxy", …) makes.',
    ],
    [
      "App",
      () => ({ image: pulumi.output("r.test/shop") }),
      'App "shop": image has to be a text that is known when the program runs; give it as it is, and no output.',
    ],
    [
      "App",
      () => ({ roles: undefined }),
      'App "shop": roles is missing; give at least one role: { web: { servers: [web] } }.',
    ],
    ["App", () => ({ release: null }), 'App "shop": release is null, but it has to be a list; leave it out.'],
    [
      "App",
      () => ({ logging: "journald" }),
      'App "shop": logging is "journald", but it has to be an object; write it like { driver: "journald" }.',
    ],
    [
      "App",
      () => ({ resources: { memroy: "512m" } }),
      'App "shop": resources.memroy is not an argument; did you mean resources.memory.',
    ],
    [
      "App",
      () => ({ transform: { containers: {} } }),
      'App "shop": transform.containers is not an argument; did you mean transform.container.',
    ],
    [
      "Image",
      () => ({ arch: "amd64" }),
      'Image "shop": arch is not an argument; write platforms: ["linux/amd64"], or servers: [web].',
    ],
    ["Image", () => ({ cache: {} }), 'Image "shop": cache.type is missing; write type: "registry".'],
    [
      "Image",
      () => ({ builder: 3 }),
      'Image "shop": builder is 3, but it has to be a Server or an ExistingServer; give the component that new Server("web-1", …) makes.',
    ],
    ["Proxy", (w) => ({ servers: w.host }), 'Proxy "proxy": servers has to be a list; write it like [web].'],
    [
      "Proxy",
      () => ({ http3: "true" }),
      'Proxy "proxy": http3 is "true", but it has to be true or false; write it without quotes.',
    ],
    [
      "Server",
      () => ({ registries: new Registry("one", { address: "a.test", username: "a", password: "b" }) }),
      'Server "web-1": registries has to be a list; write it like [registry].',
    ],
    [
      "Server",
      () => ({ firewalls: ["edge"] }),
      'Server "web-1": firewalls[0] is "edge", but it has to be a Firewall; give the one that new Firewall("edge", …) makes.',
    ],
    [
      "Server",
      () => ({ ssh: { keyFile: "~/.ssh/id" } }),
      'Server "web-1": ssh.keyFile is not an argument; did you mean ssh.privateKeyFile.',
    ],
    [
      "Server",
      () => ({ network: { ip: "10.0.0.2" } }),
      'Server "web-1": network.network is missing; give the Network.',
    ],
    [
      "Firewall",
      () => ({ allow: ["ssh"] }),
      'Firewall "edge": allow[0] is "ssh", but it has to be a rule; write it like http, https, ssh.from("203.0.113.0/24") or tcp(5432).from("10.0.0.0/16").',
    ],
    [
      "Firewall",
      () => ({ allow: http }),
      'Firewall "edge": allow has to be a list; write it like [ssh.from("203.0.113.0/24"), http, https].',
    ],
    [
      "Postgres",
      () => ({ password: undefined }),
      'Postgres "db": password is missing; set it with pulumi config set --secret, and read it with config.requireSecret.',
    ],
    [
      "Postgres",
      () => ({ version: 15 }),
      'Postgres "db": version is 15, but it has to be a text; write "15".',
    ],
    [
      "Postgres",
      () => ({ port: 5433 }),
      'Postgres "db": port is not an argument; leave it out: the preset knows it; hostPort is the one on the host.',
    ],
    [
      "Redis",
      () => ({ persistent: "no" }),
      'Redis "cache": persistent is "no", but it has to be true or false; write one of these.',
    ],
    [
      "Accessory",
      () => ({ publish: { reason: "the office" } }),
      'Accessory "search": publish.public is missing; write public: true.',
    ],
    [
      "ExistingServer",
      () => ({ user: "root" }),
      'ExistingServer "old": user is not an argument; write ssh: { user: … }.',
    ],
    [
      "Network",
      () => ({ subnets: "10.0.0.0/24" }),
      'Network "net": subnets is "10.0.0.0/24", but it has to be a list; write it like ["10.0.0.0/24"].',
    ],
    ["Registry", () => ({ adress: "x" }), 'Registry "r": adress is not an argument; did you mean address.'],
  ])("%s %#", (component, change, expected) => {
    expect(said(component, change)).toEqual([expected]);
  });

  it("shows no value of a member that it does not know: it may be a secret", () => {
    expect(said("Postgres", () => ({ pasword: "canary" })).join()).not.toContain("canary");
  });

  it("takes no arguments for missing ones", () => {
    expect(refusal(() => new (js(App))("shop", undefined))).toEqual([
      'App "shop": args is missing; give it.',
    ]);
  });
});

describe("routes of a role", () => {
  it.each<[string, (w: World) => object, string]>([
    [
      "two without a name",
      () => ({ route: [{ hosts: ["a.test"] }, { hosts: ["b.test"] }] }),
      'App "shop": route[1].name is missing, and route is named shop-web in the proxy already; give each route a name of its own, such as "admin".',
    ],
    [
      "two of one name",
      (w) => ({
        route: undefined,
        roles: {
          web: {
            servers: [w.host],
            route: ["a", "b"].map((host) => ({ name: "x", hosts: [`${host}.test`] })),
          },
        },
      }),
      'App "shop": roles.web.route[1].name is "x", but roles.web.route is named shop-web-x in the proxy, too; give each route a name of its own, such as "admin".',
    ],
    [
      "of two roles, whose names come to the same",
      (w) => ({
        route: { name: "admin", hosts: ["a.test"] },
        roles: {
          web: { servers: [w.host] },
          "web-admin": { servers: [w.host], route: { hosts: ["b.test"] } },
        },
      }),
      'App "shop": roles.web-admin.route.name is missing, and route is named shop-web-admin in the proxy already; give each route a name of its own, such as "admin".',
    ],
  ])("%s", (_, change, expected) => {
    expect(said("App", change)).toEqual([expected]);
  });

  it("in order: one without a name beside one with", () => {
    expect(said("App", () => ({ route: [{ hosts: ["a.test"] }, { name: "b", hosts: ["b.test"] }] }))).toEqual(
      [],
    );
  });
});

describe("whatever is given for an argument", () => {
  const members: Record<string, string[]> = {
    App: [
      ...[
        "image",
        "version",
        "proxy",
        "route",
        "roles",
        "release",
        "releaseTimeout",
        "commands",
        "rollout",
        "retainImages",
        "errorPages",
        "assetPath",
        "roles.web.assetPath",
        "transform.assets",
        "transform.wait",
        "hooks",
        "hooks.afterRelease",
        "hooks.afterFailure",
        "hooks.beforeBatch",
      ],
      ...[
        "env",
        "secrets",
        "volumes",
        "resources",
        "stopTimeout",
        "readyTimeout",
        "labels",
        "logging",
        "restart",
      ],
      ...[
        "transform",
        "route.name",
        "route.hosts",
        "route.paths",
        "route.port",
        "route.health",
        "route.health.path",
        "route.health.interval",
        "route.scopeCookiePaths",
      ],
      ...["route.tls", "route.buffer", "route.buffer.memory", "route.logHeaders", "route.drainTimeout"],
      ...[
        "roles.web",
        "roles.web.servers",
        "roles.web.replicas",
        "roles.web.command",
        "roles.web.route",
        "roles.web.env",
        "roles.web.ready",
        "roles.web.schedule",
        "transform.schedule",
      ],
      ...[
        "resources.memory",
        "rollout.batch",
        "rollout.wait",
        "volumes.data",
        "route.canonicalHost",
        "transform.container",
      ],
      ...["env.A", "secrets.A", "labels.a", "roles.web.env.A", "logging.options.a", "route.tls.names"],
    ],
    Proxy: [
      "servers",
      "image",
      "httpPort",
      "httpsPort",
      "publish",
      "http3",
      "metricsPort",
      "logMaxSize",
      "transform",
    ],
    // A context may be any directory, also one that takes long to read.
    Image: [
      ...["repository", "dockerfile", "target", "args", "args.A", "secrets", "secrets.A", "ssh", "cache"],
      ...[
        "cache.type",
        "cache.options",
        "cache.options.timeout",
        "sbom",
        "provenance",
        "servers",
        "platforms",
        "builder",
        "registries",
        "version",
        "uncommitted",
        "hooks",
        "hooks.beforeBuild",
        "hooks.output",
        "transform",
      ],
    ],
    ExistingProxy: ["servers", "owner", "behind", "httpPort", "httpsPort", "transform"],
    Server: [
      ...[
        "type",
        "location",
        "image",
        "name",
        "firewalls",
        "unprotected",
        "network",
        "network.ip",
        "ssh",
        "ssh.port",
      ],
      ...[
        "ssh.user",
        "ssh.publicKey",
        "sshKeys",
        "registries",
        "labels",
        "labels.a",
        "placementGroup",
        "swap",
      ],
      ...["daemon", "cloudInit", "protect", "transform", "ssh.privateKeyFile"],
      ...["ssh.configFile", "ssh.beforeConnect", "hooks", "hooks.afterDocker", "hooks.output"],
    ],
    ExistingServer: [
      ...[
        "address",
        "ipv6Address",
        "privateAddress",
        "architecture",
        "memory",
        "ssh",
        "ssh.jumpHost",
        "ssh.jumpHost.address",
        "ssh.jumpHost.port",
        "hostKey",
        "docker",
        "docker.install",
        "docker.version",
        "registries",
      ],
      ...["ssh.configFile", "ssh.beforeConnect", "hooks", "hooks.afterDocker", "hooks.output"],
      ...["preflight", "preflight.ports", "preflight.disk", "preflight.accept", "transform"],
    ],
    Accessory: [
      ...[
        "server",
        "image",
        "port",
        "publish",
        "hostPort",
        "env",
        "secrets",
        "volumes",
        "files",
        "command",
        "ready",
      ],
      ...["ready.command", "ready.timeout", "resources", "stopTimeout", "labels", "data", "transform"],
      ...["ports", "ports[0].port", "ports[0].publish", "ports[0].protocol", "ports[0].hostPort"],
      ...["service", "networks", "directories", "directories./srv/a", "directories./srv/a.path"],
      ...["directories./srv/a.mode", "directories./srv/a.owner", "files./etc/b.content"],
      ...["files./etc/b.mode", "files./etc/b.owner"],
      ...[
        "publish.public",
        "publish.reason",
        "volumes.data",
        "labels.a",
        "env.A",
        "secrets.A",
        "files./etc/a",
      ],
      ...["proxy", "route", "route.hosts", "route.health", "route.health.path", "route.port", "route.tls"],
    ],
    Postgres: ["server", "version", "password", "user", "database", "image", "publish", "env", "secrets"],
    MariaDb: [
      ...[
        "server",
        "version",
        "password",
        "rootPassword",
        "user",
        "database",
        "image",
        "series",
        "publish",
        "env",
      ],
      ...["secrets", "files"],
    ],
    MySql: ["server", "version", "password", "rootPassword", "user", "database", "image", "series", "ports"],
    Memcached: ["server", "version", "memory", "connections", "image", "publish", "service"],
    Redis: ["server", "version", "password", "persistent", "image", "publish", "secrets"],
    Registry: ["address", "username", "password"],
    Network: ["ipRange", "subnets", "zone", "protect", "labels", "labels.a", "transform"],
    Firewall: ["allow", "outbound", "labels", "transform"],
  };
  const junk = fc.oneof(
    fc.constantFrom<unknown[]>(
      null,
      undefined,
      "",
      "x",
      "30s",
      "a.test",
      0,
      1.5,
      -1,
      true,
      false,
      [],
      {},
      [null],
      [undefined],
    ),
    fc.constantFrom<unknown[]>(
      ["a"],
      [[]],
      [{}],
      { a: null },
      { a: 1 },
      { a: { b: [] } },
      { web: {} },
      { web: null },
    ),
    fc.constant(() => "a function"),
    fc.constantFrom<unknown[]>(ssh, http, letsEncrypt),
    fc.jsonValue({ maxDepth: 2 }),
    fc.constant("an output").map((value) => pulumi.output(value)),
  );
  const change = (path: string, value: unknown): object =>
    path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;

  it.each(Object.keys(members))("%s is made or refused", (component) => {
    fc.assert(
      fc.property(fc.constantFrom(...(members[component] ?? [])), junk, (path, value) => {
        const sentences = said(component, () => change(path, value));
        expect(
          sentences.filter(
            (line) => !/^[A-Z]\w+ ".*": .+ (is|are|has|have|needs|gives|holds) .+; .+\.$/s.test(line),
          ),
        ).toEqual([]);
        expect(sentences.filter((line) => /^[A-Z]\w+ "[^"]*": \S+, but /.test(line))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the name that was meant", () => {
  it.each([
    ["host", ["name", "hosts", "health"], "hosts"],
    ["readytimeout", ["readyTimeout"], "readyTimeout"],
    ["healthcheck", ["health", "hosts"], "health"],
    ["builder", ["image", "version"], undefined],
  ])("%s", (name, names, expected) => {
    expect(alike(name, names)).toBe(expected);
  });

  it("is itself where it is there, and one letter away from what lacks one", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{5,12}$/), fc.nat(11), (name, at) => {
        expect(alike(name, [name])).toBe(name);
        const cut = at % name.length;
        expect(alike(name.slice(0, cut) + name.slice(cut + 1), [name])).toBe(name);
      }),
    );
  });
});
