import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatRefusal, libcOf, majorOf, type DataFormat } from "../../../../provider/docker/data-format";
import { volumeProvider, type VolumeInputs } from "../../../../provider/docker/volume";
import { unknownValue } from "../../../../provider/data/place";
import { DockerHosts, type FakeDocker } from "./docker-hosts";

describe("the major version of a tag", () => {
  it.each([
    ["15", 15],
    ["18", 18],
    ["17.6", 17],
    ["17-alpine", 17],
    ["16.10-alpine3.22", 16],
    ["18.1-trixie", 18],
    ["pg18", 18],
    ["pg17-trixie", 17],
    ["0.8.1-pg18-trixie", 18],
    ["2.22.1-pg17", 17],
    ["18-3.6", 18],
    ["17-3.5-alpine", 17],
    ["17@sha256:0123", 17],
  ])("%s is %i", (tag, major) => {
    expect(majorOf(tag)).toBe(major);
  });

  it.each(["latest", "0.8.1", "2.17.2", "nightly-build", "", "9f2c1ab", "150", "sha256:0123"])(
    "%s has none",
    (tag) => {
      expect(majorOf(tag)).toBeUndefined();
    },
  );
});

describe("the C library of a tag", () => {
  it("is musl where it says alpine", () => {
    expect(["17-bookworm", "17-alpine3.22", "latest-pg17"].map(libcOf)).toEqual(["glibc", "musl", "glibc"]);
  });
});

const subject = { label: 'Postgres "db"', volume: "v" };
const plain: DataFormat = { image: "postgres:17", major: 17, libc: "glibc", user: "app", database: "app" };

describe("data of another format", () => {
  const libc = fc.constantFrom("glibc" as const, "musl" as const);
  const name = fc.constantFrom("app", "shop");
  const major = fc.integer({ min: 9, max: 12 });
  const format = fc.record({ image: fc.constant("postgres"), major, libc, user: name, database: name });
  const found = fc.array(fc.record({ major, libc }, { requiredKeys: ["major"] }));

  it("is refused exactly where the volume holds what the new server does not read, sort or know", () => {
    fc.assert(
      fc.property(
        fc.option(format, { nil: undefined }),
        format,
        fc.option(found, { nil: undefined }),
        (old, wanted, seen) => {
          const refused = formatRefusal(subject, old ?? {}, wanted, seen) !== undefined;
          const holds = seen ?? (old === undefined ? [] : [{ major: old.major }]);
          const read = holds.find((each) => each.major === wanted.major);
          const sorted = (read !== undefined && "libc" in read ? read.libc : old?.libc) ?? wanted.libc;
          const known = old === undefined || (old.user === wanted.user && old.database === wanted.database);
          expect(refused).toBe(holds.length > 0 && !(read !== undefined && sorted === wanted.libc && known));
        },
      ),
    );
  });

  it("is named with a cure that keeps it", () => {
    expect(formatRefusal(subject, plain, { ...plain, libc: "musl" }, [{ major: 17 }])).toBe(
      'Postgres "db": version changes the C library from glibc to musl, but the indexes in the volume v are sorted by glibc and would be wrong without an error; stay with a tag without alpine, say libc: "glibc" if the image has it all the same, or make a second Postgres beside it, copy the data there with npx sextant copy-data, and give the app its url (npx sextant docs checks#data-format).',
    );
    expect(formatRefusal(subject, plain, { ...plain, database: "shop" }, [{ major: 17 }])).toBe(
      'Postgres "db": database changes from app to shop, but PostgreSQL makes it with an empty volume only, and the volume v holds data; leave database at app and make another one there with CREATE DATABASE, or make a second Postgres with database "shop" beside it, copy the data there with npx sextant copy-data, and give the app its url (npx sextant docs checks#data-format).',
    );
  });

  it("is none where a directory of each major version is in the volume", () => {
    const both = [{ major: 17 }, { major: 18 }];
    for (const wanted of [17, 18])
      expect(formatRefusal(subject, plain, { ...plain, major: wanted }, both)).toBeUndefined();
  });
});

