/** What is said of an accessory of Kamal's, and what of it would be out of sight: pure. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../provider/data/place";
import {
  isAccessoryOf,
  otherwise,
  placesOf,
  placeWord,
  takenFrom,
  type SeenMount,
} from "../../../provider/kamal/accessory";

const path = fc.stringMatching(/^\/[a-z]{1,6}(\/[a-z]{1,6})?$/);
const bind = (Destination: string): SeenMount => ({
  ...{ Type: "bind", Source: `/root/shop-db${Destination}`, Destination, RW: true },
});

describe("where its data lies", () => {
  it("is known for each volume of the program, or the accessory is not taken up", () => {
    fc.assert(
      fc.property(fc.uniqueArray(path), fc.uniqueArray(path), (there, wanted) => {
        const volumes = Object.fromEntries(wanted.map((each, at) => [`v${at}`, each]));
        const found = takenFrom({ volumes, files: [] }, there.map(bind));
        const same =
          new Set(there).size === new Set(wanted).size && wanted.every((each) => there.includes(each));
        if (!same) return "rule" in found;
        const sources = wanted.map((each, at) => [`v${at}`, { source: `/root/shop-db${each}` }]);
        expect(found).toEqual({ taken: Object.fromEntries(sources) });
        return true;
      }),
    );
  });

  it("may be a volume without a name, and is read-only where it was", () => {
    const name = "a".repeat(64);
    const mounts = [
      { Type: "volume", Name: name, Source: "/d", Destination: "/data/" },
      { Type: "volume", Name: "shop", Source: "/e", Destination: "/shop", RW: false },
      { Type: "tmpfs", Source: "", Destination: "/tmp" },
    ];
    expect(takenFrom({ volumes: { data: "/data", shop: "/shop" }, files: [] }, mounts)).toEqual({
      taken: { data: { source: name }, shop: { source: "shop", readOnly: true } },
    });
    // What only the image names is found again by its own name.
    expect(takenFrom({ volumes: { shop: "/shop" }, files: [] }, mounts)).toHaveProperty("taken");
    expect(placeWord(name)).toBe("the volume without a name aaaaaaaaaaaa…");
  });

  it("may lie in a path of the host that the program mounts itself, if that is the same one", () => {
    const there = [{ ...bind("/data"), Source: "/srv/pg" }];
    expect(takenFrom({ volumes: {}, files: [], paths: { "/data/": "/srv/pg" } }, there)).toEqual({
      taken: {},
    });
    // A further one comes with an edit.
    const more = { "/data": "/srv/pg", "/more": "/srv/more" };
    expect(takenFrom({ volumes: {}, files: [], paths: more }, there)).toEqual({ taken: {} });
    expect(takenFrom({ volumes: {}, files: [], paths: { "/data": "/srv/other" } }, there)).toEqual({
      rule: "it has /srv/pg mounted at /data, where the program has /srv/other, and a later edit would make it without",
      cure: 'write { data: "/data" } in volumes in place of /srv/other',
    });
  });

  it("may lie beside files that the program writes", () => {
    expect(takenFrom({ volumes: {}, files: ["/etc/my.cnf"] }, [bind("/etc/my.cnf")])).toEqual({ taken: {} });
  });
});

describe("what is otherwise in the program", () => {
  const there = {
    Config: {
      Image: "docker.io/library/postgres:17",
      Labels: null,
      Env: ["A=1", "B=x=y"],
      Cmd: ["postgres"],
    },
    HostConfig: {
      ShmSize: 64 * 1024 ** 2,
      PortBindings: { "5432/tcp": [{ HostIp: "0.0.0.0", HostPort: "5432" }] },
    },
  };
  const same = {
    ...{ image: "postgres:17", command: ["postgres"], env: { A: "1" }, secrets: { B: "x=y" }, shm: 64 },
    ports: [{ internal: 5432, external: 5432 }],
  };

  it("is nothing where all is the same", () => {
    expect(otherwise(there, same)).toEqual([]);
    expect(otherwise(there, { image: "postgres:17", ports: same.ports })).toEqual([]);
  });

  it("is nothing of what is known only later", () => {
    const later = unknownValue as never;
    for (const more of [
      { env: later },
      { secrets: { B: unknownValue } },
      { ports: later },
      { ports: [{ internal: 5432, external: 5432, ip: unknownValue }] },
      { command: later },
    ])
      expect(otherwise(there, { ...same, ...more })).toEqual([]);
    expect(placesOf({ volumes: later })).toBe("with its data where it lies");
  });

  it("is named, and no value of a variable is", () => {
    const others = {
      ...same,
      image: "postgres:18",
      command: ["x"],
      env: { A: "canary" },
      secrets: { C: "canary" },
    };
    const loopback = { internal: 5432, external: 5433, ip: "127.0.0.1" };
    const said = otherwise(there, { ...others, shm: 256, ports: [loopback], firstEnvs: ["B"] });
    expect(said).toEqual([
      "the image (docker.io/library/postgres:17 there, postgres:18 here)",
      "the command",
      "the variables A, C",
      "the published ports (5432:5432 there, 127.0.0.1:5433:5432 here)",
      "the size of /dev/shm",
    ]);
    expect(said.join()).not.toContain("canary");
  });
});

it("is Kamal's by its label, where it has none of this library's and no role", () => {
  const of = (labels: Record<string, string> | null) =>
    isAccessoryOf("shop-db", { Config: { Labels: labels } });
  expect(of({ service: "shop-db" })).toBe(true);
  expect(of({ service: "shop-db", "sextant.of-the-image": "x" })).toBe(true);
  expect(of({ service: "shop-db", "sextant.owner": "x" })).toBe(false);
  expect(of({ service: "shop-db", role: "web" })).toBe(false);
  expect(of({ service: "shop-web" })).toBe(false);
  expect(of(null)).toBe(false);
});
