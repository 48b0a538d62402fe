import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { Firewall } from "../../../../components/firewall/firewall";
import { https, ssh } from "../../../../components/firewall/rule";
import { hostScripts } from "../../../../provider/host/scripts";
import { Network } from "../../../../components/network/network";
import { Registry } from "../../../../components/registry/registry";
import type { ServerArgs } from "../../../../components/server/args";
import { daemonSettings, Server, swapMb } from "../../../../components/server/server";
import { newGraph, refusal, value, type Answers } from "../graph";
import { privateKeyText } from "../private-key";

const directory = mkdtempSync(join(tmpdir(), "sextant-test-"));
const privateKeyFile = join(directory, "id_ed25519");
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dCB0aGlzIGlzIG5vdCBhIHJlYWwga2V5 someone@here";
writeFileSync(privateKeyFile, privateKeyText);
writeFileSync(`${privateKeyFile}.pub`, `${publicKey}\n`);

const halves = {
  private: Buffer.from("a private host key\n").toString("base64"),
  public: "ssh-ed25519 AAAAhost",
};
const cloud: Answers = ({ type }) => {
  switch (type) {
    case "command:local:Command":
      return { stdout: JSON.stringify(halves) };
    case "hcloud:index/server:Server":
      return { ipv4Address: "198.51.100.7", ipv6Address: "2001:db8::1" };
    case "hcloud:index/serverNetwork:ServerNetwork":
      return { ip: "10.0.0.2" };
    default:
      return {};
  }
};

const types = {
  server: "hcloud:index/server:Server",
  key: "hcloud:index/sshKey:SshKey",
  gate: "sextant:index:HostReady",
  local: "command:local:Command",
  dockerNetwork: "sextant:index:DockerNetwork",
  provider: "pulumi:providers:docker",
};

async function edge(): Promise<Firewall> {
  const firewall = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24"), https] });
  await value(firewall.id);
  return firewall;
}

const args = (firewall: Firewall, more: Partial<ServerArgs> = {}): ServerArgs => ({
  type: "cx23",
  firewalls: [firewall],
  ssh: { privateKeyFile },
  ...more,
});

/** Waits until everything of a server is registered. */
const whole = (server: Server) => Promise.all([value(server.ready.id), value(server.network.id)]);

