/** The arguments of Postgres. */
import type * as pulumi from "@pulumi/pulumi";
import type { Size } from "../../provider/core/units";
import type { AccessoryArgs } from "./args";

/** Arguments of `Postgres`: those of an accessory, less what the preset knows. */
export interface PostgresArgs extends Omit<
  AccessoryArgs,
  "image" | "port" | "volumes" | "ready" | "route" | "proxy"
> {
  /**
   * The tag of the image, which begins with the major version or names it as `pg17`. Editing it replaces the container on the same
   * data, and so is refused at preview where the data could not be read, or not be trusted: another major version, or an image on
   * Alpine instead of Debian. The way to a newer major version is a second `Postgres` beside the first, and `npx sextant copy-data`
   * (docs/guide/upgrading.md).
   *
   * @edit replaces the container; another major version or C library than that of the data is refused
   * @example "17"
   */
  version: string;
  /**
   * The password of the user.
   *
   * @edit in place, before the apps that have `url` or `password` are released: open connections stay. Until such a release is
   * through, the old one can open no new connection
   */
  password: pulumi.Input<string>;
  /**
   * The user that owns the database. PostgreSQL makes it with an empty volume only.
   *
   * @default "app"
   * @edit refused at preview while the volume holds data: make another user there with CREATE ROLE, or a second `Postgres` beside this one
   */
  user?: string;
  /**
   * The database. PostgreSQL makes it with an empty volume only.
   *
   * @default the user's name
   * @edit refused at preview while the volume holds data: make another database there with CREATE DATABASE, or a second `Postgres` beside
   *   this one
   */
  database?: string;
  /** The image, without its tag. @default "postgres" @edit replaces the container @example "pgvector/pgvector" */
  image?: string;
  /**
   * The major version, for an image whose tag does not name it.
   *
   * @default read from `version`
   * @edit another one than that of the data is refused
   * @example 17
   */
  major?: number;
  /**
   * The C library, for an image on Alpine whose tag does not say so, such as `timescale/timescaledb`. It sorts text, and the indexes of the
   * data have to be read with the one that they were made with.
   *
   * @default `"musl"` where `version` has "alpine" in it, else `"glibc"`
   * @edit another one than that of the data is refused
   * @example "musl"
   */
  libc?: "glibc" | "musl";
  /** The size of /dev/shm; a parallel query needs more than Docker's own 64 MB. @default "256m" @edit replaces the container */
  shm?: Size;
}
