/** What the tests edit of their program; it reads them as JSON from ACCESSORIES. */
export interface Edit {
  /** The version of the older Postgres. */
  version: string;
  /** Its user. */
  user: string;
  /** Whether Redis and Valkey append their writes. */
  persistent: boolean;
  /** The value of a label of every container: another one replaces them all. */
  round: string;
  /** The host name by which the proxy sends an accessory requests; none where it has no route. */
  page?: string;
}

/** The program as it is before any edit. */
export const plain: Edit = { version: "15", user: "app", persistent: true, round: "one" };

/** The servers of Redis's protocol, each in a container of its own: what their names are, and the images. */
export const servers = [
  { name: "cache", image: "redis", version: "7" },
  { name: "cache-8", image: "redis", version: "8" },
  { name: "valkey", image: "valkey", version: "8" },
] as const;
