/**
 * Resources whose work is done by the plugin of this library, `pulumi-resource-sextant`. Their inputs and their state are plain values, so
 * that an upgrade of the library is no change of a resource.
 */
import * as pulumi from "@pulumi/pulumi";
import type { ResourceType } from "../../provider/resources";
import { asidesOf } from "./asides";
import { needPlugin } from "./plugin";
import { libraryPackage } from "../../provider/core/package";
import { leftOutInput } from "../../provider/core/limited-run";

/** The inputs of a resource as a program gives them: any part may be an output. */
export type InputsOf<Inputs> = { [Name in keyof Inputs]: DeepInput<Inputs[Name]> };

type DeepInput<Value> = pulumi.Input<
  Value extends readonly (infer Item)[]
    ? DeepInput<Item>[]
    : Value extends object
      ? { [Name in keyof Value]: DeepInput<Value[Name]> }
      : Value
>;

/** Variables that are secrets, as a program gives them. */
type Secrets = pulumi.Input<Record<string, pulumi.Input<string>> | undefined>;

/** The `secrets` among some inputs, each marked as a secret wherever it comes from, also from a transform. */
function hidden({ secrets }: { secrets?: Secrets }): { secrets?: Secrets } {
  if (secrets === undefined) return {};
  if (pulumi.Output.isInstance(secrets) || secrets instanceof Promise)
    return { secrets: pulumi.secret(secrets) };
  return {
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, pulumi.secret(value)])),
  };
}

/** The option of a resource that a limited run leaves out. */
export interface LeftOut {
  leftOut?: true;
}

/** A resource of the type `sextant:index:<type>`. Its input `secrets`, where it has one, is a secret. */
export abstract class PluginResource extends pulumi.CustomResource {
  protected constructor(
    type: ResourceType,
    name: string,
    inputs: pulumi.Inputs,
    { leftOut, ...opts }: pulumi.CustomResourceOptions & LeftOut,
  ) {
    needPlugin();
    const { version, pulumi: settings } = libraryPackage();
    // Pulumi takes a stack trace for the state of a resource, and one of each of its some sixty promises for a report on
    // promises that never end: each put through source maps, 50 ms a server of some 200, and 1 kB of a state's 3. They lead into
    // this library, and say the same for all; the component around it keeps the line of the program. For that report, which has to
    // be asked for, they stay.
    const prepare = Error.prepareStackTrace;
    if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) Error.prepareStackTrace = String;
    try {
      super(
        `sextant:index:${type}`,
        name,
        {
          ...inputs,
          ...hidden(inputs),
          ...asidesOf(opts.parent),
          ...(leftOut === true ? { [leftOutInput]: true } : {}),
        },
        {
          version,
          pluginDownloadURL: settings.server,
          ...opts,
        },
      );
    } finally {
      Error.prepareStackTrace = prepare;
    }
  }
}
