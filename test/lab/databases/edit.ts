/** What the tests edit of their program; it reads them as JSON from DATABASES. */
export interface Edit {
  /** The version of MariaDB. */
  version: string;
  /** The value of a label of every container: another one replaces them all. */
  round: string;
  /** The mode of a directory of the host. */
  mode: string;
  /** Docker networks that the store is in besides. */
  networks: string[];
  /** Whether databases are there that others are copied into, and an app that uses them. */
  copies: boolean;
}

/** The program as it is before any edit. */
export const plain: Edit = { version: "10.11", round: "one", mode: "2750", networks: [], copies: false };
