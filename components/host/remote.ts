/** Resources on a host: their common options, and variables as verbs read them. */
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host";

/** Options of a resource on a host: waiting for the host, and going when the host goes. */
export function onHost(
  host: Host,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): pulumi.CustomResourceOptions {
  return { ...host.tied, ...opts, dependsOn: [host.ready, ...listOf(opts.dependsOn)] };
}

/** `dependsOn` as a list. */
function listOf(dependsOn: pulumi.CustomResourceOptions["dependsOn"]): pulumi.Resource[] {
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
