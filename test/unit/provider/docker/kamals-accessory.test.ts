/**
 * An accessory of Kamal's that is taken up: by the real provider, whose `ssh` is a script that runs its line here, with Docker's API in this
 * process.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { containerProvider, type ContainerState } from "../../../../provider/docker/container";
import type { ContainerInputs } from "../../../../provider/docker/container-body";
import { dataProvider, type DataInputs } from "../../../../provider/data/data";
import { unknownValue } from "../../../../provider/data/place";
import { forget } from "../../../../provider/gone";
import { forgetStanding } from "../../../../provider/standing";
import type { SshAddress } from "../../../../provider/ssh/address";
import { here, type Here } from "./here";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const owner = "shop/production/accessory/db";
const directory = "/root/shop-db/data";
const path = "/var/lib/postgresql/data";
const inputs: ContainerInputs = {
  shell,
  name: "shop-db",
  image: "postgres:17",
  env: { POSTGRES_USER: "shop" },
  secrets: { POSTGRES_PASSWORD: "a-password" },
  firstEnvs: ["POSTGRES_PASSWORD"],
  labels: { "sextant.accessory": "db", "sextant.owner": owner },
  ownedBy: "sextant.owner",
  network: { name: "sextant", id: "n1", aliases: ["shop-db"], also: ["kamal"] },
  volumes: [{ volumeName: directory, containerPath: path }],
  kamal: "shop-db",
};
const mount = { Type: "bind", Source: directory, Destination: path, RW: true };
const kamals = {
  ...{ name: "shop-db", Id: "k1", running: true, labels: { service: "shop-db" } },
  more: { Config: { Image: "postgres:17", Env: ["POSTGRES_USER=shop"] }, Mounts: [mount as object] },
};
/** A host of its own for a test that edits: what a run has edited it remembers. */
const at = (destination: string): void => {
  inputs.shell = { ...shell, destination };
};
const current = here();
let docker: Here["docker"];
let said: string[];

beforeEach(() => {
  ({ docker } = current());
  inputs.shell = shell;
  docker.images.add(inputs.image);
  docker.taken = structuredClone(kamals);
  forget();
  forgetStanding();
  said = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
});
afterEach(() => vi.restoreAllMocks());

const changes = (): string[] => docker.requests.filter((request) => !request.startsWith("GET"));
const state = (more: Partial<ContainerState> = {}): ContainerState => ({
  ...inputs,
  stopped: false,
  kamals: true,
  ...more,
});
/** As the next run of Pulumi has it: another process. */
const later = (): void => {
  forget();
  forgetStanding();
  said = [];
};

