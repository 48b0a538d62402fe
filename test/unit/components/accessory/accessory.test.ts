/** What an accessory is made of: its name on the host, what it mounts, its files, its ports and its networks. */
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Accessory,
  ExistingProxy,
  letsEncrypt,
  onEachServer,
  ownCertificate,
  Postgres,
  Proxy,
  type AccessoryArgs,
  type Host,
} from "../../../../components";
import { checkMounts, mountsOf } from "../../../../components/accessory/mounts";
import { binds } from "../../../../provider/docker/container-body";
import { pairFor } from "../certificates";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, registered, value, type Graph, type Made } from "../graph";

let graph: Graph;
let hosts: Host[];

beforeAll(async () => {
  graph = await newGraph();
  const network = fakeNetwork("host");
  hosts = ["web-1", "web-2"].map((name) => fakeHost(name, network));
});

async function accessory(name: string, args: Partial<AccessoryArgs>): Promise<Record<string, unknown>> {
  const [server] = hosts as [Host, Host];
  const made = new Accessory(name, { server, image: "getmeili/meilisearch:v1.11", port: 7700, ...args });
  await value(made.host);
  return graph.find("sextant:index:Container", name).inputs;
}

describe("the name of an accessory's container", () => {
  it("is the service of the program, by which clients reach it, and its data keeps its own", async () => {
    const [server] = hosts as [Host, Host];
    const volumes = { data: "/meili_data" };
    const made = new Accessory("named", { server, image: "a:1", service: "shop-search", volumes });
    expect(await value(made.host)).toBe("shop-search");
    const { inputs } = graph.find("sextant:index:Container", "named");
    expect(inputs).toMatchObject({
      name: "shop-search",
      network: { aliases: ["shop-search"] },
      volumes: [{ volumeName: "shop-test-named-data", containerPath: "/meili_data" }],
      imageVolumes: { name: "shop-test-named" },
    });
  });

  it("is made of project, stack and name otherwise", async () => {
    const inputs = await accessory("plain", {});
    expect(inputs).toMatchObject({ name: "shop-test-plain", network: { aliases: ["shop-test-plain"] } });
    expect(inputs["imageVolumes"]).not.toHaveProperty("name");
  });
});

describe("what an accessory mounts", () => {
  it("are Docker volumes and paths of its host, with Docker's own options", async () => {
    const { volumes } = await accessory("mounts", {
      volumes: { data: "/data", cache: "/cache:Z", "/etc/ssl/certs": "/certs:ro" },
      directories: { "/srv/a": "/a", "/srv/b": { path: "/b:z", mode: "0750", owner: "999:999" } },
    });
    expect(volumes).toEqual([
      { volumeName: "shop-test-mounts-data", containerPath: "/data" },
      { volumeName: "shop-test-mounts-cache", containerPath: "/cache", options: ["Z"] },
      { hostPath: "/etc/ssl/certs", containerPath: "/certs", options: ["ro"] },
      { hostPath: "/srv/a", containerPath: "/a" },
      { hostPath: "/srv/b", containerPath: "/b", options: ["z"] },
    ]);
    expect(graph.find("sextant:index:Directories", "mounts-web-1-directories").inputs["directories"]).toEqual(
      [{ path: "/srv/a" }, { path: "/srv/b", mode: "0750", owner: "999:999" }],
    );
  });

  it("is data that stays on its host, but for what is only read, and sockets", async () => {
    await accessory("places", {
      volumes: { data: "/data", "/srv/a": "/a", "/srv/b": "/b:ro", "/var/run/docker.sock": "/docker.sock" },
      directories: { "/srv/c": "/c" },
    });
    const { places } = graph.find("sextant:index:Data", "places").inputs;
    expect((places as { volume: string }[]).map(({ volume }) => volume)).toEqual([
      "data",
      "/srv/a",
      "/srv/c",
    ]);
  });

  it("makes no directory where the program has none", async () => {
    await accessory("none", { volumes: { "/srv/a": "/a" } });
    const made = graph.made.filter(({ type }) => type === "sextant:index:Directories");
    expect(made.filter(({ name }) => name.startsWith("none-"))).toEqual([]);
  });

  it("comes to Docker as the program wrote it, whatever of it is not refused", () => {
    const option = fc.constantFrom("ro", "rw", "z", "Z", "nocopy", "rshared", "slave", "ro,z", "x", "");
    const source = fc.constantFrom("data", "/srv/a", "/srv/../b", "Data", "/srv/a b");
    fc.assert(
      fc.property(source, fc.option(option), (from, behind) => {
        const target = behind === null ? "/data" : `/data:${behind}`;
        const args = { volumes: { [from]: target } };
        if (checkMounts(args).length > 0) return;
        const mounts = mountsOf(args).map(({ containerPath, options }) => ({
          ...{ volumeName: from, containerPath },
          ...(options.length === 0 ? {} : { options }),
        }));
        expect(binds(mounts)).toEqual([`${from}:${target}`]);
      }),
    );
  });
});

