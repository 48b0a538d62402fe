/**
 * A server that is replaced, with data on it and without. The real engine with the real hcloud plugin against the API, by which Pulumi
 * deletes the old server before it makes the new one; machines are directories that a script in the place of `ssh` looks into.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OnDirectories, type Ended } from "./on-directories";
import type { Edit } from "./replaced-server/edit";

const token = "t".repeat(64);
const volumes = { db: "replaced-server-lab-db-data", shop: "replaced-server-lab-shop-files" };
let place: OnDirectories<Edit>;

const textOf = ({ stdout, stderr }: Ended): string => `${stdout}\n${stderr}`;

async function pulumi(args: readonly string[], edit: Partial<Edit>): Promise<{ code: number; text: string }> {
  const ended = await place.pulumi(args, edit);
  return { code: ended.code, text: textOf(ended) };
}

/** Runs what has to succeed. */
const must = async (args: readonly string[], edit?: Partial<Edit>): Promise<string> =>
  textOf(await place.must(args, edit));

const up = (edit: Partial<Edit>, ...flags: string[]): Promise<string> =>
  must(["up", "--yes", ...flags], edit);

interface Named {
  name: string;
}

async function servers(): Promise<{ id: number; name: string; location: string; image: string }[]> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${place.endpoint}/servers`, { headers });
  const { servers: all } = (await response.json()) as {
    servers: { id: number; name: string; location: Named; image: Named }[];
  };
  return all.map(({ id, name, location, image }) => ({
    id,
    name,
    location: location.name,
    image: image.name,
  }));
}

/** The volumes on all machines. */
const onMachines = (): string[] =>
  readdirSync(place.machines)
    .flatMap((machine) => {
      const there = join(place.machines, machine, "volumes");
      return existsSync(there) ? readdirSync(there) : [];
    })
    .sort();

async function serverUrn(): Promise<string> {
  const { deployment } = JSON.parse(await must(["stack", "export"])) as {
    deployment: { resources: { urn: string; type: string }[] };
  };
  return (
    deployment.resources.find(({ type }) => type === "hcloud:index/server:Server")?.urn ??
    expect.fail("there is no server in the state")
  );
}

beforeAll(async () => {
  place = await OnDirectories.start<Edit>("replaced-server", token);
});

afterAll(async () => {
  await place.end();
});

describe.sequential("a server that is replaced", () => {
  test("is another one where nothing has data there, by an edit and by --replace", async () => {
    await up({});
    const [first] = await servers();
    expect(first).toMatchObject({ name: "data-1", location: "fsn1", image: "debian-12" });
    await up({ location: "nbg1" });
    const [second, ...others] = await servers();
    expect([second?.location, others, second?.id === first?.id]).toEqual(["nbg1", [], false]);
    // What counts for the next server is no change of this one.
    const edit = { location: "nbg1", image: "debian-13" };
    await must(["preview", "--expect-no-changes"], edit);
    await up(edit, "--replace", await serverUrn());
    const [third, ...more] = await servers();
    expect([third?.name, third?.image, more]).toEqual(["data-1", "debian-13", []]);
    expect(third?.id).not.toBe(second?.id);
    expect((await must(["stack", "output", "id"])).trim()).toBe(String(third?.id));
    await must(["preview", "--expect-no-changes"], edit);
  });

  test("is refused at preview while an accessory or an app has data there", async () => {
    const edit = { db: "db", app: true };
    await up(edit);
    const before = await servers();
    const goes = (volume: string): string =>
      `data-1 is to be replaced by another machine, but the volume ${volume} would go with the old one and all its data`;
    const refused = async (change: Partial<Edit>, ...flags: string[]): Promise<string> => {
      const { code, text } = await pulumi(["up", "--yes", ...flags], { ...edit, ...change });
      expect(code, text).not.toBe(0);
      return text;
    };
    const replace = ["--replace", await serverUrn()];
    for (const [change, ...flags] of [[{ location: "nbg1" }], [{}, ...replace]] as const) {
      // Pulumi ends with the first one that is refused.
      expect(await refused({ ...change, app: false }, ...flags)).toContain(
        `Accessory "db": ${goes(volumes.db)}`,
      );
      expect(await refused({ ...change, db: undefined }, ...flags)).toContain(
        `App "shop": ${goes(volumes.shop)}`,
      );
      await refused(change, ...flags);
      expect(await refused({ ...change, app: false, dbOn: 1 }, ...flags)).toContain(
        `Accessory "db": server leaves data-1, but the volume ${volumes.db} would stay there`,
      );
    }
    expect(await servers()).toEqual(before);
    expect(onMachines()).toEqual(Object.values(volumes));
  });

  test("goes with its data once that is to be discarded, and the accessory keeps its name", async () => {
    const edit = { db: "main", app: true, data: "discard" } as const;
    await up(edit);
    const [before] = await servers();
    await up({ ...edit, location: "nbg1" });
    const [after, ...others] = await servers();
    expect([after?.location, others, after?.id === before?.id]).toEqual(["nbg1", [], false]);
    // It was made as `db`, and its volume is called so on the new machine, too.
    expect(onMachines()).toEqual(Object.values(volumes));
    await must(["preview", "--expect-no-changes"], { ...edit, location: "nbg1" });
    await must(["destroy", "--yes"]);
    expect(await servers()).toEqual([]);
  });

  test("holds nobody up where the old machine is lost, and is refused as well where the new one comes beside it", async () => {
    const edit = { db: "db", app: true, named: false };
    await up(edit);
    const [before] = await servers();
    expect(before?.name).toMatch(/^data-1-/);
    const { code, text } = await pulumi(["preview"], { ...edit, location: "nbg1" });
    expect(code, text).not.toBe(0);
    expect(text).toContain("is to be replaced by another machine, but the volume");
    for (const machine of readdirSync(place.machines))
      rmSync(join(place.machines, machine), { recursive: true });
    await up({ ...edit, location: "nbg1" });
    const [after, ...others] = await servers();
    expect([after?.location, others]).toEqual(["nbg1", []]);
    expect(onMachines()).toEqual(Object.values(volumes));
  });
});
