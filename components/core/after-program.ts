/** Checks that need the whole program. */
import * as pulumi from "@pulumi/pulumi";

/**
 * Runs a check once the program has made all its components, also one that makes them asynchronously; the engine waits
 * for it. Without a stack, as in a user's unit tests, nothing is run.
 */
export function afterProgram(check: () => void): void {
  const stack = pulumi.runtime.getStackResource() as { outputs?: pulumi.Output<unknown> } | undefined;
  if (stack === undefined) return;
  const done = pulumi.runtime.rpcKeepAlive();
  // The stack gets its outputs in its constructor, in which the program may have been started.
  setImmediate(() => {
    const outputs = (stack.outputs as unknown as { promise(): Promise<unknown> } | undefined)?.promise();
    // A program that failed says so itself.
    (outputs ?? Promise.resolve()).then(check, () => undefined).finally(done);
  });
}
