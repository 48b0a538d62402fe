/** What has to hold before a host takes containers, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { DynamicResource, type InputsOf } from "../dynamic/resource";
import type { Shell } from "../dynamic/shell";
import { versionOf, type GateInputs } from "./gate-provider";
import { typeOf } from "./verb";

/** The arguments of the resource, for transforms. */
export type GateArgs = InputsOf<GateInputs>;

/** Succeeds when a host can take containers. It looks again when what it asks for changes. */
export class GateOnHost extends DynamicResource {
  constructor(
    name: string,
    shell: pulumi.Input<Shell>,
    verb: GateInputs["verb"],
    settings: { words: pulumi.Input<string>[]; show: boolean },
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<GateArgs>,
  ) {
    const [, args, changed] = transformed<GateArgs>(
      transform,
      name,
      { shell, verb, ...settings, version: versionOf(verb) },
      opts,
    );
    super("gate", typeOf(verb), name, args, changed);
  }
}
