import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { ExistingServer } from "../../../../components/server/existing-server";
import { App } from "../../../../components/app/app";
import { letsEncrypt, type RouteArgs } from "../../../../components/app/route";
import { leftOver } from "../../../../components/firewall/audit";
import { https, ssh, tcp } from "../../../../components/firewall/rule";
import { Proxy } from "../../../../components/proxy/proxy";
import { Registry } from "../../../../components/registry/registry";
import type { ExistingServerArgs } from "../../../../components/server/existing-args";
import { machineOf } from "../../../../components/image/machine";
import { newGraph, refusal, value } from "../graph";
import { privateKeyText } from "../private-key";

const privateKeyFile = join(mkdtempSync(join(tmpdir(), "sextant-test-")), "id_ed25519");
writeFileSync(privateKeyFile, privateKeyText);
const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
const good: ExistingServerArgs = { address: "203.0.113.7", ssh: { privateKeyFile }, hostKey };
const gate = "sextant:index:Preflight";

it("makes no server: a preflight, which puts the verbs there, and a network", async () => {
  const graph = await newGraph();
  const server = new ExistingServer(
    "web-1",
    { ...good, architecture: "amd64", memory: "4g" },
    graph.watching,
  );
  await Promise.all([value(server.preflight.id), value(server.network.id)]);
  expect(graph.made.map(({ type }) => type).sort()).toEqual([
    "sextant:index:DockerNetwork",
    "sextant:index:ExistingServer",
    gate,
  ]);
  expect(graph.find(gate, "web-1-gate").inputs.words).toEqual([
    "arch=amd64",
    "ports=80,443",
    "disk=2048",
    "memory=3481",
  ]);
  expect(server.ready).toBe(server.preflight);
  expect(server.lifecycle).toEqual({});
  expect([server.architecture, server.memoryMb]).toEqual(["amd64", 4096]);
});

it("holds connections to the host key, where there is one", async () => {
  const graph = await newGraph();
  const pinned = new ExistingServer("a", good);
  const open = new ExistingServer("b", { ...good, hostKey: undefined });
  await Promise.all([value(pinned.network.id), value(open.network.id)]);
  expect(await value(pinned.connection)).toMatchObject({ hostKey });
  expect((await value(open.connection)).hostKey).toBeUndefined();
  expect(graph.find(gate, "a-gate").inputs.shell).toMatchObject({ hostKey });
  expect(graph.find(gate, "b-gate").inputs.shell).not.toHaveProperty("hostKey");
});

it("is reached as another user by sudo, through a jump host, by all that reaches it", async () => {
  const jumpKey = `ssh-ed25519 ${"C".repeat(68)}`;
  const graph = await newGraph();
  const jumpHost = { address: "203.0.113.1", port: 2222, hostKey: `${jumpKey} bastion` };
  const server = new ExistingServer("web-1", { ...good, ssh: { privateKeyFile, user: "ubuntu", jumpHost } });
  await value(server.network.id);
  const way = {
    destination: "ubuntu@203.0.113.7",
    sudo: true,
    jump: { destination: "ubuntu@203.0.113.1", port: 2222, hostKey: jumpKey },
  };
  expect(graph.find(gate, "web-1-gate").inputs.shell).toMatchObject(way);
  expect(graph.find("sextant:index:DockerNetwork", "web-1").inputs.shell).toMatchObject(way);
  expect(await value(server.connection)).toMatchObject({
    user: "ubuntu",
    proxy: { host: "203.0.113.1", port: 2222, user: "ubuntu", hostKey: jumpKey, privateKey: privateKeyText },
  });
});

