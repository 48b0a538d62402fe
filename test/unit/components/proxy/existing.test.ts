/** The graphs of a proxy of one's own, and of another program's that an app routes through. */
import { describe, expect, it } from "vitest";
import { App, ExistingProxy, Proxy, type AppArgs, type Host, type ProxyArgs } from "../../../../components";
import { fakeHost, fakeNetwork } from "../fake-host";
import { type Graph, newGraph, registered } from "../graph";

const type = (name: string): string => `sextant:index:${name}`;

async function proxyWith(change: Partial<ProxyArgs> = {}): Promise<Graph> {
  const graph = await newGraph();
  const host = fakeHost("web-1", fakeNetwork("web-1"));
  new Proxy("proxy", { servers: [host], ...change }, graph.watching);
  await registered();
  return graph;
}

/** The inputs of the bridge, and the labels of the container. */
async function made(
  change: Partial<ProxyArgs> = {},
): Promise<{ bridge: Record<string, unknown>; labels: Record<string, string> }> {
  const graph = await proxyWith(change);
  return {
    bridge: graph.find(type("Bridge")).inputs,
    labels: graph.find(type("Container")).inputs["labels"] as Record<string, string>,
  };
}

describe("a proxy of one's own", () => {
  it("says whose it is, and what it is made from, on the container and to the bridge", async () => {
    const { bridge, labels } = await made();
    expect(labels).toEqual({
      "sextant.proxy": "shop/test/proxy",
      "sextant.config": expect.stringMatching(/^[0-9a-f]{12}$/) as string,
    });
    expect(bridge).toMatchObject({
      config: labels["sextant.config"],
      owner: "shop/test/proxy",
      command: ["kamal-proxy", "run"],
    });
  });

  it("goes over the bridge with every edit that replaces it, also one of a transform", async () => {
    const changes: Partial<ProxyArgs>[] = [
      {},
      { image: "basecamp/kamal-proxy:v0.9.3" },
      { httpPort: 8080 },
      { httpsPort: 8443 },
      { publish: ["127.0.0.1"] },
      { behind: "nginx" },
      { behind: "cdn" },
      { http3: true },
      { metricsPort: 9090 },
      { debug: true },
      { logMaxSize: "20m" },
      { transform: { container: { labels: { team: "shop" } } } },
      { transform: { container: { logDriver: "journald" } } },
      { transform: { container: { uploads: [{ file: "/ca.pem", content: "x" }] } } },
      { transform: { container: { body: { HostConfig: { CapAdd: ["NET_ADMIN"] } } } } },
      {
        transform: {
          container: (args) => {
            args.env = { SSL_CERT_FILE: "/ca.pem" };
          },
        },
      },
    ];
    const hashes = new Set<string | undefined>();
    for (const change of changes) hashes.add((await made(change)).labels["sextant.config"]);
    expect(hashes.size).toBe(changes.length);
    const same = { httpPort: 80, transform: { container: { destroyGraceSeconds: 60 } } };
    expect(hashes).toContain((await made(same)).labels["sextant.config"]);
  });

  it("is published and logs as the program says", async () => {
    const graph = await proxyWith({ httpsPort: 8443, publish: ["10.0.0.2"], logMaxSize: "20m" });
    expect(graph.find(type("Container")).inputs).toMatchObject({
      ports: [
        { internal: 80, external: 80, protocol: "tcp", ip: "10.0.0.2" },
        { internal: 443, external: 8443, protocol: "tcp", ip: "10.0.0.2" },
      ],
      logOpts: { "max-size": "20m" },
    });
  });

  it("has its bridge started as a transform says, and nothing of another's touched before the bridge agrees", async () => {
    const graph = await proxyWith({
      transform: { container: { command: ["kamal-proxy", "run", "--bind=::"] } },
    });
    const bridge = graph.find(type("Bridge"));
    expect(bridge.inputs["command"]).toEqual(["kamal-proxy", "run", "--bind=::"]);
    for (const kind of ["Volume", "Container"]) {
      const waits = graph.optionsOf(type(kind)).dependsOn as { __name?: string }[];
      expect(waits.map(({ __name }) => __name)).toContain("proxy-web-1-bridge");
    }
  });
});

