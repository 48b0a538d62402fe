/** The pull of an image to a host, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { DynamicResource, type InputsOf } from "../dynamic/resource";
import type { Host } from "../host/host";
import { verbLine } from "../host/kit";
import { onHost } from "../host/remote";
import { registryOf } from "../registry/args";
import type { PullInputs } from "./pull-provider";

/** The arguments of the resource, for transforms. */
export type PullArgs = InputsOf<PullInputs>;

/** Brings an image to a host. */
export class Pull extends DynamicResource {
  /** The full reference. */
  declare readonly image: pulumi.Output<string>;

  constructor(
    name: string,
    host: Host,
    image: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<PullArgs>,
  ) {
    const [, args, changed] = transformed<PullArgs>(
      transform,
      name,
      {
        shell: host.shell,
        image,
        line: pulumi.output(image).apply((reference) => verbLine(host.kit, "pull", [`image=${reference}`])),
        auth: credentials(host, image),
      },
      onHost(host, opts),
    );
    super("pull", "Pull", name, args, changed);
  }
}

/** The credentials of the image's registry in the form of Docker's API: base64 of JSON; empty where there are none. */
function credentials(host: Host, image: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.output(image).apply((reference): pulumi.Input<string> => {
      const address = registryOf(reference);
      const registry = host.registries.find((each) => each.serves(address));
      if (registry === undefined) return "";
      return pulumi
        .all([registry.username, registry.password])
        .apply(([username, password]) =>
          Buffer.from(JSON.stringify({ username, password, serveraddress: address })).toString("base64url"),
        );
    }),
  );
}
