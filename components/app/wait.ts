/** The pause between two batches of a rollout, as a resource. */
import type * as pulumi from "@pulumi/pulumi";
import type { WaitInputs } from "../../provider/release/wait";
import { transformed, type Transform } from "../core/component";
import { PluginResource, type InputsOf } from "../core/resource";

/** The arguments of the resource, for transforms. */
export type WaitArgs = InputsOf<WaitInputs>;

/** Waits after a batch that was released. */
export class Wait extends PluginResource {
  constructor(
    name: string,
    inputs: WaitArgs,
    opts: pulumi.CustomResourceOptions,
    transform?: Transform<WaitArgs>,
  ) {
    const [, args, changed] = transformed<WaitArgs>(transform, name, inputs, opts);
    super("Wait", name, args, changed);
  }
}
