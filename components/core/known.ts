/** What of an output a preview knows. */
import type * as pulumi from "@pulumi/pulumi";

/** The value of an output, or undefined while only an update can know it: an `apply` would not run then. */
export async function known<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  const { isKnown, promise } = output as unknown as {
    isKnown: Promise<boolean>;
    promise(this: unknown): Promise<T>;
  };
  return (await isKnown) ? promise.call(output) : undefined;
}
