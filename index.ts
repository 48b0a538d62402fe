/** Runs the program of the selected stack: `stacks/<stack>.ts`. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

const stack = pulumi.getStack();
const program = join(__dirname, "stacks", `${stack}.ts`);
if (!existsSync(program)) {
  throw new pulumi.RunError(
    `there is no program for the stack ${stack}; write stacks/${stack}.ts, or select another stack.`,
  );
}
// Which program runs is known only now, and the loader of TypeScript that Pulumi installs works on require.
export = createRequire(__filename)(program) as Record<string, unknown>;
