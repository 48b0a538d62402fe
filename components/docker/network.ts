/** A Docker network on a host, as a resource. */
import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, type InputsOf } from "../dynamic/resource";
import type { DockerNetworkInputs } from "./network-provider";

/** The arguments of the resource, for transforms. */
export type DockerNetworkArgs = InputsOf<DockerNetworkInputs>;

/** A Docker network on a host; one of that name that is there already is taken. */
export class DockerNetwork extends DynamicResource {
  /** The name at Docker. */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: DockerNetworkArgs, opts: pulumi.CustomResourceOptions) {
    super("network", "DockerNetwork", name, args, opts);
  }
}
