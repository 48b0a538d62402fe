import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Facts, Held } from "../../../../../cli/operate/copy/facts";
import {
  filledSentence,
  keepsOwners,
  notes,
  pairsOf,
  planLines,
  refusal,
  type Side,
} from "../../../../../cli/operate/copy/judge";

const held = (name: string, more: Partial<Held> = {}): Held => ({
  ...{ name, bytes: 0, things: 0, first: [], tables: 0, unfinished: false, roles: [], extensions: [] },
  ...more,
});
const full = (name: string, more: Partial<Held> = {}): Held =>
  held(name, { bytes: 3e9, things: 3, first: ["public.users"], tables: 2, ...more });
const facts = (version: string, databases: Held[], more: Partial<Facts> = {}): Facts => ({
  ...{ product: "PostgreSQL", version, databases, free: 1e12, sessions: 0, copying: 0 },
  ...{ roles: ["app"], available: ["plpgsql"], settings: 0 },
  ...more,
});
const side = (name: string, known: Facts, user = "app"): Side => ({
  name,
  user,
  database: "app",
  facts: known,
});

const old = side("db", facts("15.8", [full("app"), held("postgres")]));
const fresh = side("db18", facts("18.0 (Debian 18.0-1)", [held("app"), held("postgres")]));
const refused = (one: Side, other: Side, owners = true): string | undefined =>
  refusal(one, other, pairsOf(one, other), owners);

describe("the databases of a copy", () => {
  it("are those of the server, the preset's own first, and what is missing is made", () => {
    const several = side("db", facts("15.8", [full("app_cache"), full("shop"), held("postgres")]));
    const named = { ...several, database: "shop" };
    expect(pairsOf(named, fresh).map(({ from, into, now }) => [from, into, now])).toEqual([
      ["shop", "app", "empty"],
      ["app_cache", "app_cache", "missing"],
    ]);
    expect(planLines(named, fresh, pairsOf(named, fresh))).toEqual([
      "db (PostgreSQL 15.8) is copied to db18 (PostgreSQL 18.0); db is only read.",
      "  shop into app: 2 tables, 3.0 GB",
      "  app_cache: 2 tables, 3.0 GB, into a database that is made for it",
    ]);
  });

  it("have postgres among them where somebody has put something there", () => {
    const used = side("db", facts("15.8", [full("app"), full("postgres")]));
    expect(pairsOf(used, fresh).map(({ from }) => from)).toEqual(["app", "postgres"]);
  });

  it("are never empty where there is anything in them, but for what a copy has left", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.boolean(), (things, unfinished) => {
        const there = side("db18", facts("18.0", [held("app", { things, unfinished })]));
        const [pair] = pairsOf(old, there);
        expect(pair?.now).toBe(unfinished ? "unfinished" : things > 0 ? "filled" : "empty");
      }),
    );
  });
});

