import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Network, Proxy, http, https, ownCertificate, tcp } from "../../../components";
import { checkParallel } from "../../../components/app/check-parallel";
import { judge } from "../../../components/app/inspect-image";
import { rolesOf } from "../../../components/app/plan";
import { checkPages } from "../../../components/core/check-pages";
import { sentence, type Findings } from "../../../components/core/problem";
import { openForNothing } from "../../../components/firewall/audit";
import type { Host } from "../../../components/host/host";
import type { ImageAnswer } from "../../../components/image/facts";
import { parseReference } from "../../../components/image/reference";
import { refusal } from "./graph";
import { refusals } from "./refusals/table";
import { World, startWorld } from "./refusals/world";

beforeAll(startWorld, 60_000);

describe("a bad argument is refused in one sentence", () => {
  it.each(refusals)("%s", (_, make, expected) => {
    const world = new World();
    expect(refusal(() => make(world))).toEqual([expected]);
  });

  it("has its place on the page, where the page has one", () => {
    const anchors = refusals.flatMap(
      ([, , text]) => /\(docs\/checks\.md#([a-z-]+)\)\.$/.exec(text)?.[1] ?? [],
    );
    expect(anchors.filter((anchor) => !(anchor in checkPages))).toEqual([]);
    expect(refusals.length).toBeGreaterThanOrEqual(80);
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
      'Proxy "other": httpPort is 80, but Proxy "proxy" has tcp port 80 of web-1; give both their hosts by one Proxy (docs/checks.md#same-port).',
      'Proxy "other": httpsPort is 443, but Proxy "proxy" has tcp port 443 of web-1; give both their hosts by one Proxy (docs/checks.md#same-port).',
    ]);
  });
});

describe("what works, though perhaps not as meant, is a warning", () => {
  const pem = "-----BEGIN CERTIFICATE-----\n";

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
        'App "shop": resources.memory, but with both releases the limits on web-1 come to 5120m and it has 4096m; lower them, or take a larger server (docs/checks.md#memory).',
      ],
    ],
    [
      "an accessory that makes both releases too much",
      (w) => [w.app({ resources: { memory: "1536m" } }), w.accessory({ resources: { memory: "2g" } })],
      [
        'Accessory "search": resources.memory, but with both releases the limits on web-1 come to 5120m and it has 4096m; lower them, or take a larger server (docs/checks.md#memory).',
      ],
    ],
    [
      "requests that outlast the drain",
      (w) => w.app({ route: { hosts: ["a.test"], responseTimeout: "120s" } }),
      [
        'App "shop": route.responseTimeout is "120s", but a release cuts a request that takes longer than the drainTimeout of 30s; raise drainTimeout to "120s" (docs/checks.md#timeouts).',
      ],
    ],
    [
      "a prefix that is taken off beside the root",
      (w) => w.app({ route: { hosts: ["a.test"], paths: ["/", "/orders"] } }),
      [
        'App "shop": route.paths is ["/","/orders"], but stripPath takes "/orders" off before the app sees the request; remove "/orders", which "/" answers already, or set stripPath: false (docs/checks.md#stripped-path).',
      ],
    ],
    [
      "HTTPS without HTTP",
      (w) => w.appOn(w.behind([https]), { hosts: ["a.test"], tls: ownCertificate(pem, "y") }),
      [
        'App "shop": route.redirectToHttps, but the firewalls of web-1 let nobody in on tcp port 80; add http to the firewall (docs/checks.md#firewall-shut).',
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
      roles: [{ name: "web", servers: [w.host], routes: [{ service: "shop-web", route: { port: 3000 } }] }],
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
    user: "",
    size: 0,
  };
  const all = ({ refused, warned }: Findings): string[] =>
    [...refused, ...warned].map((problem) => sentence('App "shop"', problem));
  const said = (answer: ImageAnswer, version = "v2"): string[] => all(judge(answer, { ...world(), version }));

  /** What is said of images and firewalls, which no constructor throws. */
  const later = (): string[] => [
    ...said({ facts: { ...facts, platforms: ["linux/arm64"] } }, "arm"),
    ...said({ facts: { ...facts, command: ["irb"] } }, "irb"),
    ...said({ facts: { ...facts, ports: [8080] } }),
    ...said({ failure: "missing" }, "v404"),
    ...said({ failure: "late" }),
    ...openForNothing(
      [http, https, tcp(5432).anywhere("the office")],
      [80, 443].map((port) => ({ protocol: "tcp", port, address: "0.0.0.0" })),
      ["web-1"],
    ).map((problem) => sentence('Firewall "edge"', problem)),
    ...all({ refused: [], warned: checkParallel(many, rolesOf("shop", many), 8) }),
  ];
  const twelve = Array.from({ length: 12 }, (_, at) => ({ hostName: `web-${at}` }) as Host);
  const many = { image: "r.test/shop", version: "v2", roles: { web: { servers: twelve } } };

  it("shows sentences that are really said", () => {
    const warned = [
      'App "shop": resources.memory, but with both releases the limits on web-1 come to 5120m and it has 4096m; lower them, or take a larger server (docs/checks.md#memory).',
      'App "shop": route.responseTimeout is "120s", but a release cuts a request that takes longer than the drainTimeout of 30s; raise drainTimeout to "120s" (docs/checks.md#timeouts).',
      'App "shop": route.paths is ["/","/orders"], but stripPath takes "/orders" off before the app sees the request; remove "/orders", which "/" answers already, or set stripPath: false (docs/checks.md#stripped-path).',
    ];
    const known = new Set([...refusals.map(([, , text]) => text), ...warned, ...later()]);
    const shown = Object.values(checkPages).flatMap(({ says }) => says);
    expect(shown.filter((text) => !known.has(text))).toEqual([]);
  });

  it.each<[ImageAnswer, string | undefined, string]>([
    [
      { failure: "unauthorized" },
      undefined,
      "registry.test wants a login, so platform, command and ports are unchecked; give the servers a Registry for it, if the image is private",
    ],
    [
      { failure: "unauthorized" },
      'Registry "r"',
      'registry.test refuses the login of Registry "r", so platform, command and ports are unchecked; check its username and password',
    ],
    [
      { failure: "unreachable" },
      undefined,
      "registry.test did not answer, so platform, command and ports are unchecked; set inspectImage: false if it cannot be reached from here",
    ],
    [
      { failure: "unreadable" },
      undefined,
      "registry.test gave a manifest of another schema, so platform, command and ports are unchecked; set inspectImage: false",
    ],
  ])("goes on without an image that cannot be read: %j", (answer, login, expected) => {
    expect(all(judge(answer, { ...world(), login }))).toEqual([
      `App "shop": image is "registry.test/shop:v2", but ${expected} (docs/checks.md#image-unread).`,
    ]);
    expect(judge(answer, world()).refused).toEqual([]);
  });
});
