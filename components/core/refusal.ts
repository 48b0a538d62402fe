/** Errors that end a preview with their sentences alone. */
import * as pulumi from "@pulumi/pulumi";

/** Refuses what a component was given, attributed to it. */
export function refusal(message: string, resource: pulumi.Resource): pulumi.ResourceError {
  return withoutStack(new pulumi.ResourceError(message, resource, true));
}

/** Refuses a value that is known only when it is read. */
export function lateRefusal(message: string): pulumi.RunError {
  return withoutStack(new pulumi.RunError(message));
}

/**
 * Pulumi shows no stack for these errors and yet formats it, for its trace, by `util.inspect` with colours. For a line whose
 * path ends in `node_modules/@scope/file`, as source maps of Pulumi's SDK make them, Node 20.20's `markNodeModules` never
 * finds the end and fills the memory for half a minute, see pulumi/pulumi#21326. Without a stack the message is taken.
 */
function withoutStack<E extends Error>(error: E): E {
  error.stack = "";
  return error;
}