describe("a firewall on the machine", () => {
  const firewall = { allow: [ssh.from("203.0.113.0/24"), https, tcp(5432).from(pulumi.output("10.0.0.9"))] };

  it("comes before all that is put there, by rules in the form of Hetzner's", async () => {
    const graph = await newGraph();
    const server = new ExistingServer("web-1", { ...good, firewall, privateAddress: "10.0.0.7" });
    await Promise.all([value(server.network.id), value(server.docker.id)]);
    const { inputs } = graph.find("sextant:index:HostFirewall", "web-1");
    expect(inputs).toMatchObject({ owner: "shop/test/web-1", privateAddress: "10.0.0.7", install: false });
    expect(inputs.rules).toEqual([
      { direction: "in", protocol: "tcp", port: "22", sourceIps: ["203.0.113.0/24"] },
      { direction: "in", protocol: "tcp", port: "443", sourceIps: ["0.0.0.0/0", "::/0"] },
      { direction: "in", protocol: "tcp", port: "5432", sourceIps: ["10.0.0.9/32"] },
    ]);
    expect(graph.find(gate, "web-1-gate").inputs.words).toContain("firewall=on");
    expect(server.ready).toBe(server.firewall);
    expect(server.exposure.firewalls).toEqual([firewall]);
  });

  it("may be given packages, and be changed by its user", async () => {
    const graph = await newGraph();
    const server = new ExistingServer("web-1", {
      ...good,
      firewall,
      docker: "install",
      transform: { firewall: { owner: "shop/test/old" } },
    });
    await value(server.network.id);
    const { inputs } = graph.find("sextant:index:HostFirewall", "web-1");
    expect(inputs).toMatchObject({ owner: "shop/test/old", install: true });
  });

  it("is not asked of a machine that is gone", async () => {
    const graph = await newGraph();
    const server = new ExistingServer("web-1", { ...good, firewall, gone: true });
    await value(server.address);
    expect(server.firewall).toBeUndefined();
    expect(graph.made.map(({ type }) => type)).not.toContain("sextant:index:HostFirewall");
  });

  it("is said in previews to stand beside another one that the preflight has seen", async () => {
    const said = vi.spyOn(pulumi.log, "info").mockResolvedValue();
    const preview = vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    const seen = { firewalls: ["UFW"] };
    await newGraph(({ type }) => (type === gate ? { seen } : {}));
    const [guarded, open] = [
      new ExistingServer("web-1", { ...good, firewall }),
      new ExistingServer("web-2", good),
    ];
    await Promise.all([value(guarded.network.id), value(open.network.id)]);
    expect(said.mock.calls).toEqual([
      [expect.stringMatching(/^UFW is active beside the program's firewall/), guarded],
    ]);
    said.mockRestore();
    preview.mockRestore();
  });

  it("is a reason to warn of what nobody reaches by a public address, also where there is a private one", async () => {
    await newGraph();
    const server = new ExistingServer("web-1", {
      ...{ ...good, privateAddress: "10.0.0.7", firewall: { allow: [ssh.from("203.0.113.0/24")] } },
    });
    const said: string[] = [];
    const warn = vi
      .spyOn(pulumi.log, "warn")
      .mockImplementation((message) => Promise.resolve(void said.push(message)));
    const app = (proxy: Proxy, name: string, tls?: RouteArgs["tls"], on: ExistingServer = server): App =>
      new App(name, {
        ...{ image: "registry.test/shop", version: "v2", proxy, roles: { web: { servers: [on] } } },
        route: { hosts: [`${name}.test`], ...(tls === undefined ? {} : { tls }) },
      });
    const proxy = new Proxy("proxy", { servers: [server] });
    app(proxy, "shop");
    app(proxy, "blog", letsEncrypt());
    const shut = "(npx sextant docs checks#firewall-shut).";
    expect(said).toEqual([
      `Proxy "proxy": servers is "web-1", but its firewalls let nobody in on tcp ports 80 and 443; add http and https to the firewall ${shut}`,
      `App "shop": route needs tcp port 80, and the firewalls of web-1 let nobody in there; add http to the firewall ${shut}`,
      `App "blog": route.tls is "letsEncrypt", but the firewalls of web-1 let nobody in on tcp port 443; add https to the firewall ${shut}`,
    ]);
    said.length = 0;
    // By the private network, which the firewall lets in at that address.
    const other = new ExistingServer("web-2", {
      ...{ ...good, privateAddress: "10.0.0.8", firewall: { allow: [ssh.from("203.0.113.0/24")] } },
    });
    app(new Proxy("front", { servers: [other], behind: "loadBalancer" }), "wiki", undefined, other);
    expect(said).toEqual([]);
    warn.mockRestore();
  });

  it("is a reason to refuse what nobody could reach, and to warn of what is open for nothing", async () => {
    await newGraph();
    const server = new ExistingServer("web-1", {
      ...good,
      firewall: { allow: [ssh.from("203.0.113.0/24")] },
    });
    expect(refusal(() => new Proxy("proxy", { servers: [server] }))[0]).toMatch(
      /^Proxy "proxy": servers is "web-1", but its firewalls let nobody in on tcp ports 80 and 443; add http and https to the firewall/,
    );
    const open = { allow: [tcp(8080).anywhere("a demo")] };
    const other = new ExistingServer("web-2", { ...good, firewall: open });
    expect(leftOver(open, "firewall.allow")).toMatchObject([
      { argument: "firewall.allow[0]", rule: `nothing on ${other.hostName} is published there` },
    ]);
  });
});

it("has Docker installed where the program says so, with the registries that have no TLS", async () => {
  const graph = await newGraph();
  const registries = ["r.test:5000", "b.test:5000"].map(
    (address, at) =>
      new Registry(`r${at}`, { address, username: "a", password: "b", insecure: true }, graph.watching),
  );
  const server = new ExistingServer("web-1", { ...good, docker: "install", registries });
  await value(server.preflight.id);
  expect(graph.find(gate, "web-1-gate").inputs.words).toEqual([
    ...["ports=80,443", "disk=2048", "docker=install", "insecure=b.test:5000,r.test:5000"],
  ]);
});

it.each([
  [{ install: "docker.com" }, "docker=docker.com"],
  [{ install: "docker.com", version: "28.5" }, "docker=docker.com:28.5"],
] as const)("has Docker's own packages where the program says so: %j", async (docker, word) => {
  const graph = await newGraph();
  const server = new ExistingServer("web-1", { ...good, docker });
  await value(server.preflight.id);
  expect(graph.find(gate, "web-1-gate").inputs.words).toContain(word);
});

it("holds all that comes after the preflight to the key that it saw first, where none is pinned", async () => {
  const seenHostKey = `ssh-ed25519 ${"B".repeat(68)}`;
  const graph = await newGraph(({ type }) => (type === gate ? { seenHostKey } : {}));
  const open = new ExistingServer("a", { ...good, hostKey: undefined });
  const pinned = new ExistingServer("b", good);
  await Promise.all([value(open.network.id), value(pinned.network.id)]);
  const network = "sextant:index:DockerNetwork";
  expect(graph.find(gate, "a-gate").inputs.shell).not.toHaveProperty("hostKey");
  expect(graph.find(network, "a").inputs.shell).toMatchObject({ hostKey: seenHostKey });
  expect(graph.find(network, "b").inputs.shell).toMatchObject({ hostKey });
  expect(await value(open.ssh)).toMatchObject({ hostKey: seenHostKey });
});

it("is what its preflight has seen, for what is said of images", async () => {
  const seen = { architecture: "arm64", dockerMajor: 20 };
  await newGraph(({ type, name }) => (type === gate && name === "a-gate" ? { seen } : {}));
  const [known, unknown] = [new ExistingServer("a", good), new ExistingServer("b", good)];
  expect(await machineOf(known)).toEqual({ name: "a", ...seen });
  expect(await machineOf(unknown)).toEqual({ name: "b", architecture: undefined, dockerMajor: undefined });
  const said = new ExistingServer("c", { ...good, architecture: "amd64" });
  expect(await machineOf(said)).toMatchObject({ architecture: "amd64" });
});

it("has the preflight say what Kamal has, where it is taken over", async () => {
  const graph = await newGraph();
  const server = new ExistingServer("web-1", { ...good, takeOver: "kamal" });
  await value(server.preflight.id);
  expect(graph.find(gate, "web-1-gate").inputs.words).toEqual([
    "ports=80,443",
    "disk=2048",
    "takeover=kamal",
  ]);
  expect(server.takeOver).toBe("kamal");
});

it("asks for no port on a machine without a proxy", async () => {
  const graph = await newGraph();
  const server = new ExistingServer("db", { ...good, preflight: { ports: [], disk: "10g" } });
  await value(server.preflight.id);
  expect(graph.find(gate, "db-gate").inputs.words).toEqual(["disk=10240"]);
});

it("tells the preflight what is accepted, in an order of its own, and shows what it says", async () => {
  const graph = await newGraph();
  const accept = ["ufw-bypassed", "kubernetes", "ufw-bypassed"] as const;
  const server = new ExistingServer("web-1", { ...good, preflight: { accept: [...accept] } });
  await value(server.preflight.id);
  expect(graph.find(gate, "web-1-gate").inputs).toMatchObject({
    words: ["ports=80,443", "disk=2048", "accept=kubernetes,ufw-bypassed"],
    show: true,
  });
});

describe("bad arguments", () => {
  it.each<[string, Partial<ExistingServerArgs>, string]>([
    ["no address", { address: "" }, 'address is missing; give its address or name, such as "203.0.113.7".'],
    [
      "a URL",
      { address: "ssh://web" },
      'address is "ssh://web", but a host is a bare DNS name without scheme, port or path; give its address or name, such as "203.0.113.7" (npx sextant docs checks#values).',
    ],
    [
      "IPv4 as IPv6",
      { ipv6Address: "203.0.113.7" },
      'ipv6Address is "203.0.113.7", but it is no address of that family; write it like "2001:db8::7" (npx sextant docs checks#values).',
    ],
    [
      "a private network",
      { privateAddress: "10.0.0.0/24" },
      'privateAddress is "10.0.0.0/24", but it is no address of that family; write it like "10.0.0.7" (npx sextant docs checks#values).',
    ],
    [
      "an architecture",
      { architecture: "x86" as "amd64" },
      'architecture is "x86", but it is one of amd64, arm64; choose one of these.',
    ],
    [
      "memory",
      { memory: "64m" },
      'memory is "64m", but Docker takes no less than 128m; raise it (npx sextant docs checks#values).',
    ],
    [
      "an RSA host key",
      { hostKey: "ssh-rsa AAAA" },
      'hostKey is "ssh-rsa AAAA", but a pinned host key is of type ed25519 and has no address in front; take "ssh-ed25519 AAAA…" from ssh-keyscan -t ed25519.',
    ],
    [
      "a port",
      { preflight: { ports: [0] } },
      "preflight.ports[0] is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).",
    ],
    [
      "a check that cannot be accepted",
      { preflight: { accept: ["port-taken" as "ufw-bypassed"] } },
      'preflight.accept[0] is "port-taken", but a check that can be accepted is one of memory-limits, disk-inodes, clock-off, ufw-bypassed, kubernetes, sshd-root; mend what the check finds, or correct its name.',
    ],
    [
      "a user that is none",
      { ssh: { privateKeyFile, user: "" } },
      'ssh.user is "", but it is no name of a user; write the name alone, such as "ubuntu".',
    ],
    [
      "a key that is not there",
      { ssh: { privateKeyFile: "/no/such/key" } },
      'ssh.privateKeyFile is "/no/such/key", but there is no such file on this machine; make it with ssh-keygen -t ed25519 -f /no/such/key, or name the right one.',
    ],
  ])("%s", async (_, change, expected) => {
    await newGraph();
    expect(refusal(() => new ExistingServer("web-1", { ...good, ...change }))).toEqual([
      `ExistingServer "web-1": ${expected}`,
    ]);
  });
});

describe("a machine that is gone", () => {
  it("has nothing on it any more, and tells the other resources of the run", async () => {
    const graph = await newGraph();
    const server = new ExistingServer("web-2", { ...good, gone: true });
    expect(await value(server.address)).toBe("203.0.113.7");
    await pulumi.runtime.disconnect();
    expect(graph.made.map(({ type }) => type).sort()).toEqual([
      "sextant:index:ExistingServer",
      "sextant:index:Gone",
    ]);
    expect(graph.find("sextant:index:Gone", "web-2-gone").inputs).toMatchObject({
      host: "web-2",
    });
  });

  it("says so to who uses what is not there", async () => {
    await newGraph();
    const server = new ExistingServer("web-2", { ...good, gone: true });
    expect(refusal(() => server.network.id)).toEqual([
      'ExistingServer "web-2": it is gone, so that it has no network; take out what uses it, or take gone out.',
    ]);
  });
});
