import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerRegistry, type Host, type ServerRegistryArgs } from "../../../../components";
import type { DockerNetwork } from "../../../../components/docker/network";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, refusal, registered, unmarked, value, type Graph, type Made } from "../graph";

let graph: Graph;
let network: DockerNetwork;

const pems = {
  ...{ authority: "AUTHORITY", certificate: "CERTIFICATE", privateKey: "KEY" },
  ...{ clientCertificate: "CLIENT", clientPrivateKey: "CLIENT KEY" },
};

beforeEach(async () => {
  graph = await newGraph(({ type }: Made) => (type === "sextant:index:RegistryCertificates" ? pems : {}));
  network = fakeNetwork("network");
});

const trusts = (): Record<string, unknown>[] =>
  graph.made
    .filter(({ type }) => type === "sextant:index:RegistryTrust")
    .map(({ inputs }) => unmarked(inputs));

describe("a registry on a server", () => {
  it("listens on the private address for its clients, each of which gets the certificates", async () => {
    const [web1, web2] = [fakeHost("web-1", network), fakeHost("web-2", network)];
    const images = new ServerRegistry("images", { server: web1, clients: [web2, web1] });
    expect(images.address).toBe("shop-test-images.internal:5000");
    await value(pulumi.all(images.trusted.map(({ id }) => id)));
    expect(graph.find("sextant:index:RegistryCertificates").inputs).toMatchObject({
      host: "shop-test-images.internal",
    });
    expect(trusts()).toHaveLength(2);
    for (const trust of trusts())
      expect(trust).toMatchObject({
        ...{ address: "shop-test-images.internal:5000", ip: "10.0.0.2" },
        ...{ authority: "AUTHORITY", certificate: "CLIENT" },
        privateKey: "CLIENT KEY",
      });
    const { ports, uploads } = graph.find("sextant:index:Container").inputs;
    expect(ports).toEqual([{ internal: 5000, external: 5000, ip: "10.0.0.2" }]);
    expect((uploads as { file: string }[]).map(({ file }) => file)).toEqual([
      "/etc/sextant/registry.yml",
      "/etc/sextant/authority.pem",
      "/etc/sextant/registry.pem",
      "/etc/sextant/registry-key.pem",
    ]);
  });

  it("listens on its own server alone where nobody else uses it", async () => {
    const images = new ServerRegistry("images", { server: fakeHost("web-1", network), port: 5443 });
    expect(images.address).toBe("shop-test-images.internal:5443");
    await value(pulumi.all(images.trusted.map(({ id }) => id)));
    expect(trusts()).toMatchObject([{ ip: "127.0.0.1" }]);
    expect(graph.find("sextant:index:Container").inputs["ports"]).toEqual([
      { internal: 5443, external: 5443, ip: "127.0.0.1" },
    ]);
  });

  it("keeps its keys secret", async () => {
    const images = new ServerRegistry("images", { server: fakeHost("web-1", network) }, graph.watching);
    await value(pulumi.all(images.trusted.map(({ id }) => id)));
    const { additionalSecretOutputs } = graph.optionsOf("sextant:index:RegistryCertificates");
    expect(additionalSecretOutputs).toEqual(["privateKey", "clientPrivateKey"]);
  });
});

describe("what a registry keeps", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("is pruned once all that the program pushes is there, also where several go to one repository", async () => {
    vi.spyOn(pulumi.runtime, "getStackResource").mockReturnValue({} as never);
    const images = new ServerRegistry("images", { server: fakeHost("web-1", network) });
    images.pushed("shop", pulumi.output("sha256:b"));
    images.pushed("lite", "sha256:c");
    images.pushed("shop", pulumi.output("sha256:a"));
    // At the end of the program.
    await new Promise(setImmediate);
    await registered();
    const { pushed } = graph.find("sextant:index:RegistryPrune").inputs;
    expect(pushed).toEqual({ shop: "sha256:a sha256:b", lite: "sha256:c" });
  });
});

describe("bad arguments", () => {
  const alone = (name: string): Host =>
    Object.assign(fakeHost(name, network), {
      exposure: { sshPort: 22, firewalls: [], inPrivateNetwork: false },
    });

  it.each<[string, () => Partial<ServerRegistryArgs>, string]>([
    [
      "one image alone",
      () => ({ keep: 1 }),
      "keep is 1, but with fewer than two images there is none to go back to; give a whole number from 2 on, or leave it out for 10.",
    ],
    [
      "no port",
      () => ({ port: 0 }),
      "port is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).",
    ],
    [
      "an old version",
      () => ({ version: "2.8.3" }),
      'version is "2.8.3", but what frees the space of older images would take newer ones for several platforms with them before version 3; give one such as "3.0.0", or leave it out.',
    ],
    [
      "a client outside",
      () => ({ clients: [alone("web-2")] }),
      'clients[0] is "web-2", but it is in no private network, by which the hosts reach the registry; give the server the Network of the others, or use a registry elsewhere with a Registry.',
    ],
  ])("%s", (_, change, expected) => {
    const make = () => new ServerRegistry("images", { server: fakeHost("web-1", network), ...change() });
    expect(refusal(make)).toEqual([`ServerRegistry "images": ${expected}`]);
  });

  it("but a server without private network is fine where nobody else uses it", async () => {
    const images = new ServerRegistry("images", { server: alone("web-1") });
    await value(pulumi.all(images.trusted.map(({ id }) => id)));
    expect(trusts()).toMatchObject([{ ip: "127.0.0.1" }]);
  });
});
