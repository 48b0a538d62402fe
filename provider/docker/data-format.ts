/**
 * Which server program wrote the data of a volume, and whether another one may be put on it. A new major version of PostgreSQL does not
 * read the files of the one before, another C library sorts text differently, which breaks indexes without a word
 * (https://wiki.postgresql.org/wiki/Locale_data_changes), and user and database are made with an empty volume only. Pure, but for the
 * look at the volume.
 */
import { isDeepStrictEqual } from "node:util";
import { pageCommand } from "../core/page";
import { relation, unknownValue, type Place } from "../data/place";
import type { Data } from "../data/word";
import { isGone } from "../gone";
import type { SshAddress } from "../ssh/address";
import { insideVolume } from "./inside-volume";
import { mysqlIn, mysqlRefusal, type MysqlFormat } from "./mysql-format";

/** What is to read and write the data. */
export interface DataFormat {
  /** The image, with its tag. */
  image: string;
  /** The major version of PostgreSQL. */
  major: number;
  /** The C library: musl in an image on Alpine. */
  libc: "glibc" | "musl";
  /** The user and the database that are made with an empty volume. */
  user: string;
  database: string;
}

/** What a volume holds: the major version that wrote it, and the C library of that program where its files tell. */
export interface FoundData {
  major: number;
  libc?: DataFormat["libc"];
}

/** The major version that an image's tag names: "15", "17.2-alpine", "pg18", "0.8.1-pg18-trixie", "18-3.6"; undefined for any other. */
export function majorOf(tag: string): number | undefined {
  const named = /(?:^|-)pg(\d+)/.exec(tag)?.[1] ?? /^(\d+)(?![\da-zA-Z])/.exec(tag)?.[1];
  const major = Number(named);
  // The extension's own number stands in front where there is none of PostgreSQL.
  return named === undefined || major < 9 || major > 99 ? undefined : major;
}

/** The C library of an image, by its tag. */
export function libcOf(tag: string): DataFormat["libc"] {
  return /alpine/i.test(tag) ? "musl" : "glibc";
}

/** The volume that is meant, and the component, for sentences. */
export interface Subject {
  label: string;
  volume: string;
}

/**
 * Why a server program must not be put on the data of a volume, as a sentence; undefined where nothing stands against it.
 *
 * @param old what was on the volume before, as far as Pulumi knows it
 * @param found what is in the volume; undefined where nobody could look
 */
export function formatRefusal(
  { label, volume }: Subject,
  old: Partial<DataFormat>,
  wanted: DataFormat,
  found: readonly FoundData[] | undefined,
): string | undefined {
  const holds: readonly FoundData[] = found ?? (old.major === undefined ? [] : [{ major: old.major }]);
  const [first] = holds;
  if (first === undefined) return undefined;
  const read = holds.find(({ major }) => major === wanted.major);
  const page = `(${pageCommand("checks", "data-format")})`;
  // A dump is for the same version or a newer one: what goes back is left to who knows what is in it.
  const by = first.major > wanted.major ? "pg_dump and psql" : "npx sextant copy-data";
  const copy = `copy the data there with ${by}, and give the app its url`;
  if (read === undefined) {
    return `${label}: version asks for PostgreSQL ${wanted.major}, but the volume ${volume} holds data of PostgreSQL ${first.major}, which ${wanted.major} does not read; leave version at ${first.major}, make a second Postgres of version ${wanted.major} beside it, ${copy} ${page}.`;
  }
  const libc = read.libc ?? old.libc;
  if (libc !== undefined && libc !== wanted.libc) {
    const stay = libc === "musl" ? "an alpine tag" : "a tag without alpine";
    const said = `say libc: "${libc}" if the image has it all the same`;
    return `${label}: version changes the C library from ${libc} to ${wanted.libc}, but the indexes in the volume ${volume} are sorted by ${libc} and would be wrong without an error; stay with ${stay}, ${said}, or make a second Postgres beside it, ${copy} ${page}.`;
  }
  for (const argument of ["user", "database"] as const) {
    const had = old[argument];
    if (had === undefined || had === wanted[argument]) continue;
    const make = argument === "user" ? "CREATE ROLE" : "CREATE DATABASE";
    return `${label}: ${argument} changes from ${had} to ${wanted[argument]}, but PostgreSQL makes it with an empty volume only, and the volume ${volume} holds data; leave ${argument} at ${had} and make another one there with ${make}, or make a second Postgres with ${argument} "${wanted[argument]}" beside it, ${copy} ${page}.`;
  }
  return undefined;
}

/** A volume as the program has it, or had it. */
export interface Formatted extends Place {
  name: string;
  label?: string;
  data?: Data;
  format?: DataFormat | MysqlFormat;
}

/**
 * The same for the volume of a program, after a look at it where that is called for: before it is there, in another place, or when
 * something of the format is another one. What a move would take along is where it was.
 */
export async function unreadable(olds: Partial<Formatted>, news: Formatted): Promise<string | undefined> {
  const { format } = news;
  if (typeof format !== "object") return undefined;
  const before = olds.name === undefined ? undefined : ({ ...olds } as Formatted);
  const how = before === undefined ? "new" : relation(before, news);
  if (how === "replaced" || (how === "same" && isDeepStrictEqual(before?.format, format))) return undefined;
  const there = how === "moved" && news.data === "move" && before !== undefined ? before : news;
  const subject = { label: news.label ?? news.name, volume: there.name };
  const old = there === before || how !== "moved" ? before?.format : undefined;
  if ("server" in format) {
    const found = await look(there.shell, there.name, mysqlIn);
    return mysqlRefusal(subject, old !== undefined && "server" in old ? old : {}, format, found);
  }
  const found = await look(there.shell, there.name, dataIn);
  // Of a volume that was there before formats were kept, nothing says that the image is another one.
  const known = how !== "same" || before?.format !== undefined;
  const judged = known ? found : found?.map(({ major }) => ({ major }));
  return formatRefusal(subject, old !== undefined && "major" in old ? old : {}, format, judged);
}

/** What a volume holds; undefined where nobody could look: then Pulumi's own knowledge counts. */
async function look<Found>(
  shell: SshAddress,
  volume: string,
  into: (shell: SshAddress, volume: string) => Promise<Found>,
): Promise<Found | undefined> {
  // At preview the address may be known only later, and is a text then.
  if (typeof shell !== "object" || shell.destination === unknownValue || isGone(shell)) return undefined;
  return into(shell, volume).catch(() => undefined);
}

/**
 * The users that own the data in official images, by which their C library is known: on each start as root, they take over what is not
 * theirs (docker-library/postgres docker-entrypoint.sh, `docker_create_db_directories`). Debian's has 999 (Dockerfile-debian.template),
 * Alpine's its own 70 (Dockerfile-alpine.template).
 */
const owners: Readonly<Record<string, DataFormat["libc"]>> = { "70": "musl", "999": "glibc" };

/** What is in a volume, by the files that each database has; nothing for an empty or missing volume. */
export async function dataIn(shell: SshAddress, volume: string): Promise<FoundData[]> {
  const line = `for file in "$dir"/PG_VERSION "$dir"/*/PG_VERSION "$dir"/*/docker/PG_VERSION; do [ ! -s "$file" ] || echo "$(cat "$file") $(stat -c %u "$file")"; done`;
  const printed = await insideVolume(shell, volume, line);
  return printed
    .split("\n")
    .filter(Boolean)
    .map((each) => {
      const [major = "", owner = ""] = each.split(" ");
      const libc = owners[owner];
      return { major: Number(major), ...(libc === undefined ? {} : { libc }) };
    });
}
