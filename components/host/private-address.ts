/** A host's address in the private network, for what has to have one. */
import type * as pulumi from "@pulumi/pulumi";
import { lateRefusal } from "../core/refusal";

/** The address, or one sentence that says that there is none. @param label the component that listens there */
export function privateAddress(
  label: string,
  address: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
  return address.apply((known) => {
    if (known === undefined) {
      throw lateRefusal(
        `${label}: publish is "private", but its server has no private address; attach the server to a Network.`,
      );
    }
    return known;
  });
}
