/** A Docker network on a host, as a resource. */
import type * as pulumi from "@pulumi/pulumi";
import { PluginResource, type InputsOf } from "../core/resource";
import type { DockerNetworkInputs } from "../../provider/docker/network";

/** The arguments of the resource, for transforms. */
export type DockerNetworkArgs = InputsOf<DockerNetworkInputs>;

/** A Docker network on a host; one of that name that is there already is taken. */
export class DockerNetwork extends PluginResource {
  /** The name at Docker. */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: DockerNetworkArgs, opts: pulumi.CustomResourceOptions) {
    super("DockerNetwork", name, args, opts);
  }
}
