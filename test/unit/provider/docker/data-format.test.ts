import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containerProvider, type ContainerState } from "../../../../provider/docker/container";
import { formatOf, formatRefusal, libcOf, majorOf } from "../../../../provider/docker/data-format";

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

  it("is read from a whole reference, too", () => {
    const volume = "data";
    expect(formatOf("postgres:15", volume)).toEqual({ major: 15, libc: "glibc", volume });
    expect(formatOf("10.0.0.2:5000/pg/postgres:17-alpine", volume)).toEqual({
      major: 17,
      libc: "musl",
      volume,
    });
    expect(formatOf("getmeili/meilisearch:v1.11", volume)).toBeUndefined();
    expect(libcOf("17-bookworm")).toBe("glibc");
  });
});

describe("data of another format", () => {
  const major = fc.integer({ min: 9, max: 99 });
  const format = fc.record({
    major,
    libc: fc.constantFrom("glibc" as const, "musl" as const),
    volume: fc.constantFrom("a", "b"),
  });

  it("is refused exactly where the volume holds what the new server does not read", () => {
    fc.assert(
      fc.property(format, format, fc.option(fc.array(major), { nil: undefined }), (old, wanted, found) => {
        const refused = formatRefusal("Postgres", old, wanted, found) !== undefined;
        const holds = found ?? [old.major];
        const unread = holds.some((each) => each !== wanted.major);
        const sorted = holds.length > 0 && old.libc !== wanted.libc;
        expect(refused).toBe(old.volume === wanted.volume && (unread || sorted));
      }),
    );
  });

  it("is named with a cure that keeps it", () => {
    const data = { libc: "glibc", volume: "v" } as const;
    expect(
      formatRefusal('Postgres "db"', { major: 17, ...data }, { ...data, major: 17, libc: "musl" }, [17]),
    ).toBe(
      'Postgres "db": version changes the C library from glibc to musl, but the indexes in the volume v are sorted by glibc and would be wrong without an error; stay with a tag without alpine, or make a second Postgres beside it, copy the data there with pg_dump and psql, and give the app its url (npx sextant docs checks#data-format).',
    );
  });
});

describe("the check of a container", () => {
  // Nobody answers there, so that what Pulumi knows counts.
  const shell = { name: "web-1", destination: "root@127.0.0.1", port: 1 };
  const container: ContainerState = {
    shell,
    name: "shop-db",
    hostname: "db",
    image: "postgres:15",
    network: { name: "sextant", id: "a1" },
    volumes: [{ volumeName: "shop-db-data", containerPath: "/var/lib/postgresql/data" }],
    stopped: false,
  };
  const wanted = (major: number, change: Partial<ContainerState> = {}): ContainerState => ({
    ...container,
    dataFormat: { major, libc: "glibc", volume: "shop-db-data" },
    ...change,
  });
  const failures = async (olds: object, news: ContainerState): Promise<string[]> =>
    ((await containerProvider.check?.(olds as ContainerState, news))?.failures ?? []).map(
      ({ reason }) => reason,
    );

  it("refuses another major version, also of a container that was made before formats were kept", async () => {
    expect(await failures(container, wanted(16))).toEqual([
      expect.stringContaining(
        'Postgres "db": version asks for PostgreSQL 16, but the volume shop-db-data holds data of',
      ),
    ]);
    expect(await failures(wanted(15), wanted(16))).toHaveLength(1);
  });

  it("has nothing against a first one, the same one, another machine or another volume", async () => {
    expect(await failures({}, wanted(16))).toEqual([]);
    expect(await failures(container, wanted(15))).toEqual([]);
    expect(
      await failures(wanted(15), wanted(16, { shell: { ...shell, destination: "root@192.0.2.9" } })),
    ).toEqual([]);
    expect(
      await failures(wanted(15), wanted(16, { dataFormat: { major: 16, libc: "glibc", volume: "other" } })),
    ).toEqual([]);
  });
});
