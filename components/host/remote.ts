/** Resources on a host: their common options, and the commands that run a verb there. */
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import { transformed, type Transform } from "../core/component";
import type { Host } from "./host";
import { verbLine, type Verb } from "./kit";

/** Options of a Docker resource on a host: its provider, waiting for the host, and going when the host goes. */
export function onHost(
  host: Host,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): pulumi.CustomResourceOptions {
  return { provider: host.docker, ...host.tied, ...opts, dependsOn: [host.ready, ...listOf(opts.dependsOn)] };
}

/** The settings of a verb's command. */
export interface VerbArgs {
  /** The words behind the verb; quoted for the shell. */
  words: pulumi.Input<string>[];
  /** Standard input, for what must not be in an argument list. */
  stdin?: pulumi.Input<string>;
  /** The verb, with its words, that undoes it when the resource itself is removed. */
  undo?: { verb: Verb; words: string[] };
}

/**
 * A verb on a host as a remote command. It has no triggers: with them it would be replaced, and the replaced one's
 * `undo` would run after the new one. Instead its words change when there is something to do, and it is an update.
 */
export function runVerb(
  name: string,
  host: Host,
  verb: Verb,
  args: VerbArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
  transform?: Transform<command.remote.CommandArgs>,
): command.remote.Command {
  const create = pulumi.all(args.words).apply((words) => verbLine(host.kit, verb, words));
  const undo = args.undo;
  return new command.remote.Command(
    ...transformed<command.remote.CommandArgs>(
      transform,
      name,
      {
        connection: host.connection,
        create,
        delete: undo === undefined ? undefined : verbLine(host.kit, undo.verb, undo.words),
        stdin: args.stdin,
        // One output line of over 64 KB stops the plugin for good when it logs; failures show the output anyway.
        logging: command.remote.Logging.None,
        addPreviousOutputInEnv: false,
      },
      { ...host.tied, ...opts, dependsOn: [host.ready, ...listOf(opts.dependsOn)] },
    ),
  );
}

/** `dependsOn` as a list. */
export function listOf(dependsOn: pulumi.CustomResourceOptions["dependsOn"]): pulumi.Resource[] {
  if (dependsOn === undefined) return [];
  return (Array.isArray(dependsOn) ? dependsOn : [dependsOn]) as pulumi.Resource[];
}

/**
 * Environment for a verb's standard input: a line `NAME BASE64` each, sorted. The result is a secret, whatever went in.
 */
export function environmentLines(env: Record<string, pulumi.Input<string>>): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.all(env).apply((values) =>
      Object.entries(values)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name} ${Buffer.from(value).toString("base64")}\n`)
        .join(""),
    ),
  );
}
