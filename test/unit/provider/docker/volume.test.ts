/** What becomes of a volume: the real provider against Docker's API in this process. */
import { existsSync, mkdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { volumeProvider, type VolumeInputs } from "../../../../provider/docker/volume";
import { isSystems } from "../../../../provider/data/host-path";
import { unknownValue } from "../../../../provider/data/place";
import { pace } from "../../../../provider/ssh/connections";
import { forget } from "../../../../provider/gone";
import { forgetStanding } from "../../../../provider/standing";
import { DockerHosts, type FakeDocker, type FakeUser } from "./docker-hosts";

const name = "shop-prod-db-data";
const owner = "shop/prod/accessory/db/data";
const component = "shop/prod/accessory/db";
const labelled = (label?: string) => ({
  Driver: "local",
  Options: null,
  Labels: label === undefined ? null : { "sextant.owner": label },
});

let hosts: DockerHosts;
let docker: FakeDocker;
let said: string[];
let inputs: VolumeInputs;
let at = 0;

beforeEach(async () => {
  hosts = new DockerHosts();
  // What was made in a run is remembered by host: each test has its own.
  docker = await hosts.host("web-1", (at += 1));
  inputs = { shell: docker.shell, host: "web-1", name, owner, component, data: "keep" };
  said = [];
  forget();
  pace.second = 10;
  vi.stubEnv("PATH", `${hosts.directory}:${process.env["PATH"] ?? ""}`);
  vi.stubEnv("HOME", hosts.directory);
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    said.push(text);
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  pace.second = 1000;
  hosts.remove();
});

const create = (change: Partial<VolumeInputs> = {}) => volumeProvider.create({ ...inputs, ...change });
const remove = (change: Partial<VolumeInputs> = {}) =>
  volumeProvider.delete?.(name, { ...inputs, ...change });
const elsewhere = (shell: object): VolumeInputs["shell"] => ({ ...docker.shell, ...shell });

describe("a volume that is made", () => {
  it("says whose it is", async () => {
    expect(await create({ labels: { team: "shop" } })).toMatchObject({ id: name });
    expect(docker.volumes.get(name)?.Labels).toEqual({ team: "shop", "sextant.owner": owner });
  });

  it("is the one of that name that is there, if it is its own or says nothing", async () => {
    for (const label of [owner, undefined]) {
      docker.volumes.set(name, labelled(label));
      docker.users = [
        { name: "by-hand", volumes: [name] },
        { name: "db", volumes: [name], owner: component },
      ];
      expect(await create()).toMatchObject({ id: name });
    }
    expect(docker.requests).not.toContain("POST /volumes/create");
  });

  it("is not another owner's, unless that one is named", async () => {
    const other = "shop-prod/eu/accessory/db/data";
    docker.volumes.set(name, labelled(other));
    await expect(create()).rejects.toThrow(
      `web-1: the volume ${name} belongs to ${other}, and not to ${owner}; give this one another name, or take it over`,
    );
    expect(await create({ owner: other })).toMatchObject({ id: name });
  });

  it("is not one that another component uses by now, whatever its label says", async () => {
    docker.volumes.set(name, labelled(owner));
    docker.users = [{ name, volumes: [name], owner: "shop/prod/accessory/postgres" }];
    await expect(create()).rejects.toThrow(
      `the volume ${name} is used by the container ${name} of shop/prod/accessory/postgres, and two must not write`,
    );
  });

  it("is one that its own container of before a rename uses, and not a former owner's that was only named", async () => {
    docker.volumes.set(name, labelled(owner));
    docker.users = [{ name, volumes: [name], owner: component }];
    const renamed = "shop/prod/accessory/postgres";
    expect(await create({ component: renamed, formerly: component })).toMatchObject({ id: name });
    await expect(create({ component: renamed, formerly: renamed })).rejects.toThrow(
      "is used by the container",
    );
  });

  it("is not that of an accessory of Kamal's that runs, and is its own with its data once that has stopped", async () => {
    docker.volumes.set("shop_data", labelled());
    docker.users = [{ name: "shop-db", volumes: ["shop_data"], service: "shop-db" }];
    await expect(create({ name: "shop_data" })).rejects.toThrow(
      'web-1: the volume shop_data is used by shop-db, an accessory of Kamal\'s that runs, and two servers must not write to one volume; take it up as it is by takeOver: "shop-db", or stop it first (kamal accessory stop NAME) and run pulumi up again',
    );
    expect(await create({ name: "shop_data", kamal: "shop-db" })).toMatchObject({ id: "shop_data" });
    // An app's files are there for Kamal's app, too, until it has ended.
    expect(await create({ name: "shop_data", component: "shop/prod/app/shop" })).toBeDefined();
    docker.users = [{ name: "shop-db", volumes: ["shop_data"], service: "shop-db", state: "exited" }];
    expect(await create({ name: "shop_data" })).toMatchObject({ id: "shop_data" });
  });

  it("is shared by accessories of Kamal's where one of the two only reads it, or it is the system's", async () => {
    const [name, owner] = ["shop_logs", "shop/prod/accessory/stats"];
    docker.volumes.set(name, labelled());
    const take = (mine?: boolean, other?: boolean, more: Partial<FakeUser> = {}, path = name) => {
      docker.users = [
        {
          name: "shop-logs",
          volumes: [path],
          service: "shop-logs",
          ...(mine === undefined ? {} : { writes: mine }),
        },
        { name: "shop-stats", volumes: [path], ...more, ...(other === undefined ? {} : { writes: other }) },
      ];
      return create({ name: path, kamal: "shop-logs" });
    };
    // Kamal's own, and one that an edit has replaced by the program's.
    for (const more of [{ service: "shop-stats" }, { owner }]) {
      expect(await take(false, true, more)).toMatchObject({ id: name });
      expect(await take(true, false, more)).toMatchObject({ id: name });
      await expect(take(true, true, more)).rejects.toThrow(`the volume ${name} is used by`);
      await expect(take(undefined, undefined, more)).rejects.toThrow(`the volume ${name} is used by`);
      // It is there on every Linux, as Docker's socket is where Docker is.
      expect(await take(true, true, more, "/proc/self")).toMatchObject({ id: "/proc/self" });
    }
    // Of what is not taken up there is one user, whatever it does with it.
    docker.users = [{ name: "shop-stats", volumes: [name], owner, writes: false }];
    await expect(create({ name })).rejects.toThrow(`the volume ${name} is used by`);
  });

  it.each([
    ["/var/run/docker.sock", true],
    ["/run", true],
    ["/dev/snd", true],
    ["/sys/fs/cgroup", true],
    ["/runs", false],
    ["/srv/run", false],
    ["/var/lib/shop", false],
  ])("at %s is the system's: %s", (path, expected) => {
    expect(isSystems(path)).toBe(expected);
  });

  it("that all share belongs to nobody", async () => {
    docker.volumes.set("kamal-proxy-config", labelled());
    expect(await volumeProvider.create({ shell: docker.shell, name: "kamal-proxy-config" })).toBeDefined();
  });
});

describe("a change of a volume", () => {
  const diff = (change: Partial<VolumeInputs>) =>
    volumeProvider.diff?.("x", inputs, { ...inputs, ...change });

  it("that Docker cannot make leaves it as it is, and says so", async () => {
    for (const change of [{ labels: { a: "b" } }, { driverOpts: { o: "size=1g" } }, { driver: "nfs" }]) {
      said = [];
      // A preview asks for no more than this.
      expect(await diff(change)).toEqual({ changes: true, replaces: [] });
      await volumeProvider.update?.(name, inputs, { ...inputs, ...change });
      expect(said).toEqual([
        expect.stringContaining(
          `stays as it is, with its data: Docker cannot change ${Object.keys(change).join()}`,
        ),
      ]);
    }
    expect(docker.requests).toEqual([]);
  });

  it("replaces it where it is another one: by its name, or on another host", async () => {
    expect(await diff({})).toEqual({ changes: false, replaces: [] });
    expect(await diff({ name: "other" })).toEqual({ changes: true, replaces: ["name"] });
    const shell = elsewhere({ name: "db-1", destination: "root@192.0.2.99" });
    expect(await diff({ host: "db-1", shell })).toEqual({ changes: true, replaces: ["shell"] });
    expect(await diff({ shell: elsewhere({ port: 2222 }) })).toEqual({ changes: true, replaces: [] });
    expect(await diff({ shell: elsewhere({ name: "renamed" }), host: "renamed" })).toMatchObject({
      replaces: [],
    });
    expect(await diff({ data: "discard" })).toEqual({ changes: true, replaces: [] });
    // A state that was written before there was a word.
    const before = { shell: docker.shell, name, host: "web-1" };
    expect(await volumeProvider.diff?.("x", before, inputs)).toEqual({ changes: false, replaces: [] });
  });

  it("of its host's address makes it there, if that is another machine", async () => {
    const there = await hosts.host("web-1", (at += 1));
    await volumeProvider.update?.(name, inputs, { ...inputs, shell: there.shell });
    expect([...there.volumes.keys()]).toEqual([name]);
    expect(docker.volumes.size).toBe(0);
  });
});

describe("an edit by which a volume would be without its data", () => {
  const refused = async (olds: Partial<VolumeInputs>, news: Partial<VolumeInputs>) => {
    const before = { ...inputs, ...olds };
    const checked = await volumeProvider.check?.(before, { ...before, label: 'Postgres "db"', ...news });
    return checked?.failures?.map(({ reason }) => reason);
  };
  const way = (host: string, number: number) => ({
    host,
    shell: { name: host, destination: `root@192.0.2.${number}`, port: 22 },
  });
  const made = { host: "web-1", machine: "17" };
  const unknown = { machine: unknownValue, shell: unknownValue as unknown as VolumeInputs["shell"] };
  const there = { Driver: "local", Options: null, Labels: null };

  it("is refused on another host, whether that is there or is to be made, unless the program says what of it", async () => {
    const leaves = [
      `Postgres "db": server leaves web-1, but the volume ${name} would stay there, and what comes instead would begin without its data; write data: "move" to take a copy along, or data: "leave" to begin empty; both keep what is on web-1 (npx sextant docs checks#data-kept).`,
    ];
    expect(await refused({}, way("db-1", 201))).toEqual(leaves);
    expect(await refused(made, { ...way("db-1", 201), machine: "18" })).toEqual(leaves);
    expect(await refused(made, { ...unknown, host: "db-1" })).toEqual(leaves);
    for (const data of ["leave", "move", "discard"] as const)
      expect(await refused({}, { ...way("db-1", 201), data })).toEqual([]);
  });

  it("is none where the host is only called or reached otherwise", async () => {
    expect(await refused({}, { host: "renamed", shell: elsewhere({ name: "renamed" }) })).toEqual([]);
    expect(await refused(made, { ...way("renamed", 201), machine: "17" })).toEqual([]);
    expect(await volumeProvider.check?.({} as VolumeInputs, inputs)).toEqual({ inputs, failures: [] });
    expect(docker.requests).toEqual([]);
    docker.volumes.set(name, there);
    expect(await refused({}, { shell: elsewhere({ port: 2222 }) })).toEqual([]);
  });

  it("is refused where the server is to be replaced and still has it, and only discard allows that", async () => {
    expect(await refused(made, unknown)).toEqual([]);
    docker.volumes.set(name, there);
    const goes = [
      `Postgres "db": web-1 is to be replaced by another machine, but the volume ${name} would go with the old one and all its data; take back what replaces the server, or copy the data elsewhere first and write data: "discard" (npx sextant docs checks#data-kept).`,
    ];
    expect(await refused(made, unknown)).toEqual(goes);
    for (const data of ["leave", "move"] as const)
      expect(await refused(made, { ...unknown, data })).toEqual(goes);
    expect(await refused(made, { ...unknown, data: "discard" })).toEqual([]);
    // In the update itself the new machine is known, and the old one may be gone.
    expect(await refused(made, { machine: "18" })).toEqual([]);
    expect(
      await volumeProvider.diff?.("x", { ...inputs, ...made }, { ...inputs, ...made, ...unknown }),
    ).toEqual({
      changes: true,
      replaces: ["machine"],
    });
  });

  it("holds nobody up when the server is lost", async () => {
    expect(await refused({ ...made, ...way("web-1", 250) }, unknown)).toEqual([]);
  });

  it("is looked for at another address of an existing server", async () => {
    const other = await hosts.host("web-1", (at += 1));
    expect(await refused({}, { shell: other.shell })).toEqual([
      `Postgres "db": web-1 has another address, but the volume ${name} is not on the machine that answers there; give the address of the machine that has its data, or write data: "leave" to begin empty (npx sextant docs checks#data-kept).`,
    ]);
    expect(await refused({}, { shell: other.shell, data: "leave" })).toEqual([]);
    other.volumes.set(name, there);
    expect(await refused({}, { shell: other.shell })).toEqual([]);
    expect(await refused({}, way("web-1", 251))).toEqual([]);
  });

  it("is refused in words that can be followed where it is Kamal's that was taken up", async () => {
    const kamal = { kamal: "shop-db" };
    expect(await refused(kamal, way("db-1", 201))).toEqual([
      `Postgres "db": server leaves web-1, but the volume ${name} would stay there, and what comes instead would begin without its data; leave it on web-1, and make a second component without takeOver for one that begins without it (npx sextant docs checks#data-kept).`,
    ]);
    const other = await hosts.host("web-1", (at += 1));
    expect(await refused(kamal, { shell: other.shell })).toEqual([
      `Postgres "db": web-1 has another address, but the volume ${name} is not on the machine that answers there; give the address of the machine that has its data (npx sextant docs checks#data-kept).`,
    ]);
  });
});

describe("a volume whose resource goes", () => {
  it("is kept, and said with its owner, without a look at a host that may be gone", async () => {
    docker.volumes.set(name, labelled(owner));
    await remove();
    // Said once in a run.
    await remove({ data: "leave" });
    // As an older version wrote it.
    await volumeProvider.delete?.(name, { shell: docker.shell, name });
    expect(docker.requests).toEqual([]);
    expect(said[0]).toContain(`web-1: the volume ${name} is kept, with its data`);
    expect(said[0]).toContain(`transform: { volume: { name: "${name}", owner: "${owner}" } }`);
    expect(said).toHaveLength(2);
    await remove({ shell: elsewhere({ destination: "root@nowhere" }), machine: "17" });
    expect(said[2]).toContain("is kept, with its data, for as long as the server is there;");
  });

  it("goes with its data once that was asked for; what is gone already is done", async () => {
    for (const label of [owner, undefined]) {
      docker.volumes.set(name, labelled(label));
      await remove({ data: "discard" });
      expect(docker.volumes.size).toBe(0);
    }
    await remove({ data: "discard" });
    expect(said).toEqual([]);
  });

  it("is left where something uses it, where it is another's, and where this run has taken it anew", async () => {
    docker.volumes.set(name, labelled(owner));
    docker.users = [{ name: "shop-prod-db", volumes: [name], state: "exited" }];
    await remove({ data: "discard" });
    expect(said.join()).toContain(`the volume ${name} is not deleted, since shop-prod-db there uses it`);
    expect(said.join()).not.toContain("docker rm");
    docker.users = [];
    docker.volumes.set(name, labelled("other/prod/accessory/db/data"));
    await remove({ data: "discard" });
    expect(said[1]).toContain("since it belongs to other/prod/accessory/db/data");
    docker.volumes.set(name, labelled(owner));
    await create({ data: "discard" });
    await remove({ data: "discard" });
    expect([...docker.volumes.keys()]).toEqual([name]);
  });

  it("goes when its last container, which is just going, is gone", async () => {
    docker.volumes.set(name, labelled(owner));
    docker.users = [{ name: "shop-prod-db", volumes: [name], state: "removing" }];
    docker.before = () => {
      if (docker.requests.filter((request) => request.startsWith("DELETE")).length === 3) docker.users = [];
    };
    await remove({ data: "discard" });
    expect(docker.volumes.size).toBe(0);
  });
});

describe("a directory of the host", () => {
  const directory = (): string => `${hosts.directory}/shop-db/data`;

  it("is taken where it is there, is not made where it is not, and is never deleted", async () => {
    await expect(create({ name: directory() })).rejects.toThrow(
      `there is no ${directory()}, where the data is to lie, and an empty one is not made in its place`,
    );
    mkdirSync(directory(), { recursive: true });
    expect(await create({ name: directory() })).toMatchObject({ id: directory() });
    forgetStanding();
    await volumeProvider.delete?.(directory(), { ...inputs, name: directory(), data: "discard" });
    expect(existsSync(directory())).toBe(true);
  });
});
