import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageFacts, type ImageAnswer, type ImageQuestion } from "../../../../components/image/facts";
import { parseReference } from "../../../../components/image/reference";
import { isLoopback } from "../../../../components/image/registry-client";
import { RegistryServer } from "./registry-server";

let registry: RegistryServer;

beforeEach(async () => {
  registry = new RegistryServer();
  await registry.listen();
});
afterEach(() => {
  registry.close();
});

function ask(version: string, change: Partial<ImageQuestion> = {}): Promise<ImageAnswer> {
  return imageFacts({
    reference: parseReference(`${registry.address}/shop`, version),
    login: undefined,
    insecure: false,
    architectures: ["amd64"],
    timeout: 2000,
    ...change,
  });
}

const config = {
  Entrypoint: ["/bin/docker-entrypoint"],
  Cmd: ["bin/server"],
  ExposedPorts: { "8080/tcp": {}, "80/tcp": {}, "53/udp": {} },
  User: "1000",
  Volumes: { "/data": {} },
};

describe("the facts of an image", () => {
  it("are read from a manifest and its configuration, over plain HTTP on this machine", async () => {
    registry.put("shop", "v1", [{ architecture: "arm64", config }]);
    expect(await ask("v1")).toEqual({
      facts: {
        platforms: ["linux/arm64"],
        entrypoint: ["/bin/docker-entrypoint"],
        command: ["bin/server"],
        ports: [80, 8080],
        volumes: ["/data"],
        user: "1000",
        size: 1024,
        zstd: false,
      },
    });
  });

  it("are read from an index for the hosts' architecture, and attestations are no platform", async () => {
    registry.put("shop", "v1", [{ architecture: "arm64" }, { architecture: "amd64", config }]);
    const answer = await ask("v1");
    expect(answer).toMatchObject({
      facts: { platforms: ["linux/arm64", "linux/amd64"], command: ["bin/server"] },
    });
  });

  it.each(["basic", "bearer"] as const)("are read with a login by %s", async (auth) => {
    registry.auth = auth;
    registry.put("shop", "v1", [{ architecture: "amd64", config }]);
    const insecure = true;
    expect(await ask("v1", { login: registry.login, insecure })).toMatchObject({ facts: { user: "1000" } });
    expect(await ask("v1", { insecure })).toEqual({ failure: "unauthorized" });
    expect(await ask("v1", { login: { username: "deploy", password: "wrong" }, insecure })).toEqual({
      failure: "unauthorized",
    });
  });

  it("say of each layer's compression whether an old Docker can read it", async () => {
    registry.put("shop", "v1", [{ architecture: "amd64", config, zstd: true }]);
    expect(await ask("v1")).toMatchObject({ facts: { zstd: true } });
  });

  it("are asked for once a process", async () => {
    registry.put("shop", "v1", [{ architecture: "amd64", config }]);
    await Promise.all([ask("v1"), ask("v1")]);
    const before = registry.requests.length;
    await ask("v1");
    expect(registry.requests).toHaveLength(before);
  });

  it("take some milliseconds where the registry answers fast", async () => {
    const took: number[] = [];
    for (const version of ["v1", "v2", "v3", "v4", "v5", "v6"]) {
      registry.put("shop", version, [{ architecture: "amd64", config }]);
      const started = performance.now();
      await ask(version);
      took.push(performance.now() - started);
    }
    // The fastest of some: the machine has other work, too.
    expect(Math.min(...took)).toBeLessThan(100);
  });
});

describe("a failure is an answer", () => {
  it("of a tag that is not there", async () => {
    expect(await ask("v404")).toEqual({ failure: "missing" });
  });

  it("of a registry that is down", async () => {
    registry.close();
    expect(await ask("v1")).toEqual({ failure: "unreachable" });
  });

  it("of a registry that takes too long, within the limit", async () => {
    registry.delay = 5000;
    const started = performance.now();
    expect(await ask("v1", { timeout: 200 })).toEqual({ failure: "late" });
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it("of one that takes a connection and says nothing", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const reference = parseReference(`127.0.0.1:${port}/shop`, "v1");
    expect(await ask("v1", { reference, timeout: 200 })).toEqual({ failure: "late" });
    silent.close();
  });

  it("of what is no manifest", async () => {
    registry.putRaw("/v2/shop/manifests/page", "<html>");
    registry.putRaw("/v2/shop/manifests/schema1", '{"schemaVersion":1}');
    expect(await ask("page")).toEqual({ failure: "unreadable" });
    expect(await ask("schema1")).toEqual({ failure: "unreadable" });
  });
});

describe("a login", () => {
  it("is sent only after the registry asked for it", async () => {
    registry.put("shop", "v1", [{ architecture: "amd64" }]);
    await ask("v1", { login: registry.login });
    expect(registry.requests.every((request) => !request.includes("Basic"))).toBe(true);
  });

  it.each(["basic", "bearer"] as const)(
    "is never sent over plain HTTP, unless the program names the registry insecure: %s",
    async (auth) => {
      registry.auth = auth;
      registry.put("shop", "v1", [{ architecture: "amd64" }]);
      expect(await ask("v1", { login: registry.login })).toEqual({ failure: "plain" });
      expect(registry.requests.filter((request) => request.includes("Basic"))).toEqual([]);
    },
  );

  it("asks for a token without it, where the registry is on this machine", async () => {
    registry.auth = "bearer";
    registry.anonymous = true;
    registry.put("shop", "v1", [{ architecture: "amd64" }]);
    expect(await ask("v1")).toMatchObject({ facts: { platforms: ["linux/amd64"] } });
  });

  it("leaves plain HTTP to this machine, whatever the port", () => {
    const here = ["localhost", "localhost:5000", "127.0.0.1:80", "127.1.2.3", "[::1]:8080"];
    expect(here.filter((authority) => !isLoopback(authority))).toEqual([]);
    const elsewhere = [
      ...["ghcr.io", "registry.example.com:5000", "8.8.8.8", "10.1.2.3:5000", "172.16.0.1", "192.168.1.1"],
      ...["[fd00::1]", "127.0.0.1.example.com", "localhost.example.com:5000"],
    ];
    expect(elsewhere.filter(isLoopback)).toEqual([]);
  });
});
