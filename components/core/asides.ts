/** What the plugin is told of the resources of a component besides their inputs: it is in no state, and no difference between two runs. */
import type * as pulumi from "@pulumi/pulumi";

const asides = new WeakMap<pulumi.Resource, pulumi.Inputs>();

/** Tells it of each resource of this library that is made from now on with this component as its parent. */
export function tellOf(component: pulumi.ComponentResource, inputs: pulumi.Inputs): void {
  asides.set(component, inputs);
}

export const asidesOf = (parent: pulumi.Resource | undefined): pulumi.Inputs =>
  (parent === undefined ? undefined : asides.get(parent)) ?? {};