describe("a server", () => {
  it("has its firewalls at creation, and its host key and key-only login in its user data", async () => {
    const graph = await newGraph(cloud);
    const firewall = await edge();
    const server = new Server("web-1", args(firewall), graph.watching);
    await whole(server);
    const { inputs } = graph.find(types.server);
    expect(inputs).toMatchObject({
      name: "web-1",
      serverType: "cx23",
      image: "debian-12",
      firewallIds: [await value(firewall.id)],
      labels: { project: "shop", stack: "test" },
      deleteProtection: false,
    });
    expect(inputs.publicNets).toBeUndefined();
    expect(JSON.stringify(inputs.userData)).toContain("a private host key");
    expect(graph.optionsOf(types.server).ignoreChanges).toEqual(["sshKeys", "userData", "image"]);
    expect(graph.optionsOf(types.server).deleteBeforeReplace).toBe(true);
    expect(await value(server.address)).toBe("198.51.100.7");
    expect(await value(server.ipv6Address)).toBe("2001:db8::1");
    expect(await value(server.privateAddress)).toBeUndefined();
    expect([server.architecture, server.memoryMb, server.cores]).toEqual(["amd64", 4096, 2]);
  });

  it("keeps the private host key secret and pins the public one", async () => {
    const graph = await newGraph(cloud);
    const server = new Server("web-1", args(await edge()), graph.watching);
    await whole(server);
    expect(graph.optionsOf(types.local)).toMatchObject({ additionalSecretOutputs: ["stdout"] });
    expect(graph.find(types.local).inputs).not.toHaveProperty("triggers");
    expect(await pulumi.isSecret(server.hostKey.privateKey)).toBe(true);
    expect(await pulumi.isSecret(server.hostKey.publicKey)).toBe(false);
    expect(await pulumi.isSecret(server.connection)).toBe(true);
    expect(await value(server.connection)).toMatchObject({
      host: "198.51.100.7",
      hostKey: halves.public,
      privateKey: privateKeyText,
    });
    expect(graph.find(types.gate, "web-1-gate").inputs.shell).toMatchObject({ hostKey: halves.public });
  });

  it("without IPv4 is reached at its IPv6 address, by ssh, by commands and by Docker's provider", async () => {
    const graph = await newGraph(cloud);
    const firewall = new Firewall("edge", { allow: [ssh.from("2001:db8::/48"), https] });
    const server = new Server("web-1", args(firewall, { publicIpv4: false }), graph.watching);
    await whole(server);
    expect(graph.find(types.server).inputs.publicNets).toEqual([{ ipv4Enabled: false, ipv6Enabled: true }]);
    expect(await value(server.address)).toBe("2001:db8::1");
    expect(await value(server.connection)).toMatchObject({ host: "2001:db8::1" });
    const shell = await value(server.ssh);
    expect(shell.destination).toBe("root@2001:db8::1");
    expect(shell.hostKey).toBe(halves.public);
    await value(server.docker.id);
    expect(graph.find(types.provider).inputs.host).toBe("ssh://root@[2001:db8::1]:22");
  });

  it("lets what a program puts there with Docker's provider wait until the machine takes containers", async () => {
    const graph = await newGraph(cloud);
    const server = new Server("web-1", args(await edge()), graph.watching);
    await whole(server);
    await value(server.docker.id);
    expect(graph.optionsOf(types.provider).dependsOn).toEqual([server.ready]);
  });

  it("ties what is on it to the machine, and runs commands without triggers", async () => {
    const graph = await newGraph(cloud);
    const server = new Server("web-1", args(await edge()), graph.watching);
    await whole(server);
    for (const [type, name] of [
      [types.gate, "web-1-gate"],
      [types.dockerNetwork, "web-1"],
    ] as const) {
      expect(graph.optionsOf(type, name).deletedWith).toBe(server.server);
      const trigger = graph.optionsOf(type, name).replacementTrigger as pulumi.Output<string>;
      expect(await value(trigger)).toBe(await value(server.server.id));
    }
    const { inputs } = graph.find(types.gate, "web-1-gate");
    expect(inputs).toMatchObject({
      ...{ verb: "host-ready", words: ["boot=yes", "timeout=600"], show: false },
      directory: hostScripts().directory,
    });
    expect(graph.find(types.dockerNetwork).inputs).toMatchObject({
      name: "sextant",
      options: { "com.docker.network.driver.mtu": "1450" },
    });
  });

  it("waits for its private address", async () => {
    const graph = await newGraph(cloud);
    const network = new Network("net");
    const server = new Server(
      "web-1",
      args(await edge(), { network: { network, ip: "10.0.0.2" } }),
      graph.watching,
    );
    await whole(server);
    expect(graph.find("hcloud:index/serverNetwork:ServerNetwork").inputs.ip).toBe("10.0.0.2");
    expect(graph.find(types.gate, "web-1-gate").inputs.words).toEqual([
      "boot=yes",
      "private=10.0.0.2",
      "timeout=600",
    ]);
    expect(await value(server.privateAddress)).toBe("10.0.0.2");
  });

  it("shares one SSH key, without its comment, with the others of the stack", async () => {
    const graph = await newGraph(cloud);
    const firewall = await edge();
    const other = join(directory, "other");
    writeFileSync(other, privateKeyText);
    const access = (comment: string) => ({
      privateKeyFile: other,
      publicKey: `ssh-ed25519 AAAAother ${comment}`,
    });
    const servers = ["a", "b"].map((name) => new Server(name, args(firewall, { ssh: access(name) })));
    await Promise.all(servers.map(whole));
    expect(graph.find(types.key).inputs.publicKey).toBe("ssh-ed25519 AAAAother");
    expect(servers[0]?.sshKey).toBe(servers[1]?.sshKey);
  });

  it("uses keys that are there already", async () => {
    const graph = await newGraph(cloud);
    const server = new Server("web-1", args(await edge(), { sshKeys: ["ops"] }));
    await whole(server);
    expect(graph.find(types.server).inputs.sshKeys).toEqual(["ops"]);
    expect(graph.made.filter(({ type }) => type === types.key)).toEqual([]);
  });

  it("leaves its name to Pulumi, so that a replacement can be made beside it", async () => {
    const graph = await newGraph(cloud);
    const server = new Server("web-1", args(await edge(), { name: false }), graph.watching);
    await whole(server);
    expect(graph.find(types.server).inputs).not.toHaveProperty("name");
    expect(graph.optionsOf(types.server).deleteBeforeReplace).toBeUndefined();
  });

  it("keeps the registries that it pulls from", async () => {
    await newGraph(cloud);
    const registry = new Registry("ghcr", { address: "ghcr.io", username: "deploy", password: "hunter2" });
    const server = new Server("web-1", args(await edge(), { registries: [registry] }));
    await whole(server);
    expect(server.registries.map(({ address }) => address)).toEqual(["ghcr.io"]);
  });

  it("tells Docker of the registries that the program names insecure, beside those in daemon", async () => {
    await newGraph(cloud);
    const login = { username: "deploy", password: "hunter2" };
    const registries = [
      new Registry("lab", { ...login, address: "10.0.0.2:5000", insecure: true }),
      new Registry("ghcr", { ...login, address: "ghcr.io" }),
    ];
    const daemon = { mtu: 1400, "insecure-registries": ["r.test:5000"] };
    const given = args(await edge(), { registries, daemon });
    expect(daemonSettings(given)).toEqual({
      mtu: 1400,
      "insecure-registries": ["r.test:5000", "10.0.0.2:5000"],
    });
    expect(daemonSettings({ ...given, registries: [], daemon: undefined })).toEqual({});
  });

  it("knows how old the Docker of its system is", async () => {
    await newGraph(cloud);
    const on = async (name: string, image?: string): Promise<number | undefined> =>
      new Server(name, args(await edge(), { image })).dockerMajor;
    expect([await on("a"), await on("b", "debian-12"), await on("c", "debian-13")]).toEqual([
      20,
      20,
      undefined,
    ]);
  });

  it("has a Docker provider for a program's own containers, made when it is asked for", async () => {
    const graph = await newGraph(cloud);
    const registry = new Registry("ghcr", { address: "ghcr.io", username: "deploy", password: "hunter2" });
    const server = new Server("web-1", args(await edge(), { registries: [registry] }));
    await whole(server);
    expect(graph.made.filter(({ type }) => type === types.provider)).toEqual([]);
    expect(server.docker).toBe(server.docker);
    await value(server.docker.id);
    const { inputs } = graph.find(types.provider, "web-1");
    expect(JSON.stringify(inputs.registryAuth)).toContain("ghcr.io");
    expect(JSON.stringify(inputs)).toContain("StrictHostKeyChecking=yes");
  });

  it("protects at Hetzner and in Pulumi", async () => {
    const graph = await newGraph(cloud);
    const server = new Server("web-1", args(await edge(), { protect: true }), graph.watching);
    await whole(server);
    expect(graph.find(types.server).inputs).toMatchObject({
      deleteProtection: true,
      rebuildProtection: true,
    });
    expect(graph.optionsOf(types.server).protect).toBe(true);
  });

  it("takes changes to each child", async () => {
    const graph = await newGraph(cloud);
    const server = new Server(
      "web-1",
      args(await edge(), {
        transform: {
          server: { keepDisk: true },
          ready: (gate) => {
            gate.show = true;
          },
          dockerNetwork: { name: "mine" },
        },
      }),
    );
    await whole(server);
    expect(graph.find(types.server).inputs.keepDisk).toBe(true);
    expect(graph.find(types.gate, "web-1-gate").inputs.show).toBe(true);
    expect(graph.find(types.dockerNetwork).inputs.name).toBe("mine");
  });
});

