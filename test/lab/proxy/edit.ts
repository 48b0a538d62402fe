/** What the tests edit of their program; it reads them as JSON from PROXY. */
export interface Edit {
  /** The server that is there already, for the second stack on it: its address, and the key that opens it. */
  existing?: { address: string; keyFile: string };
  /** Whether the stack has a proxy of its own, or routes through the one that is there. */
  proxy: "own" | "existing";
  /** Tag of kamal-proxy. */
  tag: string;
  /** Whose the existing proxy has to be. */
  owner?: string;
  /** Name and release of the app, and the host of its route. */
  app: { name: string; version: string; host: string };
}

/** The environment by which the program knows its edit. */
export function deployed(edit: Edit): NodeJS.ProcessEnv {
  return { PROXY: JSON.stringify(edit) };
}
