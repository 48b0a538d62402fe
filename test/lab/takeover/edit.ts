/** What the test edits of its program; it reads them as JSON from TAKEOVER. */
export interface Edit {
  /** The server that Kamal deploys to. */
  server: { address: string; hostKey: string };
  /** The release. */
  version: string;
}

/** The environment by which the program knows its edit. */
export function deployed(edit: Edit): NodeJS.ProcessEnv {
  return { TAKEOVER: JSON.stringify(edit) };
}

/** The host name of the app, for Kamal and for the program. */
export const routeHost = "lite.test";
