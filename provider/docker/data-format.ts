/**
 * Which server program wrote the data of a container's volume, and whether another one may be put on it. A new major version of
 * PostgreSQL does not read the files of the one before, and another C library sorts text differently, which breaks indexes without
 * a word: https://wiki.postgresql.org/wiki/Locale_data_changes. Pure, but for the look at the volume.
 */
import { pageCommand } from "../core/page";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { quote } from "../host/scripts";

/** What wrote the data. */
export interface DataFormat {
  /** The major version of PostgreSQL. */
  major: number;
  /** The C library: musl in an Alpine image. */
  libc: "glibc" | "musl";
  /** The Docker volume that holds it. */
  volume: string;
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

/** The format of an image's data, by its reference: for a container that was made before formats were kept. */
export function formatOf(image: string, volume: string): DataFormat | undefined {
  const tag = image.slice(image.lastIndexOf("/") + 1).replace(/^[^:]*:?/, "");
  const major = majorOf(tag);
  return major === undefined ? undefined : { major, libc: libcOf(tag), volume };
}

/**
 * Why a container of the new format must not be put on the old one's data, as a sentence; undefined where nothing stands against it.
 *
 * @param found the major versions whose data is in the volume; undefined where nobody could look
 */
export function formatRefusal(
  component: string,
  old: DataFormat,
  wanted: DataFormat,
  found: readonly number[] | undefined,
): string | undefined {
  if (old.volume !== wanted.volume) return undefined;
  const holds = found ?? [old.major];
  const page = `(${pageCommand("checks", "data-format")})`;
  const other = holds.find((major) => major !== wanted.major);
  if (other !== undefined) {
    return `${component}: version asks for PostgreSQL ${wanted.major}, but the volume ${wanted.volume} holds data of PostgreSQL ${other}, which ${wanted.major} does not read; leave version at ${other}, make a second Postgres of version ${wanted.major} beside it, copy the data there with pg_dump and psql, and give the app its url ${page}.`;
  }
  if (old.libc !== wanted.libc && holds.length > 0) {
    return `${component}: version changes the C library from ${old.libc} to ${wanted.libc}, but the indexes in the volume ${wanted.volume} are sorted by ${old.libc} and would be wrong without an error; stay with ${old.libc === "musl" ? "an alpine tag" : "a tag without alpine"}, or make a second Postgres beside it, copy the data there with pg_dump and psql, and give the app its url ${page}.`;
  }
  return undefined;
}

/** The major versions whose data is in a volume, by the files that each database has; none for an empty or missing volume. */
export async function majorsIn(shell: SshAddress, volume: string): Promise<number[]> {
  const line = `dir=$(docker volume inspect --format '{{.Mountpoint}}' ${quote(volume)} 2>/dev/null) || exit 0; for file in "$dir"/PG_VERSION "$dir"/*/PG_VERSION "$dir"/*/docker/PG_VERSION; do [ ! -s "$file" ] || cat "$file"; done`;
  const ran = await runOverSsh(shell, line, { timeout: 60, what: `looking into the volume ${volume}` });
  if (ran.code !== 0)
    throw new Error(`${shell.name}: looking into the volume ${volume} failed: ${ran.stderr}`);
  return ran.stdout.split("\n").filter(Boolean).map(Number);
}
