/** Who can reach an accessory, for what a program hands its address to. */
import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host";
import type { Publish } from "./ports";

/** An accessory, as far as its clients have to know it. */
export interface Reachable {
  /** How errors name it. */
  label: string;
  server: Host;
  publish: Publish | undefined;
}

const accessories = new WeakMap<pulumi.Resource, Reachable>();

/** Remembers an accessory by the resource that its address waits for. */
export function reachable(ready: pulumi.Resource, accessory: Reachable): void {
  accessories.set(ready, accessory);
}

/** The accessory that this resource says to be ready; undefined for any other resource. */
export function accessoryOf(resource: pulumi.Resource): Reachable | undefined {
  return accessories.get(resource);
}
