/** What has to hold before a host takes containers, and the verbs that are put there then, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { appLabel } from "../core/names";
import { PluginResource, type InputsOf } from "../core/resource";
import type { SeenMachine } from "../../provider/host/preflight/judge";
import type { SshAddress } from "../../provider/ssh/address";
import { versionOf, type HostReadyInputs } from "../../provider/host/host-ready";
import type { HostScripts } from "../../provider/host/scripts";

/** The arguments of the resource, for transforms. */
export type HostReadyArgs = InputsOf<HostReadyInputs>;

/**
 * Succeeds when a host can take containers and has the verbs. It looks again when what it asks for changes, and goes with the verbs, last of
 * all on the host.
 */
export class HostReady extends PluginResource {
  /** The host key of the machine that answered first, where the program pins none. */
  declare readonly seenHostKey: pulumi.Output<string | undefined>;
  /** What the machine was when the preflight last looked at it. */
  declare readonly seen: pulumi.Output<SeenMachine | undefined>;

  constructor(
    name: string,
    shell: pulumi.Input<SshAddress>,
    verb: HostReadyInputs["verb"],
    settings: { words: pulumi.Input<string>[]; show: boolean },
    verbs: HostScripts,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<HostReadyArgs>,
  ) {
    const owner = appLabel(name.replace(/-gate$/, ""));
    const [, args, changed] = transformed<HostReadyArgs>(
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
      { ...args, seenHostKey: undefined, seen: undefined },
      changed,
    );
  }
}
