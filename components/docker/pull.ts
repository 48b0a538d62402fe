/** The pull of an image to hosts, as a resource. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { DynamicResource, type InputsOf } from "../dynamic/resource";
import type { Host } from "../host/host";
import { kit, verbLine } from "../host/kit";
import { registryOf } from "../registry/args";
import type { PullHost, PullInputs } from "./pull-provider";

/** The arguments of the resource, for transforms. */
export type PullArgs = InputsOf<PullInputs>;

/**
 * Brings an image to hosts, to all of them at once. It is one resource for all: what waits for the image on every host then waits
 * for one resource, and the engine writes its state twice a release instead of twice a release and host.
 */
export class Pull extends DynamicResource {
  /** The full reference. */
  declare readonly image: pulumi.Output<string>;

  constructor(
    name: string,
    hosts: readonly Host[],
    image: pulumi.Input<string>,
    opts: { parent: pulumi.Resource },
    transform?: Transform<PullArgs>,
  ) {
    const [, args, changed] = transformed<PullArgs>(
      transform,
      name,
      {
        image,
        line: pulumi.output(image).apply((reference) => verbLine(kit(), "pull", [`image=${reference}`])),
        hosts: hosts.map(pullHost),
        auth: credentials(hosts, image),
      },
      { ...opts, dependsOn: hosts.map(({ ready }) => ready) },
    );
    super("pull", "Pull", name, args, changed);
  }
}

function pullHost({ shell, tied }: Host): InputsOf<PullHost> {
  const machine = tied.replacementTrigger as pulumi.Input<string> | undefined;
  return { shell, ...(machine === undefined ? {} : { machine }) };
}

/** The credentials of the image's registry by the host's name, in the form of Docker's API: base64 of JSON; none where there are none. */
function credentials(
  hosts: readonly Host[],
  image: pulumi.Input<string>,
): pulumi.Output<Record<string, string>> {
  return pulumi.secret(
    pulumi.output(image).apply((reference) => {
      const address = registryOf(reference);
      const known = hosts.flatMap(({ hostName, registries }) => {
        const registry = registries.find((each) => each.serves(address));
        return registry === undefined ? [] : [{ hostName, registry }];
      });
      const each = known.map(({ hostName, registry }) =>
        pulumi
          .all([registry.username, registry.password])
          .apply(([username, password]): [string, string] => [
            hostName,
            Buffer.from(JSON.stringify({ username, password, serveraddress: address })).toString("base64url"),
          ]),
      );
      return pulumi.all(each).apply((entries) => Object.fromEntries(entries));
    }),
  );
}
