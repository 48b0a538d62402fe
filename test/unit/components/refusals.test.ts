import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  ExistingServer,
  Network,
  Proxy,
  http,
  https,
  ownCertificate,
  tcp,
  type Image,
} from "../../../components";
import { plainSecrets } from "../../../components/core/plain-secret";
import { warnBuilt } from "../../../components/app/checks/check-built";
import { checkParallel } from "../../../components/app/checks/check-parallel";
import { judge } from "../../../components/app/checks/inspect-image";
import { judgeName } from "../../../components/app/checks/inspect-names";
import { rolesOf } from "../../../components/app/plan";
import {
  checkBuild,
  plainArgs,
  secretArg,
  warnBuild,
  type Found,
} from "../../../components/build/check-build";
import { checks } from "../../../components/checks";
import { unnamedVolumes } from "../../../components/accessory/checks/inspect-image";
import { checkReach } from "../../../components/app/checks/check-reach";
import { sentence, type Findings, type Problem } from "../../../components/core/problem";
import { lossSentence } from "../../../provider/data/left-behind";
import { formatRefusal } from "../../../provider/docker/data-format";
import { openForNothing } from "../../../components/firewall/audit";
import type { Facts } from "../../../components/hetzner/facts";
import type { Host } from "../../../components/host/host";
import type { ImageAnswer } from "../../../components/image/facts";
import { parseReference } from "../../../components/image/reference";
import { pairFor } from "./certificates";
import { warnAddresses } from "../../../components/server/checks/check-addresses";
import { checkOffer, type Wanted } from "../../../components/server/checks/check-offer";
import { serverTypes, withStock } from "../../../lab/hetzner/catalogue/server-types";
import { refusal } from "./graph";
import { refusals } from "./refusals/table";
import { World, startWorld } from "./refusals/world";

beforeAll(startWorld);

