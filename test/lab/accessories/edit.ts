/** What the tests edit of their program; it reads them as JSON from ACCESSORIES. */
export interface Edit {
  /** The version of the older Postgres. */
  version: string;
  /** Its user. */
  user: string;
  /** Whether Redis appends its writes. */
  persistent: boolean;
  /** The value of a label of every container: another one replaces them all. */
  round: string;
}

/** The program as it is before any edit. */
export const plain: Edit = { version: "15", user: "app", persistent: true, round: "one" };
