/** What others need of an image that the program builds; apart from `Image`, which stands on a registry that is an accessory. */
import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host";

/** An image that the program builds: an `Image`. */
export interface BuiltImage {
  /** What it is, for errors. @example 'Image "shop"' */
  readonly label: string;
  /** The repository, without a tag. */
  readonly repository: string;
  /** What was built, by its content; known once it is. */
  readonly digest: pulumi.Output<string>;
  /** The registry on a server that has it; undefined where another one has. */
  readonly own: { readonly label: string; readonly hosts: readonly Host[] } | undefined;
}
