/** A verb of the host kit as a resource: it runs on the host when its words change, and says why where it fails. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { DynamicResource, type InputsOf } from "../dynamic/resource";
import type { Host } from "./host";
import { verbLine, type Verb } from "./kit";
import { onHost } from "./remote";
import type { VerbInputs } from "./verb-provider";

/** The arguments of the resource, for transforms. */
export type VerbArgs = InputsOf<VerbInputs>;

/** The settings of a verb. */
export interface VerbSettings {
  /** The words behind the verb; quoted for the shell. */
  words: pulumi.Input<string>[];
  /** Standard input, for what must not be in an argument list. */
  stdin?: pulumi.Input<string>;
  /** The verb, with its words, that undoes it when the resource itself is removed. */
  undo?: { verb: Verb; words: string[] };
  /** Seconds that it may take. @default 300 */
  timeout?: number;
  /** The container that it brings to run; a refresh sees when that has stopped. */
  container?: pulumi.Input<string>;
}

/**
 * Runs a verb on a host. It is never replaced: with its words it is an update, so that the `undo` of one release never runs
 * after the next one. Its type is named after the verb: `pulumi-nodejs:dynamic/sextant:Switch`.
 */
export class VerbOnHost extends DynamicResource {
  /** The line that is run on the host. */
  declare readonly line: pulumi.Output<string>;

  constructor(
    name: string,
    host: Host,
    verb: Verb,
    settings: VerbSettings,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<VerbArgs>,
  ) {
    const { words, stdin, undo, timeout = 300, container } = settings;
    const [, args, changed] = transformed<VerbArgs>(
      transform,
      name,
      {
        shell: host.shell,
        line: pulumi.all(words).apply((plain) => verbLine(host.kit, verb, plain)),
        ...(stdin === undefined ? {} : { stdin }),
        ...(undo === undefined ? {} : { undo: verbLine(host.kit, undo.verb, undo.words) }),
        timeout,
        ...(container === undefined ? {} : { container }),
      },
      onHost(host, opts),
    );
    super("verb", typeOf(verb), name, args, changed);
  }
}

/** `accessory-ready` as the name of a type: `AccessoryReady`. */
export function typeOf(verb: string): string {
  return verb
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}
