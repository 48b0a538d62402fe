/** A Docker volume on a host, as a resource. */
import type * as pulumi from "@pulumi/pulumi";
import { listVolume } from "../data/volume-list";
import { PluginResource, type InputsOf } from "../core/resource";
import type { VolumeInputs } from "../../provider/docker/volume";

/** The arguments of the resource, for transforms. */
export type VolumeArgs = InputsOf<VolumeInputs>;

/** A Docker volume on a host; one of that name that is there already is taken. */
export class Volume extends PluginResource {
  /** The name at Docker. */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions) {
    super("Volume", name, args, opts);
    listVolume(args);
  }
}
