/** The clean-up after a release, as one resource for all hosts of an app. */
import type * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { PluginResource, type InputsOf } from "../core/resource";
import type { CleanUpInputs } from "../../provider/release/clean-up";

/** The arguments of the resource, for transforms. */
export type CleanUpArgs = InputsOf<CleanUpInputs>;

/** Waits for the drains on each host; then what failed or was orphaned goes, and images beyond the retained ones. */
export class CleanUp extends PluginResource {
  constructor(
    name: string,
    inputs: CleanUpArgs,
    opts: pulumi.CustomResourceOptions,
    transform?: Transform<CleanUpArgs>,
  ) {
    const [, args, changed] = transformed<CleanUpArgs>(transform, name, inputs, opts);
    super("CleanUp", name, args, changed);
  }
}
