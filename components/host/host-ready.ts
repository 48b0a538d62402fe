/** What has to hold before a host takes containers, and the verbs that are put there then, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { appLabel } from "../core/names";
import { PluginResource, type InputsOf } from "../core/resource";
import type { Shell } from "../../provider/ssh/address";
import { versionOf, type GateInputs } from "../../provider/host/host-ready";
import type { Kit } from "../../provider/host/scripts";

/** The arguments of the resource, for transforms. */
export type GateArgs = InputsOf<GateInputs>;

/**
 * Succeeds when a host can take containers and has the verbs. It looks again when what it asks for changes, and goes with the verbs, last of
 * all on the host.
 */
export class GateOnHost extends PluginResource {
  /** The host key of the machine that answered first, where the program pins none. */
  declare readonly seenHostKey: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    shell: pulumi.Input<Shell>,
    verb: GateInputs["verb"],
    settings: { words: pulumi.Input<string>[]; show: boolean },
    verbs: Kit,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<GateArgs>,
  ) {
    const owner = appLabel(name.replace(/-gate$/, ""));
    const [, args, changed] = transformed<GateArgs>(
      transform,
      name,
      {
        shell,
        verb,
        ...settings,
        version: versionOf(verb),
        directory: verbs.directory,
        owner,
      },
      opts,
    );
    super(
      verb === "preflight" ? "Preflight" : "HostReady",
      name,
      { ...args, seenHostKey: undefined },
      changed,
    );
  }
}
