/** The arguments of Redis. */
import type * as pulumi from "@pulumi/pulumi";
import type { AccessoryArgs } from "./args";

/** Arguments of `Redis`: those of an accessory, less what the preset knows. */
export interface RedisArgs extends Omit<
  AccessoryArgs,
  "image" | "port" | "volumes" | "ready" | "command" | "route" | "proxy"
> {
  /** The version, the tag of the image. @edit replaces the container @example "8" */
  version: string;
  /**
   * The password: any text on one line.
   *
   * @default none: only containers on the same host can reach it, unless it is published
   * @edit replaces the container
   */
  password?: pulumi.Input<string>;
  /**
   * Appends every write to a file in the volume `data`. With `false` there is a snapshot when it stops and from time to time, and a
   * crash loses what came after the last one.
   *
   * @default true
   * @edit replaces the container; what it holds is kept
   */
  persistent?: boolean;
  /** The image, without its tag. @default "redis" @edit replaces the container @example "valkey/valkey" */
  image?: string;
}