describe("the files of an accessory", () => {
  it("are texts, templates of the program, and such with a mode and an owner", async () => {
    const { uploads } = await accessory("files", {
      files: {
        "/etc/plain.conf": "a",
        "/etc/template.conf": pulumi.interpolate`host = ${pulumi.output("db.internal")}`,
        "/etc/key": { content: pulumi.output("k"), mode: "0400", owner: "999:999" },
      },
    });
    expect(uploads).toEqual([
      { file: "/etc/plain.conf", content: "a" },
      { file: "/etc/template.conf", content: "host = db.internal" },
      { file: "/etc/key", content: "k", mode: "0400", owner: "999:999" },
    ]);
  });
});

describe("the ports of an accessory", () => {
  it("are published where the program says, for TCP and UDP, and to nobody otherwise", async () => {
    expect((await accessory("unpublished", {}))["ports"]).toEqual([]);
    const { ports } = await accessory("published", {
      publish: "loopback",
      ports: [
        { port: 8125, protocol: "udp", publish: { public: true, reason: "demo" } },
        { port: 9000, hostPort: 9001, publish: "loopback" },
      ],
    });
    expect(ports).toEqual([
      { internal: 7700, external: 7700, ip: "127.0.0.1" },
      { internal: 8125, external: 8125, protocol: "udp" },
      { internal: 9000, external: 9001, ip: "127.0.0.1" },
    ]);
  });
});

describe("the networks of an accessory", () => {
  it("are those of the program besides the host's own", async () => {
    const { network } = await accessory("networks", { networks: ["monitoring"] });
    expect(network).toMatchObject({ aliases: ["shop-test-networks"], also: ["monitoring"] });
  });
});

describe("one for each of several servers", () => {
  it("is a component of its own on each, named after its server", async () => {
    const made = onEachServer(
      "exporter",
      hosts,
      (name, server) => new Accessory(name, { server, image: "a:1" }),
    );
    expect(await Promise.all(made.map(({ host }) => value(host)))).toEqual([
      "shop-test-exporter-web-1",
      "shop-test-exporter-web-2",
    ]);
  });

  it("is refused for no server, and for one that is named twice", () => {
    const [server] = hosts as [Host, Host];
    const make = () => undefined;
    expect(() => onEachServer("exporter", [], make)).toThrow(
      'onEachServer("exporter"): servers is empty, so that nothing would be made; give one server at least.',
    );
    expect(() => onEachServer("exporter", [server, server], make)).toThrow(
      'onEachServer("exporter"): servers has web-1 twice, but it makes one on each server; name it once, or make the second one by itself.',
    );
  });
});

describe("an accessory on a server of Kamal's", () => {
  let server: Host;
  let proxy: ExistingProxy;
  beforeAll(() => {
    server = Object.create(fakeHost("kamals", fakeNetwork("kamals")), {
      takeOver: { value: "kamal" },
    }) as Host;
    proxy = new ExistingProxy("kamals-proxy", { servers: [server] });
  });

  it("is in the network of Kamal's proxy once it has a route, as only there the proxy finds it", async () => {
    const route = { hosts: ["kamals.test"] };
    const routed = await accessory("kamals-routed", { server, proxy, route, networks: ["kamal", "other"] });
    expect(routed["network"]).toMatchObject({ name: "sextant", also: ["kamal", "other"] });
    const { network } = await accessory("kamals-apart", { server });
    expect(network).not.toHaveProperty("also");
  });

  it("is in no network of Kamal's on a server that is none of Kamal's", async () => {
    const [elsewhere] = hosts as [Host, Host];
    const route = { hosts: ["elsewhere.test"] };
    const own = new Proxy("elsewhere-proxy", { servers: [elsewhere] });
    const { network } = await accessory("elsewhere", { proxy: own, route });
    expect(network).not.toHaveProperty("also");
  });
});