describe("a container of Kamal's accessory", () => {
  it("is taken up as it is, and nothing of it is changed", async () => {
    const { id, outs } = await containerProvider.create(inputs);
    expect({ id, kamals: outs.kamals }).toEqual({ id: "k1", kamals: true });
    expect(changes()).toEqual([]);
    expect(await containerProvider.diff?.(id, outs, inputs)).toEqual({ changes: false, replaces: [] });
    expect((await containerProvider.read?.(id, { ...outs, memory: 512 }))?.props).toMatchObject({
      memory: 512,
      stopped: false,
    });
  });

  it("is said at preview, with where its data is and what the program says otherwise, and no value of it", async () => {
    const wanted = { ...inputs, env: { POSTGRES_USER: "shop", TZ: "a-zone" }, shm: 256 };
    await containerProvider.check?.({}, wanted);
    expect(said).toEqual([
      "web-1: Kamal's container shop-db is kept as it is, with its data in the directory /root/shop-db/data: it is neither restarted nor made anew. Otherwise in the program are the variables TZ; the size of /dev/shm: all of that comes with the first edit that replaces it.",
    ]);
    said = [];
    await containerProvider.check?.(state(), inputs);
    expect(said).toEqual([]);
  });

  it("is replaced by an edit, on its data, and said at preview", async () => {
    at("root@192.0.2.2");
    const { id, outs } = await containerProvider.create(inputs);
    later();
    const edited = { ...inputs, image: "postgres:17.2" };
    outs.otherwise?.push("the published ports (5432:5432 there, none here)");
    docker.images.add(edited.image);
    expect(await containerProvider.diff?.(id, outs, edited)).toMatchObject({ replaces: ["image"] });
    expect(said).toEqual([
      "web-1: Kamal's container shop-db is stopped and replaced by the program's own, which takes some seconds and the name over, with its data in the directory /root/shop-db/data, where it lies. With it comes what the program says otherwise: the published ports (5432:5432 there, none here).",
    ]);
    await containerProvider.delete?.(id, outs);
    const made = await containerProvider.create(edited);
    expect(made.id).toBe("c1");
    expect(made.outs.kamals).toBeUndefined();
    expect(changes()).toEqual([
      "POST /containers/k1/stop",
      "DELETE /containers/k1",
      "POST /containers/create",
      "POST /networks/kamal/connect",
      "POST /containers/c1/start",
    ]);
  });

  it.each<[string, Partial<ContainerInputs>]>([
    ["image", { image: "postgres:17.2" }],
    ["command", { command: ["postgres", "-c", "fsync=on"] }],
    ["variables", { env: { POSTGRES_USER: "shop", TZ: "UTC" } }],
    ["ports", { ports: [{ internal: 5432, external: 5432 }] }],
  ])("is never said to be kept where an edit replaces it: %s", async (what, more) => {
    at(`root@said-${what}.test`);
    const edited = { ...inputs, ...more };
    // As the engine asks: for a replacement once more, without what was.
    await containerProvider.check?.(state(), edited);
    await containerProvider.diff?.("k1", state(), edited);
    await containerProvider.check?.({}, edited);
    expect(said).toEqual([
      expect.stringMatching(/^web-1: Kamal's container shop-db is stopped and replaced/),
    ]);
  });

  it("is not replaced for another network of the same name, which it is not in", async () => {
    const network = { ...inputs.network, id: "n2" };
    expect(await containerProvider.diff?.("k1", state(), { ...inputs, network })).toEqual({
      changes: true,
      replaces: [],
    });
    expect(said).toEqual([]);
    const others = { ...inputs.network, aliases: ["other"] };
    at("root@192.0.2.7");
    expect(await containerProvider.diff?.("k1", state(), { ...inputs, network: others })).toMatchObject({
      replaces: ["network"],
    });
    // The program's own has to be in the new one.
    expect(
      await containerProvider.diff?.("c1", { ...inputs, stopped: false }, { ...inputs, network }),
    ).toEqual({ changes: true, replaces: ["network"] });
  });

  it.each<[string, string, string]>([
    ["sextant", "192.0.2.5", "pulumi up --refresh makes it anew."],
    ["kamal", "192.0.2.6", "make it there by docker network create kamal, and run pulumi up again."],
    [
      "monitoring",
      "192.0.2.8",
      "make it there by docker network create monitoring, and run pulumi up again.",
    ],
  ])("runs on where the next one has no network %s to start in", async (missing, address, cure) => {
    at(`root@${address}`);
    const network = { ...inputs.network, also: ["kamal", "monitoring"] };
    const edited = { ...inputs, network, image: "postgres:17.2" };
    docker.images.add(edited.image);
    docker.noNetworks.add(missing);
    await containerProvider.diff?.("k1", state(), edited);
    const sentence = `web-1: the Docker network ${missing} is not there, and shop-db could not start without it, so that Kamal's container runs on; ${cure}`;
    await expect(containerProvider.delete?.("k1", state())).rejects.toThrow(sentence);
    await expect(containerProvider.create(edited)).rejects.toThrow(sentence);
    expect(changes()).toEqual([]);
    docker.noNetworks.clear();
    await containerProvider.delete?.("k1", state());
    expect(await containerProvider.create(edited)).toMatchObject({ id: "c1" });
  });

  it("is replaced by an edit also where Kamal has made another one meanwhile", async () => {
    at("root@192.0.2.4");
    docker.taken = { ...kamals, Id: "k4" };
    const edited = { ...inputs, command: ["postgres", "-c", "shared_buffers=1GB"] };
    await containerProvider.diff?.("k0", state(), edited);
    expect(await containerProvider.create(edited)).toMatchObject({ id: "c1" });
    expect(changes().slice(0, 3)).toEqual([
      "POST /containers/k4/stop",
      "DELETE /containers/k4",
      "POST /containers/create",
    ]);
  });

  it("runs on where the program has it no more", async () => {
    docker.taken = { ...kamals, Id: "k2" };
    const { id, outs } = await containerProvider.create(inputs);
    later();
    await containerProvider.delete?.(id, outs);
    expect(changes()).toEqual([]);
    expect(said).toEqual([
      "web-1: shop-db is Kamal's container still, and runs on with its data; the program has it no more.",
    ]);
  });

  it("keeps what it has in a volume without a name, which the next one mounts", async () => {
    at("root@192.0.2.3");
    const name = "a".repeat(64);
    const unnamed = {
      Type: "volume",
      Name: name,
      Source: `/d/${name}/_data`,
      Destination: "/data",
      RW: true,
    };
    docker.taken = { ...kamals, Id: "k3", more: { Mounts: [unnamed] } };
    const wanted = { ...inputs, volumes: [{ volumeName: name, containerPath: "/data" }] };
    const { id, outs } = await containerProvider.create(wanted);
    later();
    await containerProvider.diff?.(id, outs, { ...wanted, command: ["redis-server"] });
    await containerProvider.delete?.(id, outs);
    expect(changes()).toEqual(["POST /containers/k3/stop", "DELETE /containers/k3"]);
    expect(docker.withVolumes).toEqual([]);
  });

  it("is nobody's where its label says another name", async () => {
    docker.taken = { ...kamals, labels: { service: "shop-db", "sextant.owner": "other" } };
    await expect(containerProvider.create(inputs)).rejects.toThrow(
      /^web-1: a container named shop-db is there already, and belongs to other/,
    );
  });
});

describe("its data", () => {
  const data = (more: Partial<DataInputs> = {}): DataInputs => ({
    ...{ label: 'Postgres "db"', argument: "server", name: "shop-db", owner, data: "keep" },
    places: [{ host: "web-1", shell, volume: "data" }],
    unnamed: { host: "web-1", shell },
    kamal: { service: "shop-db", volumes: { data: path }, files: [], ownedBy: owner },
    ...more,
  });
  const check = async (olds: Partial<DataInputs>, news: DataInputs) => {
    const checked = await dataProvider.check?.(olds, news);
    return { inputs: checked?.inputs as DataInputs, refused: checked?.failures?.map(({ reason }) => reason) };
  };

  it("is found where Kamal's container has it, once, and stays there", async () => {
    const { inputs: found, refused } = await check({}, data());
    expect(refused).toEqual([]);
    expect(found.taken).toEqual({ data: { source: directory } });
    expect(found.places).toMatchObject([{ called: directory }]);
    docker.taken = undefined;
    expect((await check(found, data())).inputs).toEqual(found);
    expect(await dataProvider.diff?.("x", found, found)).toMatchObject({ changes: false });
  });

  it("is found by what a container of the program's own has, with the state lost", async () => {
    docker.taken = { ...kamals, labels: { "sextant.owner": owner, "sextant.accessory": "db" } };
    expect((await check({}, data())).inputs.taken).toEqual({ data: { source: directory } });
  });

  it("is known only later where the way to the machine is", async () => {
    const way = unknownValue as unknown as SshAddress;
    const { inputs: found, refused } = await check({}, data({ unnamed: { shell: way } }));
    expect({ taken: found.taken, refused }).toEqual({ taken: unknownValue, refused: [] });
  });

  it.each<[string, Partial<DataInputs>, () => void, string]>([
    [
      "no such container",
      {},
      () => (docker.taken = undefined),
      'Postgres "db": takeOver is "shop-db", but web-1 has no accessory of Kamal\'s with a container of that name; write its name as docker ps --all has it there, boot it by kamal accessory boot, or leave takeOver out to begin without its data.',
    ],
    [
      "another path",
      { kamal: { service: "shop-db", volumes: { data: "/other" }, files: [], ownedBy: owner } },
      () => undefined,
      `Postgres "db": takeOver is "shop-db", but it has nothing mounted at /other, where volumes.data is; it has ${path} (${directory}); write that path.`,
    ],
    [
      "more than the program has",
      {},
      () =>
        docker.taken?.more?.Mounts?.push({
          ...{ Type: "bind", Source: "/root/shop-db/etc/my.cnf", Destination: "/etc/my.cnf", RW: false },
        }),
      'Postgres "db": takeOver is "shop-db", but it has /root/shop-db/etc/my.cnf mounted at /etc/my.cnf, which is in no volumes and no files, and a later edit would make it without; add { mycnf: "/etc/my.cnf" } to volumes, or to files what is in it.',
    ],
  ])("is refused at preview where there is %s", async (_what, more, change, sentence) => {
    change();
    expect((await check({}, data(more))).refused).toEqual([sentence]);
  });

  it("is refused another word, and none: it would begin empty", async () => {
    const { inputs: found } = await check({}, data());
    const { kamal: _, ...without } = data();
    expect((await check(found, without)).refused).toEqual([
      'Postgres "db": takeOver is left out, but its data lies where Kamal\'s shop-db has put it, and it would begin without; leave it at "shop-db".',
    ]);
    expect((await check(without, data())).refused).toEqual([
      'Postgres "db": takeOver is "shop-db", but it has data of its own already; give Kamal\'s accessory another component.',
    ]);
  });
});
