/** The pull of an image to hosts, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { PluginResource, type InputsOf } from "../core/resource";
import type { Host } from "../host/host";
import { machineOf } from "../host/depends";
import { loginLine } from "./login";
import type { PullInputs } from "../../provider/docker/pull";

/** The arguments of the resource, for transforms. */
export type PullArgs = InputsOf<PullInputs>;

/**
 * Brings an image to hosts, to all of them at once. It is one resource for all: what waits for the image on every host then waits
 * for one resource, and the engine writes its state twice a release instead of twice a release and host.
 */
export class Pull extends PluginResource {
  /** The full reference. */
  declare readonly image: pulumi.Output<string>;

  /** @param owner whose release is about to use the image: no clean-up of another one takes it meanwhile */
  constructor(
    name: string,
    hosts: readonly Host[],
    image: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    owner: string | undefined,
    transform?: Transform<PullArgs>,
  ) {
    const [, args, changed] = transformed<PullArgs>(
      transform,
      name,
      {
        image,
        ...(owner === undefined ? {} : { owner }),
        hosts: hosts.map(machineOf),
        __auth: pulumi.secret(
          pulumi.all(Object.fromEntries(hosts.map((host) => [host.hostName, loginLine(host, image)]))),
        ),
      },
      { ...opts, dependsOn: hosts.map(({ ready }) => ready) },
    );
    super("Pull", name, args, changed);
  }
}
