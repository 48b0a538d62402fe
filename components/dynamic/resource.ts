/**
 * Resources whose work is done by this library itself, in Pulumi's plugin for dynamic resources: it is part of the SDK, and
 * starts in the program's directory. The state holds where the library's provider lies and not its code, so that an
 * upgrade of the library is no change of a resource, and a program starts without packing functions into text.
 */
import { relative, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Providers } from "./provider";

/** The compiled providers; a program that runs from this library's own sources finds them in its build. */
const file = __filename.endsWith(".ts")
  ? resolve(__dirname, "../../dist/dynamic/provider.js")
  : resolve(__dirname, "provider.js");

/** What the plugin evaluates: the path is relative, so that it is the same on every machine. */
export function providerText(kind: keyof Providers, directory = process.cwd()): string {
  const path = JSON.stringify(relative(directory, file));
  return `exports.handler = () => require(require("node:path").resolve(${path})).providers.${kind};`;
}

/** The inputs of a resource as a program gives them: any part may be an output. */
export type InputsOf<Inputs> = { [Name in keyof Inputs]: DeepInput<Inputs[Name]> };

type DeepInput<Value> = pulumi.Input<
  Value extends readonly (infer Item)[]
    ? DeepInput<Item>[]
    : Value extends object
      ? { [Name in keyof Value]: DeepInput<Value[Name]> }
      : Value
>;

/** A resource of the kind `kind`; its type is `pulumi-nodejs:dynamic/sextant:<Class>`. */
export abstract class DynamicResource extends pulumi.CustomResource {
  protected constructor(
    kind: keyof Providers,
    type: string,
    name: string,
    inputs: pulumi.Inputs,
    opts: pulumi.CustomResourceOptions,
  ) {
    // Pulumi takes a stack trace for the state of a resource, and one of each of its some sixty promises for a report on
    // promises that never end: each put through source maps, 50 ms a server of some 200, and 1 kB of a state's 3. They lead into
    // this library, and say the same for all; the component around it keeps the line of the program. For that report, which has to
    // be asked for, they stay.
    const prepare = Error.prepareStackTrace;
    if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) Error.prepareStackTrace = String;
    try {
      super(
        `pulumi-nodejs:dynamic/sextant:${type}`,
        name,
        { ...inputs, __provider: providerText(kind) },
        opts,
      );
    } finally {
      Error.prepareStackTrace = prepare;
    }
  }
}
