/** What the test of access edits of its program; it reads them as JSON from ACCESS. */
export interface Edit {
  /** The machine behind the jump host, which has no Docker. */
  inner: Login;
  /** The jump host as a machine of the program: it has Docker, and a user with sudo. */
  outer: Login;
  /** The jump host's login that has no rights. */
  jump: Login;
  version: string;
  /** Which machine the accessory is on. */
  cacheOn: "inner" | "outer";
  /** Whether anything is on the machines. */
  apps: boolean;
}

export interface Login {
  address: string;
  port: number;
  user: string;
  /** Pinned, or else what answers first is taken. */
  hostKey?: string;
}
