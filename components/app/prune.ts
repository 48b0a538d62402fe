/** The clean-up after a release, as one resource for all hosts of an app. */
import type * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { PluginResource, type InputsOf } from "../core/resource";
import type { PruneInputs } from "../../provider/release/clean-up";

/** The arguments of the resource, for transforms. */
export type PruneArgs = InputsOf<PruneInputs>;

/** Waits for the drains on each host; then what failed or was orphaned goes, and images beyond the retained ones. */
export class Prune extends PluginResource {
  constructor(
    name: string,
    inputs: PruneArgs,
    opts: pulumi.CustomResourceOptions,
    transform?: Transform<PruneArgs>,
  ) {
    const [, args, changed] = transformed<PruneArgs>(transform, name, inputs, opts);
    super("Prune", name, args, changed);
  }
}