describe("the route of an accessory", () => {
  let server: Host;
  let proxy: Proxy;
  beforeAll(() => {
    server = fakeHost("routed", fakeNetwork("routed"));
    proxy = new Proxy("proxy", { servers: [server] });
  });

  /** Makes one, and waits until its route is registered. */
  async function routed(name: string, args: Partial<AccessoryArgs>): Promise<Accessory> {
    const image = "grafana/grafana:12.0.0";
    const made = new Accessory(name, { server, image, port: 3000, proxy, ...args }, graph.watching);
    if (made.route === undefined) throw new Error("it has no route");
    await value(made.route.id);
    await registered();
    return made;
  }

  it("is the proxy's, on its own port, and its container is as without one", async () => {
    await routed("dash", { route: { hosts: ["dash.test"], health: { path: "/api/health" } } });
    expect(graph.find("sextant:index:Switch", "dash-routed-route").inputs).toMatchObject({
      role: "shop/test/accessory/dash",
      container: "shop-test-dash",
      services: ["dash"],
      claimed: [],
      route: {
        ...{ service: "dash", port: 3000, hosts: ["dash.test"], deployTimeout: "60s" },
        health: { path: "/api/health", host: "dash.test" },
      },
      timeout: "90s",
    });
    const made = new Accessory("bare-dash", { server, image: "grafana/grafana:12.0.0", port: 3000 });
    await value(made.host);
    const container = (name: string): string =>
      JSON.stringify(graph.find("sextant:index:Container", name).inputs).replaceAll(name, "NAME");
    expect(container("dash")).toBe(container("bare-dash"));
    expect(made.route).toBeUndefined();
  });

  it("waits until it is ready, and until a certificate of its own is there", async () => {
    const { certificate, key } = pairFor("own.test");
    const tls = ownCertificate(certificate, key);
    const { ready } = await routed("own", { route: { hosts: ["own.test"], tls } });
    const after = graph.optionsOf("sextant:index:Switch", "own-routed-route").dependsOn as pulumi.Resource[];
    expect(after).toContain(ready);
    expect(after.map((each) => (each as unknown as { __name?: string }).__name)).toContain(
      "own-routed-certificate",
    );
    const { directory } = graph.find("sextant:index:Certificate", "own-routed-certificate").inputs;
    expect(graph.find("sextant:index:Switch", "own-routed-route").inputs["route"]).toMatchObject({
      tls: { certificate: directory },
    });
  });

  it("has its certificate asked for after that, where Let's Encrypt gives it", async () => {
    await routed("letters", { route: { hosts: ["letters.test"], tls: letsEncrypt() } });
    expect(graph.find("sextant:index:Certificates", "letters-certificates").inputs["places"]).toMatchObject([
      { hosts: ["letters.test"], path: "/up", addresses: ["192.0.2.1"] },
    ]);
  });
});

describe("an accessory that comes to another server", () => {
  /** The steps of one that has all that is done on its server. */
  async function stepsOn(hostName: string): Promise<Made[]> {
    const own = await newGraph();
    const server = fakeHost(hostName, fakeNetwork(hostName));
    const proxy = new Proxy("proxy", { servers: [server] });
    const { certificate, key } = pairFor("moved.test");
    const common = { server, version: "17.5", password: pulumi.secret("a-long-enough-password") };
    new Accessory("moved", {
      ...{ server, proxy, image: "grafana/grafana:12.0.0", port: 3000 },
      directories: { "/srv/a": { path: "/a", owner: "472:472" } },
      route: { hosts: ["moved.test"], tls: ownCertificate(certificate, key) },
    });
    new Postgres("db", common);
    await registered();
    const prefix = "sextant:index:";
    const types = ["Switch", "Certificate", "Directories", "AccessoryReady", "PostgresLogin"];
    const found = own.made.filter(({ type }) => types.includes(type.slice(prefix.length)));
    expect(new Set(found.map(({ type }) => type.slice(prefix.length)))).toEqual(new Set(types));
    return found;
  }

  it("has each step taken there, and that of the former server undone: a step runs again with other inputs or another name, and a way to the host is none", async () => {
    const before = await stepsOn("web-1");
    const after = await stepsOn("web-2");
    const stay = after.filter(({ type, name }) =>
      before.some((other) => other.type === type && other.name === name),
    );
    // These are about the one container, which is another on another server, and have nothing to undo.
    expect(stay.filter(({ inputs }) => !("instance" in inputs)).map(({ name }) => name)).toEqual([]);
    expect(after.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["moved-web-2-route", "moved-web-2-certificate", "moved-web-2-directories"]),
    );
    expect(stay.map(({ type }) => type).sort()).toEqual([
      ...["sextant:index:AccessoryReady", "sextant:index:AccessoryReady", "sextant:index:PostgresLogin"],
    ]);
  });
});
