/** The data of a component, as a resource: what it is called on its hosts, whose it is, and where it is. */
import type * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import type { VolumeArgs } from "../docker/volume";
import { PluginResource, type InputsOf } from "../core/resource";
import { allGone } from "../host/gone";
import type { Host } from "../host/host";
import { machineOf } from "../host/depends";
import { wayOf } from "../host/way";
import type { DataInputs } from "../../provider/data/data";
import type { TakenMount } from "../../provider/kamal/accessory";
import type { DataPlace } from "../../provider/data/left-behind";

/**
 * What a component's data is called and whose it is, kept from its first deploy on through renames of component, stack and project.
 * A preview fails where an edit would leave data behind. Its type is `sextant:index:Data`.
 */
export class DataOf extends PluginResource {
  /** What the names of its volumes begin with; an accessory's container has it as its name. */
  declare readonly name: pulumi.Output<string>;
  /** What the owner label of its volumes begins with. */
  declare readonly owner: pulumi.Output<string>;
  /** Where the volumes of Kamal's accessory lie that it takes up; undefined for any other. */
  declare readonly taken: pulumi.Output<Record<string, TakenMount> | undefined> | undefined;

  constructor(name: string, args: InputsOf<DataInputs>, opts: pulumi.CustomResourceOptions) {
    // What a resource has no input for is no output of it either.
    const found = args.kamal === undefined ? {} : { taken: undefined };
    super("Data", name, { ...args, ...found }, { ...opts, dependsOn: allGone() });
  }
}

/** What the names and the owners of a component's volumes begin with. */
export type Names = Record<"name" | "owner", pulumi.Input<string>>;

/**
 * What a transform calls a volume at Docker; undefined where it leaves the name as it is.
 * @param args those of the volume's resource, which is made only after that of the data, with the names that new data would get
 */
export function calledByTransform(
  transform: Transform<VolumeArgs> | undefined,
  resource: string,
  args: VolumeArgs,
  opts: pulumi.CustomResourceOptions,
): { called?: pulumi.Input<string> } {
  const [, { name }] = transformed(transform, resource, args, opts);
  return name === args.name ? {} : { called: name };
}

/** A machine, by which it is told from another one. */
export function placeOf(host: Host): InputsOf<Omit<DataPlace, "volume">> {
  return { host: host.hostName, ...machineOf(host), ...wayOf(host) };
}
