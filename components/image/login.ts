/** The login by which a host pulls an image, among the registries that the host has. */
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host";
import { registryOf } from "../../provider/core/registry-of";

/**
 * What the verb `pull` reads from standard input on this host; empty where the host has no login for the image's registry. It is an
 * input of what pulls by the name `__auth`: Pulumi shows no change of inputs with such names, and a login that is new each time says
 * nothing about a release.
 */
export function loginLine(host: Host, image: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.output(image).apply((reference) => {
      const address = registryOf(reference);
      return host.registries.find((registry) => registry.serves(address))?.pullLine ?? "";
    }),
  );
}