it("gives swap to small servers only, unless told otherwise", () => {
  expect(swapMb(undefined, 4096)).toBe(2048);
  expect(swapMb(undefined, 8192)).toBe(0);
  expect(swapMb(undefined, undefined)).toBe(0);
  expect(swapMb(false, 2048)).toBe(0);
  expect(swapMb("1g", 8192)).toBe(1024);
});

describe("bad arguments", () => {
  it.each<[string, string, (firewall: Firewall, network: Network) => ServerArgs, string]>([
    [
      "no firewall",
      "web-1",
      (f) => args(f, { firewalls: [] }),
      'firewalls is [], but without a firewall every port that something listens on is open to the internet; name a firewall, or say unprotected: "the reason" (npx sextant docs checks#anywhere).',
    ],
    [
      "no list of firewalls",
      "web-1",
      (f) => ({ ...args(f), firewalls: undefined as unknown as [] }),
      'firewalls is missing; name a firewall, or write [] and unprotected: "the reason".',
    ],
    [
      "no reason",
      "web-1",
      (f) => args(f, { firewalls: [], unprotected: "" }),
      'unprotected is "", but it must not be empty; say why every port may be reached from everywhere.',
    ],
    [
      "a reason beside a firewall",
      "web-1",
      (f) => args(f, { unprotected: "why not" }),
      'unprotected is "why not", but the server has firewalls; leave unprotected out.',
    ],
    [
      "a name",
      "Web_1",
      (f) => args(f),
      'name is "Web_1", but such a name has up to 63 lower-case letters, digits and inner hyphens and starts with a letter; write it like "web".',
    ],
    [
      "no type",
      "web-1",
      (f) => args(f, { type: "" }),
      'type is "", but it must not be empty; name a server type, such as "cx23".',
    ],
    [
      "an image",
      "web-1",
      (f) => args(f, { image: "fedora-41" }),
      'image is "fedora-41", but the first boot installs Docker from the packages of Debian or Ubuntu; take "debian-12" or "ubuntu-24.04", or an image of your own of these.',
    ],
    [
      "swap",
      "web-1",
      (f) => args(f, { swap: "2GB" as "2g" }),
      'swap is "2GB", but a size is a number with k, m or g; write it like "512m" (npx sextant docs checks#values).',
    ],
    [
      "an address outside",
      "web-1",
      (f, network) => args(f, { network: { network, ip: "10.1.0.2" } }),
      'network.ip is "10.1.0.2", but it is in none of the subnets 10.0.0.0/24 of Network "net"; choose an address there (npx sextant docs checks#values).',
    ],
    [
      "a user",
      "web-1",
      (f) => args(f, { ssh: { privateKeyFile, user: "deploy" } }),
      'ssh.user is "deploy", but a server that is made here has one login, root by key; leave it out.',
    ],
    [
      "an SSH port",
      "web-1",
      (f) => args(f, { ssh: { privateKeyFile, port: 70_000 } }),
      "ssh.port is 70000, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).",
    ],
    [
      "no public key",
      "web-1",
      (f) => args(f, { ssh: { privateKey: privateKeyText } }),
      "ssh.publicKey is missing, and the public half was not found beside the private key; give it, or name a key that is at Hetzner in sshKeys.",
    ],
    [
      "no SSH keys",
      "web-1",
      (f) => args(f, { sshKeys: [] }),
      "sshKeys is [], but it must not be empty; leave it out to use the key of ssh.",
    ],
    [
      "a label",
      "web-1",
      (f) => args(f, { labels: { team: "a b" } }),
      'labels.team is "a b", but Hetzner takes letters, digits, dots, hyphens and underscores, 63 at most, in names and values; rename it.',
    ],
    [
      "a cloud-config that is a list",
      "web-1",
      (f) => args(f, { cloudInit: "- htop" }),
      'cloudInit is "- htop", but it is not a map of cloud-init\'s keys; write a #cloud-config, such as "packages: [htop]".',
    ],
  ])("%s", async (_, name, make, expected) => {
    await newGraph(cloud);
    const firewall = await edge();
    const network = new Network("net");
    expect(refusal(() => new Server(name, make(firewall, network)))).toEqual([
      `Server "${name}": ${expected}`,
    ]);
  });

  it("refuses firewalls that keep a deploy out", async () => {
    await newGraph(cloud);
    const shut = new Firewall("shut", { allow: [https] });
    expect(refusal(() => new Server("web-1", args(shut)))).toEqual([
      'Server "web-1": firewalls is ["shut"], but none of them lets in SSH on port 22, by which deploys reach the server; add ssh.from("203.0.113.0/24") with your own network (npx sextant docs checks#firewall-shut).',
    ]);
  });

  it("names the line of a cloud-config that is no YAML", async () => {
    await newGraph(cloud);
    const firewall = await edge();
    const [sentence] = refusal(() => new Server("web-1", args(firewall, { cloudInit: "packages: [htop" })));
    expect(sentence).toMatch(/^Server "web-1": cloudInit is not YAML \(.*line 1.*\); write a #cloud-config/);
  });

  it("refuses two sets of credentials for one registry", async () => {
    await newGraph(cloud);
    const firewall = await edge();
    const registries = ["a", "b"].map(
      (name) => new Registry(name, { address: "ghcr.io", username: "u", password: "p" }),
    );
    expect(refusal(() => new Server("web-1", args(firewall, { registries })))).toEqual([
      'Server "web-1": registries is "ghcr.io", but an address has one set of credentials; keep one of them.',
    ]);
  });
});

describe("which machine it is", () => {
  it("is in what reaches it, so that nothing of an old one is taken from a new one at its address", async () => {
    const graph = await newGraph(cloud);
    const server = new Server("web-1", args(await edge()));
    await whole(server);
    const id = await value(server.server.id);
    for (const type of [types.gate, types.dockerNetwork])
      expect(graph.find(type).inputs.shell).toMatchObject({ machine: id });
  });
});

describe("a server that is gone", () => {
  it("stays at Hetzner as it is, with nothing on it", async () => {
    const graph = await newGraph(cloud);
    const server = new Server("web-1", args(await edge(), { gone: true }));
    await value(server.server.id);
    await pulumi.runtime.disconnect();
    const kinds = graph.made.map(({ type }) => type);
    expect(kinds).toContain(types.server);
    expect(kinds).toContain("sextant:index:Gone");
    expect(kinds).not.toContain(types.gate);
    expect(kinds).not.toContain(types.dockerNetwork);
  });
});

describe("the hook of a server", () => {
  it("is run once Docker answers, before all else that is put there, with the address; another machine has it again", async () => {
    const graph = await newGraph(cloud);
    const firewall = await edge();
    const hooks = { afterDocker: "bin/docker-setup $KAMAL_HOSTS", output: "quiet" as const };
    const server = new Server("web-1", args(firewall, { hooks }), graph.watching);
    await whole(server);
    const { inputs } = graph.find(types.local, "web-1-after-docker");
    expect(inputs).toMatchObject({
      create: "bin/docker-setup $KAMAL_HOSTS",
      update: "bin/docker-setup $KAMAL_HOSTS",
      logging: "none",
      environment: {
        KAMAL_HOSTS: "198.51.100.7",
        KAMAL_COMMAND: "server",
        KAMAL_SUBCOMMAND: "bootstrap",
        KAMAL_DESTINATION: "test",
      },
    });
    expect(inputs["environment"]).not.toHaveProperty("KAMAL_VERSION");
    const names = (type: string, name: string): (string | undefined)[] =>
      (graph.optionsOf(type, name).dependsOn as { __name?: string }[]).map(({ __name }) => __name);
    expect(names(types.local, "web-1-after-docker")).toEqual(["web-1-gate"]);
    expect(names(types.dockerNetwork, "web-1")).toEqual(["web-1-after-docker"]);
    expect(
      await value(
        graph.optionsOf(types.local, "web-1-after-docker").replacementTrigger as pulumi.Output<string>,
      ),
    ).toBe(await value(server.server.id));
    expect(await value(server.ready.urn)).toContain("web-1-after-docker");
  });
});
