/** A container on a host, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { PluginResource, type InputsOf } from "../core/resource";
import type { ContainerInputs } from "../../provider/docker/container-body";

/** The arguments of the resource, for transforms. Without a name, one is made from the resource's. */
export type ContainerArgs = InputsOf<Omit<ContainerInputs, "name">> & { name?: pulumi.Input<string> };

/**
 * A container on a host. What it is made from replaces it, its limits are changed in place. Its type is
 * `sextant:index:Container`.
 */
export class Container extends PluginResource {
  /** The name at Docker. */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: ContainerArgs, opts: pulumi.CustomResourceOptions) {
    // The name is known to the provider only, where it is made there.
    const named = args.name === undefined ? { name: undefined, namePrefix: name } : {};
    super("Container", name, { ...args, ...named }, opts);
  }
}
