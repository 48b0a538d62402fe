/** The arguments of Memcached. */
import type { Size } from "../../provider/core/units";
import type { AccessoryArgs } from "./args";

/** Arguments of `Memcached`: those of an accessory, less what the preset knows. */
export interface MemcachedArgs extends Omit<
  AccessoryArgs,
  "image" | "port" | "volumes" | "directories" | "data" | "ready" | "command" | "takeOver" | "route" | "proxy"
> {
  /** The version, the tag of the image. @edit replaces the container, and the next one begins empty @example "1.6" */
  version: string;
  /**
   * How much it may hold. What is longest unused goes when it is full. The process itself takes some more, which `resources.memory` counts.
   *
   * @default "64m", memcached's own
   * @edit replaces the container, and the next one begins empty
   */
  memory?: Size;
  /** How many clients may be connected at once. @default 1024, memcached's own @edit replaces the container, and the next one begins empty */
  connections?: number;
  /** The image, without its tag. @default "memcached" @edit replaces the container */
  image?: string;
}