describe("a copy", () => {
  it("can be made to the same or a newer major version", () => {
    expect(refused(old, fresh)).toBeUndefined();
    expect(refused(old, side("b", facts("15.2", [held("app")])))).toBeUndefined();
    expect(refused(old, side("b", facts("14.19", [held("app")])))).toBe(
      "copy-data: b is PostgreSQL 14.19, and db 15.8: a dump is for the same or a newer one. Give b a version that is not older.",
    );
  });

  it("of MariaDB is held to its series, and goes into no MySQL", () => {
    const maria = (version: string): Side => side("m", facts(version, [held("app")], { product: "MariaDB" }));
    expect(refused(maria("10.11.8-MariaDB"), maria("11.8.2-MariaDB"))).toBeUndefined();
    expect(refused(maria("11.8.2-MariaDB"), maria("11.4.2-MariaDB"))).toContain(
      "a dump is for the same or a newer",
    );
    expect(refused(maria("10.11"), side("n", facts("8.4.0", [], { product: "MySQL" })))).toBe(
      "copy-data: m is MariaDB and n MySQL, and neither reads the other's dump; make the new one of the same component.",
    );
  });

  it("waits for the end of another one", () => {
    const busy = side("db18", facts("18.0", [held("app")], { copying: 1 }));
    expect(refused(old, busy)).toContain("a copy into db18 goes on still");
  });

  it("writes nothing anew that somebody uses", () => {
    const left = held("app", { unfinished: true, things: 2 });
    const used = side("db18", facts("18.0", [left], { sessions: 1 }));
    expect(refused(old, used)).toBe(
      "copy-data: db18 has a part of a copy that was cut off, which would be written anew, but 1 client is connected to it. Have nobody use it, and run this again.",
    );
    expect(refused(old, side("db18", facts("18.0", [left])))).toBeUndefined();
  });

  it("wants as much room as the old one has, with what is written ahead", () => {
    const room = (free: number): Side => side("db18", facts("18.0", [held("app")], { free }));
    expect(refused(old, room(4e9))).toBeUndefined();
    expect(refused(old, room(3.9e9))).toBe(
      "copy-data: db has 3.0 GB, and where the data of db18 is, 3.9 GB are free; make room for 4.0 GB there, with what the server writes ahead.",
    );
  });

  it("wants the extensions that the old one has", () => {
    const more = side("db", facts("15.8", [full("app", { extensions: ["plpgsql", "vector"] })]));
    expect(refused(more, fresh)).toBe(
      "copy-data: db has the extension vector, which the image of db18 does not have; give db18 an image that has it.",
    );
    const special = side("db", facts("15.8", [full("app", { extensions: ["timescaledb"] })]));
    const able = side("db18", facts("18.0", [held("app")], { available: ["timescaledb"] }));
    expect(refused(special, able)).toContain("restored between two calls of its own");
  });

  it("wants the roles that own something, unless owners are left out", () => {
    const owned = side(
      "db",
      facts("15.8", [full("app", { roles: ["app", "reporting"] })], { roles: ["app", "reporting"] }),
    );
    expect(refused(owned, fresh)).toBe(
      `copy-data: the role reporting owns things in db or has rights there, and a dump does not make roles. Make it in db18 first (npx sextant exec --accessory db18 psql -U app -d app -c 'CREATE ROLE "reporting"'), or give --no-owner: then app owns all, and nobody else has rights.`,
    );
    expect(refused(owned, fresh, false)).toBeUndefined();
    expect(notes(owned, fresh, pairsOf(owned, fresh), false)).toContain(
      "A dump of a database does not have the role reporting: make that in db18 by hand.",
    );
  });

  it("leaves owners out by itself where the new user has another name", () => {
    expect(keepsOwners(old, fresh, false)).toBe(true);
    expect(keepsOwners(old, fresh, true)).toBe(false);
    const other = side("db18", facts("18.0", [held("app")], { roles: ["shop"] }), "shop");
    expect(keepsOwners(old, other, false)).toBe(false);
    expect(notes(old, other, pairsOf(old, other), false)).toContain(
      "Owners and rights are left out: all of it will be shop's.",
    );
  });

  it("into two databases of one name is none", () => {
    const clash = { ...side("db", facts("15.8", [full("shop"), full("app")])), database: "shop" };
    expect(refused(clash, fresh)).toContain("two databases of db would go into app of db18");
  });

  it("says who is connected, and what no dump has", () => {
    const used = side(
      "db",
      facts("15.8", [full("app")], { sessions: 2, settings: 1, roles: ["app", "x", "y"] }),
    );
    expect(notes(used, fresh, pairsOf(used, fresh), true)).toEqual([
      "2 clients are connected to db: what is written there from now on is not in the copy.",
      "A dump of a database does not have the roles x, y, nor 1 settings of databases or roles (ALTER ... SET): make that in db18 by hand.",
    ]);
  });

  it("goes into nothing that holds anything, which is named, and never dropped", () => {
    const there = side("db18", facts("18.0", [full("app", { things: 7, first: ["public.a", "public.b"] })]));
    expect(filledSentence(there, "app")).toBe(
      "copy-data: the database app of db18 is not empty: it holds public.a, public.b and 5 more. A copy goes into an empty one alone, and nothing is dropped here; make another one beside it under a new name in the program, and copy there.",
    );
  });
});
