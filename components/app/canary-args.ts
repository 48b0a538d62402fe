/** The arguments of a canary. */
import type * as pulumi from "@pulumi/pulumi";
import type { Image } from "../build/image";

/** A second version of a role beside it, for a part of its visitors; it has all that the role has, but for what is said here. */
export interface CanaryArgs {
  /**
   * The image, without its tag; or an `Image`, which `pulumi up` builds before.
   *
   * @default the role's
   * @edit the canary's container is replaced: the new one is made beside it, checked, and gets its visitors in one step
   */
  image?: string | Image;
  /**
   * The release: a tag, or a digest.
   *
   * @default what `image` builds; else the role's, with which the canary is replaced at each release
   * @edit the canary's container is replaced, as for `image`
   * @example "v2"
   */
  version?: pulumi.Input<string>;
  /** The command. @default the role's @edit the canary's container is replaced */
  command?: string[];
  /** Environment that anyone may read, laid over the role's. @default none @edit the canary's container is replaced */
  env?: Record<string, pulumi.Input<string>>;
  /** Environment that is secret, laid over the role's. @default none @edit the canary's container is replaced */
  secrets?: Record<string, pulumi.Input<string>>;
  /**
   * How many of a hundred visitors get it, from 0 to 100. A visitor is told by the value of the cookie `kamal-rollout`, which **the app sets**:
   * the proxy sends a value always to the same version, and more per cent take none away. A request without that cookie gets the role. Draw
   * the values by chance, as UUIDs are: the proxy's hash puts values that are alike together.
   *
   * @default 0, where `visitors` are named; one of both is needed
   * @edit in place: neither container is touched, and no connection is closed
   * @example 10
   */
  percent?: number;
  /**
   * Values of the cookie `kamal-rollout` that get it in any case: a thousand at most. They are no secrets.
   *
   * @default none
   * @edit in place, as for `percent`
   * @example ["team"]
   */
  visitors?: string[];
}
