/** Names that stay, and edits that are refused since data would be left behind: the real provider, with hosts that answer or do not. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dataProvider, type DataInputs } from "../../../../provider/data/data";
import type { DataPlace } from "../../../../provider/data/left-behind";
import { relation, unknownValue } from "../../../../provider/data/place";
import { forget } from "../../../../provider/gone";
import { pace } from "../../../../provider/ssh/connections";
import type { SshAddress } from "../../../../provider/ssh/address";
import { DockerHosts, type FakeDocker } from "../docker/docker-hosts";

let hosts: DockerHosts;
let docker: FakeDocker;
let at = 100;

beforeEach(async () => {
  hosts = new DockerHosts();
  docker = await hosts.host("web-1", (at += 1));
  pace.second = 10;
  vi.stubEnv("PATH", `${hosts.directory}:${process.env["PATH"] ?? ""}`);
  vi.stubEnv("HOME", hosts.directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  pace.second = 1000;
  hosts.remove();
});

const way = (name: string, number: number): SshAddress => ({
  name,
  destination: `root@192.0.2.${number}`,
  port: 22,
});
const place = (host: string, number: number, machine?: string, volume = "data"): DataPlace => ({
  volume,
  host,
  shell: way(host, number),
  ...(machine === undefined ? {} : { machine }),
});
const inputs = (...places: DataPlace[]): DataInputs => ({
  label: 'Postgres "db"',
  argument: "server",
  name: "shop-prod-db",
  owner: "shop/prod/accessory/db",
  data: "keep",
  places,
});
const check = async (olds: Partial<DataInputs>, news: DataInputs) => {
  const checked = await dataProvider.check?.(olds as DataInputs, news);
  return { inputs: checked?.inputs, refused: checked?.failures?.map(({ reason }) => reason) ?? [] };
};
const unknown = unknownValue as unknown as SshAddress;
describe("where data is", () => {
  it("is the same place for whoever logs in there", () => {
    const as = (user: string, number: number): DataPlace => ({
      ...place("web-1", number),
      shell: { ...way("web-1", number), destination: `${user}@192.0.2.${number}` },
    });
    expect(relation(as("root", 1), as("ubuntu", 1))).toBe("same");
    expect(relation(as("root", 1), as("ubuntu", 2))).toBe("readdressed");
  });
});

describe("a host of another name whose key has not been seen yet", () => {
  const of = (name: string, number: number): DataPlace => {
    const { destination, port } = way(name, number);
    return { volume: "data", host: name, shell: unknown, way: { destination, port } };
  };

  it("is the machine of before by its address, and another one by another", async () => {
    const olds = inputs(place("web-1", 1));
    expect((await check(olds, inputs(of("web-b", 1)))).refused).toEqual([]);
    expect((await check(olds, inputs(of("web-b", 2)))).refused).toEqual([
      expect.stringContaining("leaves web-1, but the volume shop-prod-db-data would stay there"),
    ]);
    // At another address by the same name, nobody can be asked who answers.
    expect((await check(olds, inputs(of("web-1", 2)))).refused).toEqual([]);
  });

  it("is in the state by how it is reached alone, once that is known", async () => {
    const known = place("web-b", 1);
    const { destination, port } = known.shell;
    const given = {
      ...inputs({ ...known, way: { destination, port } }),
      unnamed: { ...known, way: known.shell },
    };
    const { volume: _, ...unnamed } = known;
    expect((await check({}, given)).inputs).toEqual({
      ...inputs(known),
      unnamed: { ...unnamed, volume: "data" },
    });
  });
});

describe("what data is called", () => {
  it("stays as it was first, through renames of component, stack and project", async () => {
    const first = inputs(place("web-1", 1));
    expect((await check({}, first)).inputs).toEqual(first);
    const renamed = { ...first, name: "shop-prod2-postgres", owner: "shop/prod2/accessory/postgres" };
    const kept = (await check(first, renamed)).inputs as DataInputs;
    expect(kept).toEqual(first);
    expect((await check(kept, { ...renamed, name: "a-b-c" })).inputs).toEqual(first);
    expect(await dataProvider.diff?.("x", first, kept)).toMatchObject({ changes: false });
  });
});

describe("what only the image of an accessory names", () => {
  const named = "shop-prod-db-image-data-db";
  const state = (data: DataInputs["data"]): DataInputs => ({
    ...inputs(),
    unnamed: { ...place("web-1", 1), shell: docker.shell },
    data,
  });

  it("is kept and said when the component goes, or deleted where the program says so", async () => {
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    docker.volumes.set(named, { Driver: "local", Options: null, Labels: null });
    await dataProvider.delete?.("x", state("keep"));
    expect(said.mock.calls.flat()).toEqual([
      expect.stringContaining(`web-1: the volume ${named} is kept, with its data`),
    ]);
    said.mockRestore();
    await dataProvider.delete?.("x", state("discard"));
    expect(docker.volumes.size).toBe(0);
    await dataProvider.delete?.("x", inputs());
  });
});

describe("what only the image of an app's role names", () => {
  const owner = "shop/prod/app/shop";
  const labelled = (label: string) => ({
    Driver: "local",
    Options: null,
    Labels: { "sextant.owner": label },
  });
  const app = (...ofImages: DataPlace[]): DataInputs => ({
    ...inputs(),
    ...{ label: 'App "shop"', argument: "roles", name: "shop-prod-shop", owner, ofImages },
  });
  const at = (volume: string, host = "web-1"): DataPlace => ({
    ...place(host, 1, undefined, volume),
    shell: host === "web-1" ? docker.shell : way(host, 9),
  });
  const volume = "shop-prod-shop-web-image-data";

  beforeEach(() => {
    forget();
    docker.volumes.set(volume, labelled(`${owner}/web-image-data`));
    // An accessory that is called shop-web, and what another role has.
    docker.volumes.set("shop-prod-shop-job-image-data", labelled("shop/prod/accessory/shop-job/image-data"));
  });

  it("is kept and said when the app goes, on all hosts that it was given last", async () => {
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await dataProvider.delete?.("x", app(), app(at("web-image"), at("job-image")));
    expect(said.mock.calls.flat()).toEqual([
      expect.stringContaining(`web-1: the volume ${volume} is kept, with its data`),
    ]);
    expect(said.mock.calls.flat()[0]).toContain(`owner: "${owner}/web-image-data"`);
    said.mockRestore();
    await dataProvider.delete?.("x", { ...app(at("web-image"), at("job-image")), data: "discard" });
    expect([...docker.volumes.keys()]).toEqual(["shop-prod-shop-job-image-data"]);
  });

  it("is refused of a host that the role leaves, unless the program says that it stays; then it is named", async () => {
    const left = app(at("web-image", "web-2"));
    expect((await check(app(at("web-image")), left)).refused).toEqual([
      expect.stringContaining(`App "shop": roles leaves web-1, but the volume ${volume} would stay there`),
    ]);
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    expect((await check(app(at("web-image")), { ...left, data: "leave" })).refused).toEqual([]);
    expect(said.mock.calls.flat()).toEqual([expect.stringContaining(`the volume ${volume} is kept`)]);
    said.mockRestore();
  });

  it("is named where the role is taken out, and asked for nowhere while roles stay where they are", async () => {
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    expect((await check(app(at("web-image")), app(at("job-image")))).refused).toEqual([]);
    expect(said.mock.calls.flat()).toEqual([expect.stringContaining(`the volume ${volume} is kept`)]);
    said.mockRestore();
    docker.requests.length = 0;
    expect(
      (await check(app(at("web-image")), app(at("web-image"), at("web-image", "web-2")))).refused,
    ).toEqual([]);
    expect(docker.requests).toEqual([]);
    expect(await dataProvider.diff?.("x", app(at("web-image")), app())).toMatchObject({ changes: false });
  });
});

describe("data in a path of a host", () => {
  const on = (place: DataPlace): DataInputs => ({
    ...inputs(),
    ...{ label: 'Accessory "search"', places: [place], unnamed: { ...place } },
  });
  const path = (): string => `${hosts.directory}/srv/data`;
  const there = (machine?: string): DataPlace => ({
    ...place("web-1", 1, machine, path()),
    ...{ called: path(), shell: docker.shell },
  });

  beforeEach(() => {
    forget();
  });

  it("stays where it is, so that another server is refused, and cannot be taken along", async () => {
    const left = on({ ...place("web-2", 2, undefined, path()), called: path() });
    expect((await check(on(there()), left)).refused).toEqual([
      `Accessory "search": server leaves web-1, but the path ${path()} would stay there, and what comes instead would begin without its data; copy over what is needed first, then write data: "leave", which keeps what is on web-1; of a dead server, say gone: true (npx sextant docs checks#data-kept).`,
    ]);
    expect((await check(on(there()), { ...left, data: "leave" })).refused).toEqual([]);
  });

  it("goes with a machine that is replaced, which is refused where something is in it", async () => {
    const replaced = on(there(unknownValue));
    const refused = async () => (await check(on(there("17")), replaced)).refused;
    expect(await refused()).toEqual([]);
    mkdirSync(path(), { recursive: true });
    expect(await refused()).toEqual([]);
    writeFileSync(`${path()}/.kept`, "here");
    expect(await refused()).toEqual([
      expect.stringContaining(`web-1 is to be replaced by another machine, but the path ${path()} would go`),
    ]);
  });

  it("is kept and said when the component goes, whatever the program says", async () => {
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    mkdirSync(path(), { recursive: true });
    await dataProvider.delete?.("x", { ...on(there()), data: "discard" });
    expect(said.mock.calls.flat()).toEqual([
      expect.stringContaining(
        `web-1: ${path()} is kept, with what is in it; a component that mounts it again`,
      ),
    ]);
    said.mockRestore();
    expect(existsSync(path())).toBe(true);
  });
});

describe("data that an edit would leave behind", () => {
  const app = { label: 'App "shop"', argument: "roles", name: "shop-prod-shop" };
  const on = (...numbers: number[]) => ({ ...inputs(...numbers.map((n) => place(`web-${n}`, n))), ...app });

  it("is refused of each host that a role is taken off, unless the program says that it stays there", async () => {
    expect((await check(on(1), on(1, 2))).refused).toEqual([]);
    expect((await check(on(1, 2, 3), on(3))).refused).toEqual([
      'App "shop": roles leaves web-1 and web-2, but the volume shop-prod-shop-data would stay there, and what comes instead would begin without its data; copy over what is needed first, then write data: "leave", which keeps what is on web-1 and web-2; of a dead server, say gone: true (npx sextant docs checks#data-kept).',
    ]);
    for (const data of ["leave", "discard"] as const)
      expect((await check(on(1, 2, 3), { ...on(3), data })).refused).toEqual([]);
    const made = { ...on(), places: [{ ...place("web-2", 2, unknownValue), shell: unknown }] };
    expect((await check(on(1), made)).refused).toHaveLength(1);
  });

  it("is given up on a host that is gone, and on no other", async () => {
    vi.stubEnv("SEXTANT_GONE", "web-2");
    const [one, two, three] = [place("web-1", 1), place("web-2", 2), place("web-3", 3)];
    expect((await check(inputs(one, two), inputs(one))).refused).toEqual([]);
    expect((await check(inputs(one, two, three), inputs(one))).refused[0]).toContain("leaves web-3,");
  });

  it("is nothing that is taken out, and nothing of a host that is only called or reached otherwise", async () => {
    const before = inputs(place("web-1", 1), place("web-1", 1, undefined, "more"));
    for (const after of [
      inputs(place("web-1", 1)),
      inputs(),
      inputs(place("app-1", 1), place("web-1", 9, undefined, "more")),
    ])
      expect((await check(before, after)).refused).toEqual([]);
    const made = inputs(place("web-1", 1, "17"));
    expect((await check(made, inputs(place("app-1", 1, "17")))).refused).toEqual([]);
  });

  it("is refused of an accessory that is given another host, with what takes it along", async () => {
    const on = (host: string, at: number): DataInputs => ({
      ...inputs(place(host, at)),
      unnamed: place(host, at),
    });
    expect((await check(on("web-1", 1), on("db-1", 2))).refused).toEqual([
      'Postgres "db": server leaves web-1, but the volume shop-prod-db-data would stay there, and what comes instead would begin without its data; write data: "move" to take a copy along, or data: "leave" to begin empty; both keep what is on web-1 (npx sextant docs checks#data-kept).',
    ]);
    for (const data of ["leave", "move", "discard"] as const)
      expect((await check(on("web-1", 1), { ...on("db-1", 2), data })).refused).toEqual([]);
  });

  describe("by a server that is to be replaced", () => {
    const there = { Driver: "local", Options: null, Labels: null };
    const before = (called?: string): DataInputs =>
      inputs({
        ...place("web-1", 1, "17"),
        shell: docker.shell,
        ...(called === undefined ? {} : { called }),
      });
    const replaced: DataInputs = {
      ...inputs({ ...place("web-1", 1, unknownValue), shell: unknown }),
      ...app,
    };
    const goes = (volume: string): string[] => [
      `App "shop": web-1 is to be replaced by another machine, but the volume ${volume} would go with the old one and all its data; take back what replaces the server, or copy the data elsewhere first and write data: "discard" (npx sextant docs checks#data-kept).`,
    ];

    it("is refused while the old machine has it, and only discard allows that", async () => {
      expect((await check(before(), replaced)).refused).toEqual([]);
      docker.volumes.set("shop-prod-db-data", there);
      // The name is the first one, whatever the component is called by now.
      for (const data of ["keep", "leave", "move"] as const)
        expect((await check(before(), { ...replaced, data })).refused).toEqual(goes("shop-prod-db-data"));
      expect((await check(before(), { ...replaced, data: "discard" })).refused).toEqual([]);
      // In the update itself the new machine is known, and the old one may be gone.
      expect((await check(before(), { ...replaced, places: [place("web-1", 1, "18")] })).refused).toEqual([]);
    });

    it("is refused by the name that a transform gave it", async () => {
      docker.volumes.set("shop-prod-db-data", there);
      expect((await check(before("kamal-db"), replaced)).refused).toEqual([]);
      docker.volumes.set("kamal-db", there);
      expect((await check(before("kamal-db"), replaced)).refused).toEqual(goes("kamal-db"));
    });

    it("is refused also where it is taken out in the same edit: what is taken out is kept, too", async () => {
      docker.volumes.set("shop-prod-db-data", there);
      const other = { ...place("web-1", 1, unknownValue, "more"), shell: unknown };
      expect((await check(before(), { ...replaced, places: [other] })).refused).toHaveLength(1);
      const unnamed = { ...replaced, places: [], unnamed: other };
      expect((await check(before(), unnamed)).refused).toHaveLength(1);
    });

    it("holds nobody up where the machine is lost or is said to be gone", async () => {
      expect((await check(inputs(place("web-1", 250, "17")), replaced)).refused).toEqual([]);
      docker.volumes.set("shop-prod-db-data", there);
      vi.stubEnv("SEXTANT_GONE", "web-1");
      expect((await check(before(), replaced)).refused).toEqual([]);
    });
  });

  it("is also what only the image of an accessory names", async () => {
    const at = (unnamed: Omit<DataPlace, "volume">): DataInputs => ({ ...inputs(), unnamed });
    const before = at({ ...place("web-1", 1, "17"), shell: docker.shell });
    const moved = at(place("db-1", 2, "18"));
    const replaced = at({ ...place("web-1", 1, unknownValue), shell: unknown });
    for (const after of [moved, replaced]) expect((await check(before, after)).refused).toEqual([]);
    docker.volumes.set("shop-prod-db-image-data-db", { Driver: "local", Options: null, Labels: null });
    docker.volumes.set("other-shop-prod-db-image-x", { Driver: "local", Options: null, Labels: null });
    for (const [after, words] of [
      [moved, "server leaves web-1, but the volume shop-prod-db-image-data-db would stay there"],
      [
        replaced,
        "web-1 is to be replaced by another machine, but the volume shop-prod-db-image-data-db would go",
      ],
    ] as const)
      expect((await check(before, after)).refused).toEqual([expect.stringContaining(words)]);
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    expect((await check(before, { ...moved, data: "leave" })).refused).toEqual([]);
    expect(said.mock.calls.flat()).toEqual([expect.stringContaining("shop-prod-db-image-data-db is kept")]);
    said.mockRestore();
    // Only volumes that the program names are taken along.
    expect((await check(before, { ...moved, data: "move" })).refused).toHaveLength(1);
    expect((await check(before, { ...replaced, data: "discard" })).refused).toEqual([]);
    expect((await check(before, before)).refused).toEqual([]);
    // In the update itself the new machine is known, and the old one may be gone.
    expect((await check(before, at(place("web-1", 1, "18")))).refused).toEqual([]);
  });
});
