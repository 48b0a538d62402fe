/** The verbs on a host, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { DynamicResource, type InputsOf } from "../dynamic/resource";
import type { Shell } from "../dynamic/shell";
import type { Kit } from "./kit";
import type { KitInputs } from "./kit-provider";

/** The arguments of the resource, for transforms. */
export type KitArgs = InputsOf<KitInputs>;

/** Puts the verbs on a host. */
export class KitOnHost extends DynamicResource {
  constructor(
    name: string,
    shell: pulumi.Input<Shell>,
    verbs: Kit,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<KitArgs>,
  ) {
    const [, args, changed] = transformed<KitArgs>(
      transform,
      name,
      { shell, directory: verbs.directory, undo: removeUnused(verbs.remove) },
      opts,
    );
    super("kit", "Kit", name, args, changed);
  }
}

/** The command that removes the verbs, unless another program still has containers on the host. */
function removeUnused(remove: string): string {
  const used = ["sextant.app", "sextant.accessory", "sextant.config"]
    .map((label) => `docker ps --all --quiet --filter label=${label}`)
    .join("; ");
  return `[ -n "$(${used})" ] || { ${remove}; }`;
}
