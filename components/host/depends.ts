/** Resources on a host: their common options. */
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host";

/** Options of a resource on a host: waiting for the host, and going when the host goes. */
export function dependingOn(
  host: Host,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): pulumi.CustomResourceOptions {
  return { ...host.lifecycle, ...opts, dependsOn: [host.ready, ...listOf(opts.dependsOn)] };
}

/** How a host is reached, and where the program makes it, which machine it is. */
export function machineOf({ ssh, lifecycle }: Pick<Host, "ssh" | "lifecycle">): {
  shell: Host["ssh"];
  machine?: pulumi.Input<string>;
} {
  const machine = lifecycle.replacementTrigger as pulumi.Input<string> | undefined;
  return { shell: ssh, ...(machine === undefined ? {} : { machine }) };
}

/** The options of a resource that waits for these as well. */
export function alsoAfter(
  opts: pulumi.CustomResourceOptions,
  ...more: pulumi.Resource[]
): pulumi.CustomResourceOptions {
  return { ...opts, dependsOn: [...listOf(opts.dependsOn), ...more] };
}

/** `dependsOn` as a list. */
function listOf(dependsOn: pulumi.CustomResourceOptions["dependsOn"]): pulumi.Resource[] {
  if (dependsOn === undefined) return [];
  return (Array.isArray(dependsOn) ? dependsOn : [dependsOn]) as pulumi.Resource[];
}
