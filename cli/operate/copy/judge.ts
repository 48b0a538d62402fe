/** Whether a copy can be made, and what is to be known of it first. Pure. */
import { size } from "../prune";
import { seriesOfVersion, type Facts, type Held } from "./facts";

/** One side of a copy. */
export interface Side {
  readonly name: string;
  readonly user: string;
  readonly database: string;
  readonly facts: Facts;
}

/** A database that is copied, and where. */
export interface Pair {
  readonly from: string;
  readonly into: string;
  /** What the new one is now: `empty`, `missing`, what an earlier copy has left that was cut off, or one that has things in it. */
  readonly now: "empty" | "missing" | "unfinished" | "filled";
  readonly held: Held;
}

/** Of several databases of a server each is copied under its own name, and the preset's own into that of the other preset. */
export function pairsOf(old: Side, fresh: Side): Pair[] {
  return old.facts.databases
    .filter(({ name, things }) => name === old.database || name !== "postgres" || things > 0)
    .toSorted((a, b) => Number(b.name === old.database) - Number(a.name === old.database))
    .map((held) => {
      const into = held.name === old.database ? fresh.database : held.name;
      const there = fresh.facts.databases.find(({ name }) => name === into);
      return { from: held.name, into, now: nowOf(there), held };
    });
}

function nowOf(there: Held | undefined): Pair["now"] {
  if (there === undefined) return "missing";
  if (there.unfinished) return "unfinished";
  return there.things === 0 ? "empty" : "filled";
}

/** Why a database that has things in it takes no copy. */
export function filledSentence(fresh: Side, into: string): string {
  const there = fresh.facts.databases.find(({ name }) => name === into);
  const [things, first] = [there?.things ?? 0, there?.first ?? []];
  return `copy-data: the database ${into} of ${fresh.name} is not empty: it holds ${first.join(", ")}${things > first.length ? ` and ${things - first.length} more` : ""}. A copy goes into an empty one alone, and nothing is dropped here; make another one beside it under a new name in the program, and copy there.`;
}

/** Bytes of the log that a server writes ahead, of which it keeps so much by itself (max_wal_size). */
const ahead = 1e9;

/** Why there can be no copy, as a sentence; undefined where nothing stands against it. What the databases hold is another question. */
export function refusal(
  old: Side,
  fresh: Side,
  pairs: readonly Pair[],
  ownersKept: boolean,
): string | undefined {
  const [from, to] = [old.facts, fresh.facts];
  const wrong = (text: string): string => `copy-data: ${text}`;
  if (from.product !== to.product)
    return wrong(
      `${old.name} is ${from.product} and ${fresh.name} ${to.product}, and neither reads the other's dump; make the new one of the same component.`,
    );
  if (isOlder(to, from))
    return wrong(
      `${fresh.name} is ${to.product} ${to.version}, and ${old.name} ${from.version}: a dump is for the same or a newer one. Give ${fresh.name} a version that is not older.`,
    );
  if (to.copying > 0)
    return wrong(
      `a copy into ${fresh.name} goes on still, as one does for a moment whose client was cut off. Wait for its end, and run this again.`,
    );
  if (to.sessions > 0 && pairs.some(({ now }) => now === "unfinished"))
    return wrong(
      `${fresh.name} has a part of a copy that was cut off, which would be written anew, but ${clients(to.sessions)} connected to it. Have nobody use it, and run this again.`,
    );
  const lost = [...new Set(pairs.flatMap(({ held }) => held.extensions))].filter(
    (each) => !to.available.includes(each),
  );
  if (lost.length > 0)
    return wrong(
      `${old.name} has the ${list("extension", lost)}, which the image of ${fresh.name} does not have; give ${fresh.name} an image that has ${lost.length === 1 ? "it" : "them"}.`,
    );
  const special = pairs.flatMap(({ held }) => held.extensions).find((each) => each === "timescaledb");
  if (special !== undefined)
    return wrong(
      `${old.name} has the extension ${special}, whose data is restored between two calls of its own; follow its manual for that: https://www.tigerdata.com/docs`,
    );
  const roles = ownersKept ? missingRoles(old, fresh, pairs) : [];
  if (roles.length > 0)
    return wrong(
      `the ${list("role", roles)} ${roles.length === 1 ? "owns" : "own"} things in ${old.name} or ${roles.length === 1 ? "has" : "have"} rights there, and a dump does not make roles. Make ${roles.length === 1 ? "it" : "them"} in ${fresh.name} first (npx sextant exec --accessory ${fresh.name} psql -U ${fresh.user} -d ${fresh.database} -c 'CREATE ROLE "${roles[0] ?? ""}"'), or give --no-owner: then ${fresh.user} owns all, and nobody else has rights.`,
    );
  const twice = pairs.find(({ into }, at) => pairs.findIndex((each) => each.into === into) !== at);
  if (twice !== undefined)
    return wrong(
      `two databases of ${old.name} would go into ${twice.into} of ${fresh.name}; give ${fresh.name} another database than ${twice.into}.`,
    );
  const wanted = pairs.reduce((sum, { held, now }) => sum + (now === "filled" ? 0 : held.bytes), 0);
  const needed = wanted === 0 ? 0 : wanted + Math.min(wanted, ahead);
  if (to.free !== undefined && to.free < needed)
    return wrong(
      `${old.name} has ${size(wanted)}, and where the data of ${fresh.name} is, ${size(to.free)} are free; make room for ${size(needed)} there, with what the server writes ahead.`,
    );
  return undefined;
}

