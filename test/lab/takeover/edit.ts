/** What the test edits of its program; it reads them as JSON from TAKEOVER. */
export interface Edit {
  /** The server that Kamal deploys to. */
  server: { address: string; hostKey: string };
  /** The release. */
  version: string;
  /** What the database is told, as an edit of it. @default nothing */
  timeZone?: string;
  /** The database's password in the program. @default the one that it has */
  password?: string;
}

/** The environment by which the program knows its edit. */
export function deployed(edit: Edit): NodeJS.ProcessEnv {
  return { TAKEOVER: JSON.stringify(edit) };
}

/** The password of Kamal's database. */
export const dbPassword = "lite's-secret";

/** The host name of the app, for Kamal and for the program. */
export const routeHost = "lite.test";