describe("a bad argument is refused in one sentence", () => {
  it.each(refusals)("%s", (_, make, expected) => {
    const world = new World();
    expect(refusal(() => make(world))).toEqual([expected]);
  });

  it("has its place on the page, where the page has one", () => {
    const anchors = refusals.flatMap(
      ([, , text]) => /\(npx sextant docs checks#([a-z0-9-]+)\)\.$/.exec(text)?.[1] ?? [],
    );
    expect(anchors.length).toBeGreaterThanOrEqual(60);
    expect(anchors.filter((anchor) => !checks.some(({ id }) => id === anchor))).toEqual([]);
    expect(refusals.length).toBeGreaterThanOrEqual(80);
  });

  it("has a verb, also where no value is shown", () => {
    const texts = [...refusals.map(([, , text]) => text), ...checks.flatMap(({ says }) => says)];
    expect(texts.filter((text) => /^\w+ "[^"]*": [^ ,]+, but /.test(text))).toEqual([]);
  });
});

describe("several bad arguments are said at once", () => {
  it("of an app, also those that concern its server", () => {
    const world = new World();
    const said = refusal(() =>
      world.app({
        image: "r.test/shop:v1",
        version: "latest",
        route: { port: 0, hosts: ["a.test:80"] },
        secrets: { TOKEN: "" },
        resources: { memory: "6g" },
      }),
    );
    expect(said.map((line) => /^App "shop": ([a-zA-Z.]+)/.exec(line)?.[1])).toEqual([
      "image",
      "version",
      "secrets.TOKEN",
      "route.hosts",
      "route.port",
      "resources.memory",
    ]);
  });

  it("of a second proxy on a host", () => {
    const world = new World();
    const first = world.proxy({});
    expect(
      refusal(() => new Proxy("other", { servers: [...first.on.values()].map(({ host }) => host) })),
    ).toEqual([
      'Proxy "other": httpPort is 80, but Proxy "proxy" has tcp port 80 of web-1; give both their hosts by one Proxy (npx sextant docs checks#same-port).',
      'Proxy "other": httpsPort is 443, but Proxy "proxy" has tcp port 443 of web-1; give both their hosts by one Proxy (npx sextant docs checks#same-port).',
    ]);
  });
});

describe("what works, though perhaps not as meant, is a warning", () => {
  const own = pairFor("a.test");

  afterEach(() => {
    vi.restoreAllMocks();
  });

  function warnings(make: (w: World) => unknown): string[] {
    const said: string[] = [];
    vi.spyOn(pulumi.log, "warn").mockImplementation((message) => {
      said.push(message);
      return Promise.resolve();
    });
    const world = new World();
    expect(refusal(() => make(world))).toEqual([]);
    return said;
  }

  it.each<[string, (w: World) => unknown, string[]]>([
    [
      "both releases over the server's memory",
      (w) => w.app({ resources: { memory: "2560m" } }),
      [
        'App "shop": resources.memory is too high for a release: the limits on web-1 come to 5120m with both releases, and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
      ],
    ],
    [
      "an accessory that makes both releases too much",
      (w) => [w.app({ resources: { memory: "1536m" } }), w.accessory({ resources: { memory: "2g" } })],
      [
        'Accessory "search": resources.memory is too high for a release: the limits on web-1 come to 5120m with both releases, and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
      ],
    ],
    [
      "a memcached in the private network",
      (w) => w.memcached({ publish: "private" }),
      [
        'Memcached "cache": publish gives every server of the private network all that it holds to read and write, as memcached knows no password; leave it out where the app runs on the same server (npx sextant docs checks#public-port).',
      ],
    ],
    [
      "data in a path of the host, and neither what is only read nor a socket",
      (w) =>
        w.accessory({
          volumes: {
            ...{ data: "/data", "/etc/ssl/certs": "/certs:ro", "/var/run/docker.sock": "/run/docker.sock" },
            "/srv/search": "/meili_data",
          },
          directories: { "/srv/logs": { path: "/var/log/search:z", mode: "0750" } },
        }),
      [
        'Accessory "search": volumes./srv/search is "/meili_data", but a path of the host is not guarded as a Docker volume is: it has no owner, and data: "move" does not copy it; write a name in place of the path, unless others on the host need it (npx sextant docs checks#host-path).',
        'Accessory "search": directories./srv/logs is "/var/log/search:z", but a path of the host is not guarded as a Docker volume is: it has no owner, and data: "move" does not copy it; write a name in place of the path, unless others on the host need it (npx sextant docs checks#host-path).',
      ],
    ],
    [
      "data that goes with its component",
      (w) => [
        w.accessory({ volumes: { data: "/data" }, data: "discard" }),
        w.accessory({ data: "discard" }, "empty"),
        w.app({ volumes: { files: "/files", cache: "/cache", "/srv": "/srv" }, data: "discard" }),
      ],
      [
        'Accessory "search": data is "discard", but the volume data is deleted with all data when it is removed, renamed without an alias, moved or destroyed; leave data out to keep it (npx sextant docs checks#data-kept).',
        'App "shop": data is "discard", but the volumes files, cache are deleted with all data when it is removed, renamed without an alias, moved or destroyed; leave data out to keep it (npx sextant docs checks#data-kept).',
      ],
    ],
    [
      "requests that outlast the drain",
      (w) => w.app({ route: { hosts: ["a.test"], responseTimeout: "120s" } }),
      [
        'App "shop": route.responseTimeout is "120s", but a release cuts a request that takes longer than the drainTimeout of 30s; raise drainTimeout to "120s" (npx sextant docs checks#timeouts).',
      ],
    ],
    [
      "a prefix that is taken off beside the root",
      (w) => w.app({ route: { hosts: ["a.test"], paths: ["/", "/orders"] } }),
      [
        'App "shop": route.paths is ["/","/orders"], but stripPath takes "/orders" off before the app sees the request; remove "/orders", which "/" answers already, or set stripPath: false (npx sextant docs checks#stripped-path).',
      ],
    ],
    [
      "a port that everybody reaches without the CDN in front",
      (w) => w.proxy({ servers: [w.behind([http])], behind: "cdn" }),
      [
        'Proxy "proxy": behind is "cdn", but the firewalls of web-1 let everybody in on tcp port 80, where each can claim any address and scheme; name those of a CDN with http.from(...) (npx sextant docs checks#behind).',
      ],
    ],
    [
      "a Redis without a password in the private network",
      (w) => w.redis({ publish: "private" }),
      [
        'Redis "cache": password is missing, and every server of the private network can reach the port; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
      ],
    ],
    [
      "HTTPS without HTTP",
      (w) => w.appOn(w.behind([https]), { hosts: ["a.test"], tls: ownCertificate(own.certificate, own.key) }),
      [
        'App "shop": route.redirectToHttps needs tcp port 80, and the firewalls of web-1 let nobody in there; add http to the firewall (npx sextant docs checks#firewall-shut).',
      ],
    ],
    [
      "a machine without a host key",
      (w) => new ExistingServer("web-1", { address: "203.0.113.7", ssh: w.access }),
      [
        'ExistingServer "web-1": hostKey is not set, so whoever answers first is trusted with all secrets of the host, and its key kept; set it to "ssh-ed25519 AAAA…" from the machine\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub (npx sextant docs checks#host-key).',
      ],
    ],
  ])("%s", (_, make, expected) => {
    expect(warnings(make)).toEqual(expected);
  });

  it.each<[string, (w: World) => unknown]>([
    [
      "a role that stops first counts once",
      (w) => {
        const roles = { web: { servers: [w.host], strategy: "stop-first" as const } };
        return w.app({ roles, route: undefined, proxy: undefined, resources: { memory: "3g" } });
      },
    ],
    [
      "a wildcard and one of its names",
      (w) => w.twoApps({ route: { hosts: ["*.a.test"] } }, { route: { hosts: ["b.a.test"] } }, "blog"),
    ],
    [
      "one host with two paths",
      (w) =>
        w.twoApps(
          { route: { hosts: ["a.test"] } },
          { route: { hosts: ["a.test"], paths: ["/blog"] } },
          "blog",
        ),
    ],
    [
      "a prefix beside the root that the app sees",
      (w) => w.app({ route: { hosts: ["a.test"], paths: ["/", "/orders"], stripPath: false } }),
    ],
    [
      "a proxy behind nginx on a server that lets in what nginx serves",
      (w) => w.proxy({ servers: [w.behind([http, https])], behind: "nginx" }),
    ],
    [
      "a balancer that is named in the firewall",
      (w) => w.proxy({ servers: [w.behind([http.from("192.0.2.0/24")])], behind: "loadBalancer" }),
    ],
    [
      "a proxy behind a firewall that is reached privately",
      (w) => w.proxy({ servers: [w.behind([], new Network("net"))] }),
    ],
    [
      "loopback and public on different ports",
      (w) => [w.proxy({}), w.accessory({ publish: "loopback", hostPort: 8080 })],
    ],
    [
      "a private port of the database beside one on loopback",
      (w) => [w.accessory({ publish: "loopback" }), w.accessory({ publish: "private" }, "other")],
    ],
    [
      "a route over a firewall for http and https",
      (w) => w.appOn(w.behind([http, https]), { hosts: ["a.test"] }),
    ],
  ])("in order: %s", (_, make) => {
    expect(warnings(make)).toEqual([]);
  });
});

describe("the page of the checks", () => {
  const world = (): Parameters<typeof judge>[1] => {
    const w = new World();
    return {
      args: { image: "registry.test/shop", version: "v2", roles: { web: { servers: [w.host] } } },
      released: { image: "registry.test/shop", version: "v2" },
      roles: [{ name: "web", servers: [w.host], routes: [{ service: "shop-web", route: { port: 3000 } }] }],
      machines: new Map([[w.host.hostName, { name: w.host.hostName, architecture: "amd64" }]]),
      data: "shop-test-shop",
      version: "v2",
      reference: parseReference("registry.test/shop", "v2"),
      limit: "3s",
      login: undefined,
    };
  };
  const facts = {
    platforms: ["linux/amd64"],
    entrypoint: [],
    command: ["bin/server"],
    ports: [],
    volumes: [],
    user: "",
    size: 0,
    zstd: false,
  };
  const all = ({ refused, warned }: Findings): string[] =>
    [...refused, ...warned].map((problem) => sentence('App "shop"', problem));
  const said = (answer: ImageAnswer, version = "v2"): string[] => all(judge(answer, { ...world(), version }));

  it("names the argument of a role that has an image or a version of its own", () => {
    const asked = world();
    const [{ servers } = { servers: [] }] = asked.roles;
    const ofRole = (own: object, answer: ImageAnswer): string[] =>
      all(judge(answer, { ...asked, args: { ...asked.args, roles: { web: { servers, ...own } } } }));
    const arm: ImageAnswer = { facts: { ...facts, platforms: ["linux/arm64"] } };
    expect(ofRole({ image: "registry.test/shop" }, arm).join()).toMatch(
      /^App "shop": roles\.web\.image is "/,
    );
    expect(ofRole({ image: "registry.test/shop" }, { failure: "late" }).join()).toContain(
      "roles.web.image is ",
    );
    expect(ofRole({ version: "v2" }, { failure: "missing" }).join()).toMatch(
      /^App "shop": roles\.web\.version is "v2"/,
    );
    expect(ofRole({ image: "registry.test/shop" }, { failure: "missing" }).join()).toMatch(
      /^App "shop": version is "v2"/,
    );
  });

  /** On a server whose Docker is that of Debian 12. */
  const old = (answer: ImageAnswer): string[] => {
    const asked = world();
    const machines = new Map([...asked.machines].map(([name, each]) => [name, { ...each, dockerMajor: 20 }]));
    return all(judge(answer, { ...asked, machines }));
  };

  /** What is said of images and firewalls, which no constructor throws. */
  const later = (): string[] => [
    ...said({ facts: { ...facts, platforms: ["linux/arm64"] } }, "arm"),
    ...said({ facts: { ...facts, command: ["irb"] } }, "irb"),
    ...said({ facts: { ...facts, ports: [8080] } }),
    ...said({ facts: { ...facts, volumes: ["/data"] } }),
    ...ofData(),
    ...old({ facts: { ...facts, zstd: true } }),
    ...said({ failure: "missing" }, "v404"),
    ...said({ failure: "late" }),
    ...openForNothing(
      [http, https, tcp(5432).anywhere("the office")],
      [80, 443].map((port) => ({ protocol: "tcp", port, address: "0.0.0.0" })),
      ["web-1"],
    ).map((problem) => sentence('Firewall "edge"', problem)),
    ...all({ refused: [], warned: checkParallel(many, rolesOf("shop", many), 8) }),
    ...[[], ["198.51.100.7"]].flatMap((addresses) =>
      all({
        refused: [],
        warned: judgeName({ argument: "route.hosts", name: "shop.test", server: "web-1" }, { addresses }, [
          "192.0.2.1",
        ]),
      }),
    ),
    ...[
      ...warnAddresses({
        type: "cx23",
        firewalls: [],
        publicIpv4: false,
        registries: [{ address: "ghcr.io" }] as never,
      }),
      ...atHetzner({ type: "CX23" }),
      ...atHetzner({}, { types: [soldOut, ...serverTypes.filter(({ name }) => name === "cx33")] }),
      ...atHetzner({}, { tokenRefused: true }),
    ].map((problem) => sentence('Server "web-1"', problem)),
    ...ofBuilds().map((problem) => sentence('Image "shop"', problem)),
    ...ofApps().map((problem) => sentence('App "shop"', problem)),
  ];
  /** What is said of an app's secrets and its version. */
  const ofApps = (): Problem[] => [
    ...plainSecrets(
      {
        env: { AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI", DATABASE_URL: "postgres://shop:pa55@db.test/shop" },
        secrets: { SECRET_KEY_BASE: "literal" },
      },
      "",
      [],
    ),
    ...warnBuilt({ image: { label: 'Image "shop"', version: "4f1c2ab" } as Image, version: "v3", roles: {} }),
  ];

  /** What is said of builds, for what lies on this machine and who builds. */
  const ofBuilds = (): Problem[] => {
    const repository = "registry.test/shop";
    const [host] = new World().hosts as [Host];
    const builder = (hostName: string, facts: Partial<Host>): Host =>
      ({ hostName, architecture: host.architecture, ...facts }) as Host;
    const revision = { commit: "0".repeat(40), uncommitted: ["app/models/cart.rb"] };
    const of = (...files: string[]): Found => ({
      ...{ directory: true, dockerfile: true, revision },
      context: { files, rules: ".dockerignore", leftOut: () => false, entries: {} },
    });
    const own = ["Pulumi.yaml", "Pulumi.production.yaml"];
    return [
      ...plainArgs({ args: { RUBY: "3.4", NPM_TOKEN: "abcdefgh", TOKEN_URL: "https://auth.test" } }),
      ...checkBuild({ repository, uncommitted: "refuse" }, of()),
      ...checkBuild({ repository }, of(".git/HEAD")),
      ...checkBuild(
        { repository, context: ".." },
        { ...of(...["node_modules/a/b.js", ...own].map((name) => `infra/${name}`)), program: "infra" },
      ),
      ...checkBuild({ repository }, { ...of(...own), program: "" }),
      secretArg("TOKEN"),
      ...warnBuild({ repository, builder: builder("web-1", { dockerMajor: 20 }) }, []),
      ...warnBuild({ repository, sbom: true, builder: builder("web-1", { dockerMajor: 23 }) }, []),
      ...warnBuild({ repository, builder: builder("web-1", { memoryMb: 2048 }) }, []),
      ...warnBuild({ repository, builder: builder("build-1", {}) }, ["linux/arm64"]),
    ];
  };
  const soldOut = withStock(serverTypes.find(({ name }) => name === "cx23") ?? expect.fail("cx23"), {
    isSoldOut: (_, location) => location === "fsn1",
  });
  const atHetzner = (change: Partial<Wanted>, known: Facts = { types: serverTypes }): Problem[] => {
    const wanted: Wanted = {
      ...{ name: "web-1", autonamed: false, type: "cx23", location: "fsn1", image: "debian-12" },
      ...{ networkZone: undefined, sshKeys: [] },
      ...change,
    };
    const { refused, warned } = checkOffer(wanted, { servers: [], ...known });
    return [...refused, ...warned];
  };
  /** What is said of accessories once the registry, the variables or the old state are known. */
  const ofData = (): string[] => {
    const w = new World();
    const [here, there] = w.hosts as [Host, Host];
    const accessory = { label: 'Postgres "db"', server: there, publish: undefined };
    const data = { image: "postgres:15", major: 15, libc: "glibc", user: "app", database: "app" } as const;
    const db = { label: 'Postgres "db"', volume: "shop-test-db-data" };
    const mongo = { server: here, image: "mongo:8", volumes: { config: "/data/configdb" } };
    const said = (component: string, problems: readonly Problem[]): string[] =>
      problems.map((problem) => sentence(component, problem));
    return [
      ...said(
        'Accessory "search"',
        unnamedVolumes(mongo, "shop-test-search", ["/data/configdb", "/data/db"], "mongo:8"),
      ),
      ...said(
        'App "shop"',
        checkReach([{ argument: "secrets.DATABASE_URL", accessory, hosts: [here] }]).refused,
      ),
      ...(["moved", "replaced"] as const).map((how) => {
        const left = { label: 'Postgres "db"', argument: "server", movable: true };
        return lossSentence(left, how, ["shop-test-db-data"], ["web-1"]);
      }),
      lossSentence(
        { label: 'App "shop"', argument: "roles", movable: false },
        "moved",
        ["shop-test-shop-files"],
        ["web-1"],
      ),
      ...[
        { ...data, major: 16 },
        { ...data, user: "shop" },
      ].map((wanted) => formatRefusal(db, data, wanted, [{ major: 15 }]) ?? ""),
    ];
  };
  const twelve = Array.from({ length: 12 }, (_, at) => ({ hostName: `web-${at}` }) as Host);
  const many = { image: "r.test/shop", version: "v2", roles: { web: { servers: twelve } } };

  it("shows sentences that are really said", () => {
    const warned = [
      'Redis "cache": password is missing, and every server of the private network can reach the port; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
      'App "shop": resources.memory is too high for a release: the limits on web-1 come to 5120m with both releases, and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
      'App "shop": route.responseTimeout is "120s", but a release cuts a request that takes longer than the drainTimeout of 30s; raise drainTimeout to "120s" (npx sextant docs checks#timeouts).',
      'App "shop": route.paths is ["/","/orders"], but stripPath takes "/orders" off before the app sees the request; remove "/orders", which "/" answers already, or set stripPath: false (npx sextant docs checks#stripped-path).',
    ];
    warned.push(
      'Accessory "search": volumes./srv/search is "/meili_data", but a path of the host is not guarded as a Docker volume is: it has no owner, and data: "move" does not copy it; write a name in place of the path, unless others on the host need it (npx sextant docs checks#host-path).',
      'Accessory "search": data is "discard", but the volume data is deleted with all data when it is removed, renamed without an alias, moved or destroyed; leave data out to keep it (npx sextant docs checks#data-kept).',
      'ExistingServer "web-1": hostKey is not set, so whoever answers first is trusted with all secrets of the host, and its key kept; set it to "ssh-ed25519 AAAA…" from the machine\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub (npx sextant docs checks#host-key).',
    );
    const known = new Set([...refusals.map(([, , text]) => text), ...warned, ...later()]);
    const shown = checks.flatMap(({ says }) => says);
    expect(shown.filter((text) => !known.has(text))).toEqual([]);
  });

  it.each<[ImageAnswer, Parameters<typeof judge>[1]["login"], string]>([
    [
      { failure: "unauthorized" },
      undefined,
      "registry.test wants a login, so platform, command and ports are unchecked; give the servers a Registry for it, if the image is private",
    ],
    [
      { failure: "unauthorized" },
      { label: 'Registry "r"', insecure: false },
      'registry.test refuses the login of Registry "r", so platform, command and ports are unchecked; check its username and password',
    ],
    [
      { failure: "unreachable" },
      undefined,
      "registry.test did not answer, so platform, command and ports are unchecked; set inspectImage: false if it cannot be reached from here",
    ],
    [
      { failure: "unreachable" },
      { label: 'Registry "r"', insecure: false },
      'registry.test did not answer, so platform, command and ports are unchecked; set inspectImage: false if it cannot be reached from here, or insecure: true at Registry "r" if it has no TLS',
    ],
    [
      { failure: "plain" },
      { label: 'Registry "r"', insecure: false },
      'registry.test answers without TLS, so that the login of Registry "r" was not sent, so platform, command and ports are unchecked; give the registry TLS, or say insecure: true at its Registry',
    ],
    [
      { failure: "unreadable" },
      undefined,
      "registry.test gave a manifest of another schema, so platform, command and ports are unchecked; set inspectImage: false",
    ],
  ])("goes on without an image that cannot be read: %j", (answer, login, expected) => {
    expect(all(judge(answer, { ...world(), login }))).toEqual([
      `App "shop": image is "registry.test/shop:v2", but ${expected} (npx sextant docs checks#image-unread).`,
    ]);
    expect(judge(answer, world()).refused).toEqual([]);
  });
});