/** PostgreSQL is compared by its major version, the others by their series. */
function isOlder(one: Facts, other: Facts): boolean {
  const [a, b] = [seriesOfVersion(one.version), seriesOfVersion(other.version)];
  return a[0] < b[0] || (one.product !== "PostgreSQL" && a[0] === b[0] && a[1] < b[1]);
}

/** Whether owners and rights are left out: the new user has another name, and then owns what the old one had. */
export const keepsOwners = (old: Side, fresh: Side, noOwner: boolean): boolean =>
  !noOwner && (old.user === fresh.user || fresh.facts.roles.includes(old.user));

function missingRoles(old: Side, fresh: Side, pairs: readonly Pair[]): string[] {
  const used = new Set(pairs.flatMap(({ held }) => held.roles));
  used.delete(old.user);
  return [...used].filter((role) => !fresh.facts.roles.includes(role)).sort();
}

/** What a person is told before a copy, a sentence each. */
export function notes(old: Side, fresh: Side, pairs: readonly Pair[], ownersKept: boolean): string[] {
  const { facts } = old;
  const postgres = facts.product === "PostgreSQL";
  const others = facts.roles.filter(
    (role) => ![old.user, fresh.user].includes(role) && !fresh.facts.roles.includes(role),
  );
  const left = [
    ...(others.length === 0 ? [] : [`the ${list(postgres ? "role" : "user", others)}`]),
    ...(facts.settings === 0 ? [] : [`${facts.settings} settings of databases or roles (ALTER ... SET)`]),
  ];
  const further = pairs.filter(({ from }) => from !== old.database).map(({ into }) => into);
  return [
    ...(facts.sessions === 0
      ? []
      : [
          `${clients(facts.sessions)} connected to ${old.name}: what is written there from now on is not in the copy.`,
        ]),
    ...(left.length === 0
      ? []
      : [`A dump of a database does not have ${left.join(", nor ")}: make that in ${fresh.name} by hand.`]),
    ...(postgres && !ownersKept
      ? [`Owners and rights are left out: all of it will be ${fresh.user}'s.`]
      : []),
    ...(!postgres && old.user !== fresh.user
      ? [
          `Views, triggers and routines keep ${old.user} as their definer, whom ${fresh.name} does not have; give ${fresh.name} the user ${old.user} where there are any.`,
        ]
      : []),
    ...(!postgres && further.length > 0
      ? [`Who may use ${further.join(", ")} is no part of the copy: GRANT it in ${fresh.name} by hand.`]
      : []),
  ];
}

const clients = (count: number): string => `${count} ${count === 1 ? "client is" : "clients are"}`;

const list = (word: string, names: readonly string[]): string =>
  `${word}${names.length === 1 ? "" : "s"} ${names.join(", ")}`;

/** What is about to be done, a line for each database. */
export function planLines(old: Side, fresh: Side, pairs: readonly Pair[]): string[] {
  const side = ({ name, facts }: Side): string =>
    `${name} (${facts.product} ${facts.version.replace(/ .*/, "")})`;
  return [
    `${side(old)} is copied to ${side(fresh)}; ${old.name} is only read.`,
    ...pairs.map(({ from, into, now, held }) => {
      const what = `${held.tables} ${held.tables === 1 ? "table" : "tables"}, ${size(held.bytes)}`;
      return `  ${from === into ? from : `${from} into ${into}`}: ${what}${nowWords[now]}`;
    }),
  ];
}

const nowWords: Readonly<Record<Pair["now"], string>> = {
  empty: "",
  missing: ", into a database that is made for it",
  unfinished: ", over what an earlier copy has left that was cut off",
  filled: ", there already",
};
