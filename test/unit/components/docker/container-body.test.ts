import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  containerBody,
  differs,
  limitsNow,
  replacing,
  updated,
  type ContainerInputs,
} from "../../../../components/docker/container-body";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const plain: ContainerInputs = {
  shell,
  name: "shop-web-1",
  image: "registry.test/shop:v1",
  network: { name: "sextant", id: "a1", aliases: ["db"] },
};

describe("the body of a container", () => {
  it("is what Docker's API takes", () => {
    const body = containerBody({
      ...plain,
      command: ["bin/rails", "server"],
      envs: ["A=b"],
      labels: { role: "web" },
      volumes: [
        { volumeName: "data", containerPath: "/data" },
        { hostPath: "/etc/tls", containerPath: "/tls", readOnly: true },
      ],
      ports: [
        { internal: 80, external: 8080, ip: "0.0.0.0" },
        { internal: 80, external: 8080, ip: "::" },
        { internal: 443, external: 443, protocol: "udp" },
      ],
      memory: 512,
      memorySwap: 1024,
      cpus: 0.5,
      restart: "unless-stopped",
      logDriver: "json-file",
      logOpts: { "max-size": "10m" },
    });
    expect(body).toMatchObject({
      Image: "registry.test/shop:v1",
      Cmd: ["bin/rails", "server"],
      Env: ["A=b"],
      Labels: { role: "web" },
      ExposedPorts: { "80/tcp": {}, "443/udp": {} },
      HostConfig: {
        Memory: 536870912,
        MemorySwap: 1073741824,
        NanoCpus: 500000000,
        RestartPolicy: { Name: "unless-stopped" },
        NetworkMode: "sextant",
        Binds: ["data:/data", "/etc/tls:/tls:ro"],
        PortBindings: {
          "80/tcp": [
            { HostIp: "0.0.0.0", HostPort: "8080" },
            { HostIp: "::", HostPort: "8080" },
          ],
          "443/udp": [{ HostIp: "", HostPort: "443" }],
        },
        LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
      },
      NetworkingConfig: { EndpointsConfig: { sextant: { Aliases: ["db"] } } },
    });
  });

  it("takes anything else of the API, laid over", () => {
    const body = { User: "1000", HostConfig: { CapAdd: ["NET_ADMIN"], NetworkMode: "host" } };
    expect(containerBody({ ...plain, memory: 64, body })).toMatchObject({
      User: "1000",
      Image: "registry.test/shop:v1",
      HostConfig: { CapAdd: ["NET_ADMIN"], NetworkMode: "host", Memory: 67108864 },
    });
  });
});

describe("an edit of a container", () => {
  const edits: [Partial<ContainerInputs>, { replaces: string[]; updates: string[] }][] = [
    [{ image: "registry.test/shop:v2" }, { replaces: ["image"], updates: [] }],
    [{ envs: ["A=c"] }, { replaces: ["envs"], updates: [] }],
    [{ network: { name: "sextant", id: "a2", aliases: ["db"] } }, { replaces: ["network"], updates: [] }],
    [{ body: { User: "1000" } }, { replaces: ["body"], updates: [] }],
    [
      { memory: 128, memorySwap: 256 },
      { replaces: [], updates: ["memory", "memorySwap"] },
    ],
    [{ cpus: 2 }, { replaces: [], updates: ["cpus"] }],
    [{ restart: "no" }, { replaces: [], updates: ["restart"] }],
    [{ destroyGraceSeconds: 60 }, { replaces: [], updates: [] }],
    [{ shell: { ...shell, port: 2222 } }, { replaces: [], updates: [] }],
  ];

  it.each(edits)("%j", (edit, { replaces, updates }) => {
    const news = { ...plain, ...edit };
    expect(replacing(plain, news)).toEqual(replaces);
    expect(updated(plain, news)).toEqual(updates);
    expect(differs(plain, news)).toBe(true);
  });

  it("that takes a limit away makes a new container, since Docker cannot", () => {
    expect(replacing({ ...plain, memory: 128 }, plain)).toEqual(["memory"]);
  });

  it("is none, in whatever order the members of an object are", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"));
    fc.assert(
      fc.property(names, (labels) => {
        const pairs = labels.map((name) => [name, "x"] as const);
        const one = { ...plain, labels: Object.fromEntries(pairs) };
        const other = { ...plain, labels: Object.fromEntries([...pairs].reverse()) };
        expect(replacing(one, other)).toEqual([]);
        expect(differs(one, other)).toBe(false);
      }),
    );
  });
});

describe("the limits of a container that is there", () => {
  it("are those that were asked for, as Docker has them", () => {
    const asked = { ...plain, memory: 64, cpus: 1, restart: "no" as const };
    const host = { Memory: 134217728, NanoCpus: 500000000, RestartPolicy: { Name: "" } };
    expect(limitsNow(asked, host)).toEqual({ memory: 128, cpus: 0.5, restart: "no" });
    expect(limitsNow(plain, host)).toEqual({});
  });
});