describe("a proxy of another program", () => {
  async function existing(): Promise<Graph> {
    const graph = await newGraph();
    const hosts = ["web-1", "web-2"].map((name) => fakeHost(name, fakeNetwork(name)));
    const proxy = new ExistingProxy(
      "edge",
      { servers: hosts, owner: "platform/production/proxy" },
      graph.watching,
    );
    new App(
      "blog",
      {
        image: "r.test/blog",
        version: "v1",
        proxy,
        route: { hosts: ["blog.test"] },
        roles: { web: { servers: hosts } },
      },
      graph.watching,
    );
    await registered();
    return graph;
  }

  it("is looked for on each host, and nothing is made or undone", async () => {
    const graph = await existing();
    const found = graph.made.filter(({ name }) => name.startsWith("edge-"));
    expect(found.map(({ name }) => name)).toEqual(["edge-web-1-there", "edge-web-2-there"]);
    for (const { type: made, inputs } of found) {
      expect(made).toBe(type("ProxyThere"));
      expect(inputs["owner"]).toBe("platform/production/proxy");
    }
  });

  it("is waited for by gates and switches, which wait for its replacement as well", async () => {
    const graph = await existing();
    for (const kind of ["Ready", "Switch"]) {
      const step = graph.made.find(({ type: made }) => made === type(kind));
      const waits = graph.optionsOf(type(kind), step?.name).dependsOn as { __name?: string }[];
      expect(waits.map(({ __name }) => __name)).toContain("edge-web-1-there");
    }
    const change = graph.find(type("Switch"), "blog-web-web-1-switch");
    expect(change.inputs).toMatchObject({ awaitProxy: true, role: "shop/test/blog/web" });
    expect(change.inputs["route"]).toMatchObject({ service: "blog-web" });
  });
});

describe("a server of Kamal's that is taken over", () => {
  async function takenOver(change: Partial<AppArgs> = {}): Promise<Graph> {
    const graph = await newGraph();
    const servers = ["web-1", "web-2"].map(
      (name) => Object.create(fakeHost(name, fakeNetwork(name)), { takeOver: { value: "kamal" } }) as Host,
    );
    const proxy = new ExistingProxy("proxy", { servers }, graph.watching);
    const roles = {
      web: { servers },
      "web-eu": { servers, route: { hosts: ["eu.shop.test"] } },
      job: { servers, strategy: "stop-first" as const },
    };
    new App(
      "shop",
      {
        ...{ image: "r.test/shop", version: "v1", proxy, route: { hosts: ["shop.test"] }, roles },
        ...{ release: ["bin/migrate"], takeOver: { service: "store", destination: "eu" } },
        ...change,
      },
      graph.watching,
    );
    await registered();
    return graph;
  }

  it("has its proxy looked for where Kamal's containers are", async () => {
    const graph = await takenOver();
    expect(graph.find(type("ProxyThere"), "proxy-web-1-there").inputs).toMatchObject({ network: "kamal" });
  });

  it("has apps and release commands in Kamal's network, too", async () => {
    const graph = await takenOver();
    expect(graph.find(type("Container"), "shop-web-web-2").inputs["network"]).toMatchObject({
      name: "sextant",
      also: ["kamal"],
    });
    expect(graph.find(type("Release")).inputs).toMatchObject({ network: "sextant", alsoOn: ["kamal"] });
  });

  it("gives each role the place of Kamal's of its name, or of the one that is named", async () => {
    const graph = await takenOver({
      takeOver: { service: "store", destination: "eu", roles: { "web-eu": "web" } },
    });
    const of = (kind: string, name: string): unknown => graph.find(type(kind), name).inputs["takeOver"];
    expect(of("Switch", "shop-web-web-1-switch")).toEqual({
      service: "store",
      role: "web",
      destination: "eu",
    });
    expect(of("Switch", "shop-web-eu-web-1-switch")).toMatchObject({ role: "web" });
    // What must not run twice has Kamal's stopped by its gate.
    expect(of("Ready", "shop-job-web-1-ready")).toMatchObject({ role: "job" });
    expect(of("Ready", "shop-web-web-1-ready")).toBeUndefined();
  });

  it("leaves Kamal's apps alone without the word for them", async () => {
    const graph = await takenOver({ takeOver: undefined });
    expect(graph.find(type("Switch"), "shop-web-web-1-switch").inputs).not.toHaveProperty("takeOver");
  });
});
