/** What is known of a server of databases before a copy, whichever it is. */

/** One of its databases. */
export interface Held {
  readonly name: string;
  readonly bytes: number;
  /** How many things are in it, of any kind, and the names of the first ones. */
  readonly things: number;
  readonly first: readonly string[];
  readonly tables: number;
  /** Whether it holds what a copy has left that was cut off. */
  readonly unfinished: boolean;
  /** PostgreSQL: roles that own something in it, or have rights there. */
  readonly roles: readonly string[];
  /** PostgreSQL: its extensions. */
  readonly extensions: readonly string[];
  /** MySQL: what new tables in it have. */
  readonly charset?: { readonly set: string; readonly collation: string };
}

/** A server. */
export interface Facts {
  readonly product: "PostgreSQL" | "MariaDB" | "MySQL";
  /** Its own word: `17.5`, `11.8.2-MariaDB`. */
  readonly version: string;
  readonly databases: readonly Held[];
  /** Bytes that are free where its data is; undefined where nobody could look. */
  readonly free?: number;
  /** Clients that are connected, without our own. */
  readonly sessions: number;
  /** Copies into it, or out of it, that go on. */
  readonly copying: number;
  /** Roles or users that somebody has made. */
  readonly roles: readonly string[];
  /** PostgreSQL: extensions that its image has. */
  readonly available: readonly string[];
  /** PostgreSQL: settings of databases and of roles, which are in no dump of a database. */
  readonly settings: number;
}

/** What was counted of a database: rows of tables, values of sequences, and others that have to be the same. By name. */
export type Counts = ReadonlyMap<string, string>;

/** The lines that a client printed, each a value in JSON. @throws Error where one is none: its answer is not whole */
export function jsonLines(printed: string): unknown[] {
  return printed
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new Error("the answer of the database is not whole; run it again");
      }
    });
}

/** Lines of a name and a value each. */
export const countsIn = (printed: string): Map<string, string> =>
  new Map(jsonLines(printed).map((line) => (line as unknown[]).map(String) as [string, string]));

/** The first two numbers of a version. */
export function seriesOfVersion(version: string): [major: number, minor: number] {
  const [, major = "0", minor = "0"] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}
