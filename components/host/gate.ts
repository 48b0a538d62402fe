/** What has to hold before a host takes containers, and the verbs that are put there then, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { DynamicResource, type InputsOf } from "../dynamic/resource";
import type { Shell } from "../dynamic/shell";
import { versionOf, type GateInputs } from "./gate-provider";
import type { Kit } from "./kit";
import { unlessUsed } from "./kit-files";
import { typeOf } from "./verb";

/** The arguments of the resource, for transforms. */
export type GateArgs = InputsOf<GateInputs>;

/**
 * Succeeds when a host can take containers and has the verbs. It looks again when what it asks for changes, and goes with the verbs, last of
 * all on the host.
 */
export class GateOnHost extends DynamicResource {
  constructor(
    name: string,
    shell: pulumi.Input<Shell>,
    verb: GateInputs["verb"],
    settings: { words: pulumi.Input<string>[]; show: boolean },
    verbs: Kit,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<GateArgs>,
  ) {
    const [, args, changed] = transformed<GateArgs>(
      transform,
      name,
      {
        shell,
        verb,
        ...settings,
        version: versionOf(verb),
        directory: verbs.directory,
        undo: unlessUsed(verbs),
      },
      opts,
    );
    super("gate", typeOf(verb), name, args, changed);
  }
}
