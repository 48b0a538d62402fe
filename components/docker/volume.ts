/** A Docker volume on a host, as a resource. */
import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type InputsOf } from "../dynamic/resource";
import type { VolumeInputs } from "./volume-provider";

/** The arguments of the resource, for transforms. */
export type VolumeArgs = InputsOf<VolumeInputs>;

/** A Docker volume on a host; one of that name that is there already is taken. */
export class Volume extends DynamicResource {
  /** The name at Docker. */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions) {
    super("volume", "Volume", name, args, opts);
  }
}