describe("a volume that is given to a server program", () => {
  let hosts: DockerHosts;
  let docker: FakeDocker;
  let at = 160;
  const name = "shop-prod-db-data";

  beforeEach(async () => {
    hosts = new DockerHosts();
    docker = await hosts.host("web-1", (at += 1));
    vi.stubEnv("PATH", `${hosts.directory}:${process.env["PATH"] ?? ""}`);
    vi.stubEnv("HOME", hosts.directory);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    hosts.remove();
  });

  /** Puts a database into the volume on a host, as an image whose server runs as a user. */
  function holds(host: FakeDocker, path: string, major: number, user?: number): void {
    const directory = join(hosts.place(host, name), path);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "PG_VERSION"), `${major}\n`);
    if (user !== undefined) hosts.breaks(host, "stat", `echo ${user}`);
  }
  const volume = (change: Partial<VolumeInputs> = {}): VolumeInputs => ({
    ...{ shell: docker.shell, host: "web-1", label: 'Postgres "db"', name, data: "keep", format: plain },
    ...change,
  });
  const refused = async (olds: Partial<VolumeInputs>, news: VolumeInputs): Promise<string[]> =>
    ((await volumeProvider.check?.(olds, news))?.failures ?? []).map(({ reason }) => reason);
  const reads = (major: number): string =>
    `asks for PostgreSQL ${major}, but the volume ${name} holds data of`;
  const old = (major: number): VolumeInputs => volume({ format: { ...plain, major } });

  it.each([
    ["up to 17", "."],
    ["from 18 on", "18/docker"],
    ["in a directory of its own", "pgdata"],
  ])("is refused where it held data before the component was there: as %s", async (_, path) => {
    holds(docker, path, 15);
    expect(await refused({}, volume())).toEqual([expect.stringContaining(reads(17))]);
    expect(await refused({}, old(15))).toEqual([]);
  });

  it("is taken where it is empty, or holds what is none of PostgreSQL's", async () => {
    expect(await refused({}, volume())).toEqual([]);
    expect(await refused(old(15), volume())).toEqual([]);
    mkdirSync(join(hosts.place(docker, name), "base"), { recursive: true });
    expect(await refused({}, volume())).toEqual([]);
    expect(await refused({}, volume({ format: undefined }))).toEqual([]);
  });

  it("is looked at where it was, when it is moved with another version, and where it will be, when not", async () => {
    const there = await hosts.host("db-1", (at += 1));
    const moved = (data: VolumeInputs["data"], format = plain): VolumeInputs =>
      volume({ shell: there.shell, host: "db-1", data, format });
    holds(docker, ".", 15);
    expect(await refused(old(15), moved("move"))).toEqual([expect.stringContaining(reads(17))]);
    expect(await refused(old(15), moved("leave"))).toEqual([]);
    expect(await refused(old(15), moved("move", { ...plain, major: 15 }))).toEqual([]);
    holds(there, ".", 14);
    expect(await refused(old(15), moved("leave"))).toEqual([expect.stringContaining(reads(17))]);
  });

  it("is looked at behind another address of the machine", async () => {
    const there = await hosts.host("web-1", (at += 1));
    there.volumes.set(name, { Driver: "local", Options: null, Labels: null });
    holds(there, ".", 15);
    expect(await refused(old(15), volume({ shell: there.shell }))).toEqual([
      expect.stringContaining(reads(17)),
    ]);
    expect(await refused(old(15), { ...old(15), shell: there.shell })).toEqual([]);
  });

  it("tells the C library by its owner, whatever the tag of the image says", async () => {
    const other = { ...plain, image: "timescale/timescaledb:2-pg17" };
    const sorted = expect.stringContaining("the C library from musl to glibc") as string;
    holds(docker, ".", 17, 70);
    expect(await refused({}, volume())).toEqual([sorted]);
    expect(await refused(volume({ format: other }), volume())).toEqual([sorted]);
    expect(await refused({}, volume({ format: { ...other, libc: "musl" } }))).toEqual([]);
    // Nothing of it is edited, or nothing says that it is.
    expect(await refused(volume(), volume())).toEqual([]);
    expect(await refused(volume({ format: undefined }), volume())).toEqual([]);
    // Such as an image of somebody else's.
    hosts.breaks(docker, "stat", "echo 1001");
    expect(await refused({}, volume())).toEqual([]);
  });

  it("keeps the user and the database that it was made with", async () => {
    const renamed = volume({ format: { ...plain, user: "shop" } });
    expect(await refused(volume(), renamed)).toEqual([]);
    holds(docker, ".", 17);
    expect(await refused(volume(), renamed)).toEqual([
      expect.stringContaining('Postgres "db": user changes from app to shop, but PostgreSQL makes it'),
    ]);
  });

  it("is judged by what Pulumi knows where nobody answers", async () => {
    const shell = { ...docker.shell, destination: "root@192.0.2.250" };
    expect(await refused({ ...old(15), shell }, volume({ shell }))).toEqual([
      expect.stringContaining(reads(17)),
    ]);
    expect(await refused({}, volume({ shell }))).toEqual([]);
    const unknown = volume({ shell: unknownValue as unknown as VolumeInputs["shell"] });
    expect(await refused({}, unknown)).toEqual([]);
  });
});
