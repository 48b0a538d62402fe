/** A verb of the host kit as a resource: it runs on the host when its words change, and says why where it fails. */
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { PluginResource, type InputsOf } from "../core/resource";
import type { Host } from "./host";
import { verbLine, type Verb } from "../../provider/host/scripts";
import { onHost } from "./depends";
import type { VerbInputs } from "../../provider/release/verb";

/** The arguments of the resource, for transforms. */
export type VerbArgs = InputsOf<VerbInputs>;

/** The settings of a verb. */
export interface VerbSettings {
  /** The words behind the verb; quoted for the shell. */
  words: pulumi.Input<pulumi.Input<string>[]>;
  /** Standard input, for what must not be in an argument list. */
  stdin?: pulumi.Input<string>;
  /** The image that it makes a container from, and the login it is pulled with where it has gone from the host. */
  image?: { reference: pulumi.Input<string>; login: pulumi.Input<string> };
  /** The verb, with its words, that undoes it when the resource itself is removed. */
  undo?: { verb: Verb; words: string[] };
  /** Seconds that it may take. @default 300 */
  timeout?: number;
  /** The container that it brings to run; a refresh sees when that has stopped. */
  container?: pulumi.Input<string>;
  /** The files that it puts on the host; a refresh sees when one is gone. */
  files?: string[];
  /** A container that is there only until its work is done; a refresh sees when there is one. */
  without?: string;
}

/** The verbs that are steps of a graph. */
type Step = "bridge" | "certificate" | "postgres-login" | "proxy-there" | "settle";

/**
 * Runs a verb on a host. It is never replaced: with its words it is an update, so that the `undo` of one release never runs
 * after the next one. Its type is named after the verb: `sextant:index:Bridge`.
 */
export class VerbOnHost extends PluginResource {
  /** The line that is run on the host. */
  declare readonly line: pulumi.Output<string>;

  constructor(
    name: string,
    host: Host,
    verb: Step,
    settings: VerbSettings,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<VerbArgs>,
  ) {
    const { words, stdin, image, undo, timeout = 300, container, files, without } = settings;
    const [, args, changed] = transformed<VerbArgs>(
      transform,
      name,
      {
        shell: host.shell,
        line: pulumi.output(words).apply((plain) => verbLine(host.kit, verb, plain)),
        ...(stdin === undefined ? {} : { stdin }),
        ...(image === undefined ? {} : { image: image.reference, __auth: image.login }),
        ...(undo === undefined ? {} : { undo: verbLine(host.kit, undo.verb, undo.words) }),
        timeout,
        ...(container === undefined ? {} : { container }),
        ...(files === undefined ? {} : { files }),
        ...(without === undefined ? {} : { without }),
      },
      onHost(host, opts),
    );
    super(typeOf(verb), name, args, changed);
  }
}

/** `accessory-ready` as the name of a type: `AccessoryReady`. */
export function typeOf<Name extends string>(verb: Name): Pascal<Name> {
  return verb
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("") as Pascal<Name>;
}

type Pascal<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${Capitalize<First>}${Pascal<Rest>}`
  : Capitalize<Name>;
