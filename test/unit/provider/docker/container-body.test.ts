import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  containerBody,
  differs,
  holdsData,
  limitsNow,
  replacing,
  uncovered,
  updated,
  volumesOfImage,
  type ContainerInputs,
} from "../../../../provider/docker/container-body";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const plain: ContainerInputs = {
  shell,
  name: "shop-web-1",
  image: "registry.test/shop:v1",
  network: { name: "sextant", id: "a1", aliases: ["db"] },
};

describe("the body of a container", () => {
  it("of a role knows its name and its stack, where the program says nothing else, and no other container does", () => {
    const labels = { "sextant.role": "shop/production/shop/web" };
    const envOf = (change: Partial<ContainerInputs>): unknown =>
      containerBody({ ...plain, ...change })["Env"];
    expect(envOf({ labels, env: { A: "1" } })).toEqual([
      "A=1",
      "KAMAL_CONTAINER_NAME=shop-web-1",
      "KAMAL_DESTINATION=production",
    ]);
    expect(
      envOf({ labels, env: { KAMAL_DESTINATION: "eu" }, secrets: { KAMAL_CONTAINER_NAME: "x" } }),
    ).toEqual(["KAMAL_CONTAINER_NAME=x", "KAMAL_DESTINATION=eu"]);
    expect(envOf({ env: { A: "1" } })).toEqual(["A=1"]);
    expect(envOf({})).toBeUndefined();
  });

  it("is what Docker's API takes", () => {
    const body = containerBody({
      ...plain,
      command: ["bin/rails", "server"],
      env: { B: "c", A: "b" },
      secrets: { AA: "x=y" },
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
      Env: ["A=b", "AA=x=y", "B=c"],
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

  it("has as much shared memory as is asked for, and Docker's own where nothing is", () => {
    expect(containerBody({ ...plain, shm: 256 })).toMatchObject({ HostConfig: { ShmSize: 268435456 } });
    expect(JSON.stringify(containerBody(plain))).not.toContain("ShmSize");
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
    [{ env: { A: "c" } }, { replaces: ["env"], updates: [] }],
    [{ secrets: { A: "c" } }, { replaces: ["secrets"], updates: [] }],
    [{ network: { name: "sextant", id: "a2", aliases: ["db"] } }, { replaces: ["network"], updates: [] }],
    [{ body: { User: "1000" } }, { replaces: ["body"], updates: [] }],
    [{ shm: 256 }, { replaces: ["shm"], updates: [] }],
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

  it("of a variable that counts at the first start only makes no new container", () => {
    const first = { ...plain, env: { A: "b" }, secrets: { TOKEN: "x", PASSWORD: "one" } };
    const edited = { ...first, secrets: { TOKEN: "x", PASSWORD: "two" }, firstEnvs: ["PASSWORD"] };
    expect(replacing(first, edited)).toEqual([]);
    expect(differs(first, edited)).toBe(true);
    expect(replacing(first, { ...edited, env: { A: "c" } })).toEqual(["env"]);
    expect(replacing(first, { ...edited, secrets: { TOKEN: "y", PASSWORD: "two" } })).toEqual(["secrets"]);
    expect(replacing(first, { ...edited, firstEnvs: undefined })).toEqual(["secrets"]);
    // At preview it may be known only later, such as a password that another resource makes; and so may all of them.
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const later = { TOKEN: "x", PASSWORD: unknown };
    expect(replacing(first, { ...edited, secrets: later })).toEqual([]);
    const all = unknown as unknown as Record<string, string>;
    expect(replacing(first, { ...edited, secrets: all })).toEqual(["secrets"]);
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

describe("what an image writes to", () => {
  const path = fc.stringMatching(/^(\/[a-z0-9]{1,6}){1,3}$/);

  it("has a volume of its own exactly where nothing is mounted, the same one each time", () => {
    fc.assert(
      fc.property(fc.uniqueArray(path), fc.array(path), (paths, mounted) => {
        const mounts = mounted.map((containerPath) => ({ containerPath }));
        const made = volumesOfImage({ volume: "web-image" }, paths, mounts);
        expect(made.map(({ containerPath }) => containerPath).sort()).toEqual(
          paths.filter((each) => !mounted.includes(each)).sort(),
        );
        for (const { volume } of made) expect(volume).toMatch(/^web-image-[a-zA-Z0-9_.-]+$/);
        expect(volumesOfImage({ volume: "web-image" }, [...paths].reverse(), mounts)).toEqual(made);
      }),
    );
  });

  it("is not covered by a mount above or below it, and a slash at the end is no other path", () => {
    expect(uncovered(["/var/lib/mongo"], ["/var/lib", "/var/lib/mongo/db"])).toEqual(["/var/lib/mongo"]);
    expect(uncovered(["/data/"], ["/data"])).toEqual([]);
    expect(uncovered(["/data"], ["/data/"])).toEqual([]);
  });

  it("is worth more than a container for accessories alone, also those that an older version made", () => {
    expect(holdsData({ labels: { "sextant.accessory": "shop-test-db" } })).toBe(true);
    expect(holdsData({ labels: { "sextant.role": "shop/test/web" } })).toBe(false);
  });
});
