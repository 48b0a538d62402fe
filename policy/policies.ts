/** The rules as Pulumi's policies. */
import type { Policies, PolicyResource, StackValidationArgs } from "@pulumi/policy";
import { movingImage } from "./rules/moving-image";
import { halfReleased } from "./rules/half-released";
import { publicAccessory } from "./rules/public-accessory";
import { sshSources } from "./rules/ssh-sources";
import { unprotectedData } from "./rules/unprotected-data";
import type { Resource } from "./rules/resource";

/** Every policy of the pack; a pack of your own can take some of them. */
export const policies: Policies = [
  {
    name: "no-public-accessory",
    description: "No accessory is published to everybody.",
    enforcementLevel: "mandatory",
    validateResource: ({ type, name, props }, report) => {
      for (const violation of publicAccessory(type, name, props)) report(violation);
    },
  },
  {
    name: "no-mutable-tag",
    description: "Every container runs an image by a tag of its own, or by a digest.",
    enforcementLevel: "mandatory",
    validateResource: ({ type, props }, report) => {
      for (const violation of movingImage(type, props)) report(violation);
    },
  },
  {
    name: "ssh-sources",
    description:
      "SSH is let in from named networks only, and only from those that are configured, where some are.",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        networks: { type: "array", items: { type: "string" }, default: [] },
        port: { type: "number", default: 22 },
      },
    },
    validateResource: ({ type, props, getConfig }, report) => {
      const { networks = [], port = 22 } = getConfig<{ networks?: string[]; port?: number }>();
      for (const violation of sshSources(type, props, port, networks)) report(violation);
    },
  },
  {
    name: "protected-data",
    description: "Data of an accessory outlives it, and its server cannot be deleted by accident.",
    enforcementLevel: "mandatory",
    validateStack: (args, report) => {
      for (const { violation, urn } of unprotectedData(resources(args))) report(violation, urn);
    },
  },
  {
    name: "no-partial-rollout",
    description: "A rollout's container is replaced together with its switch, never by --target alone.",
    enforcementLevel: "mandatory",
    validateStack: (args, report) => {
      for (const { violation, urn } of halfReleased(resources(args))) report(violation, urn);
    },
  },
];

/** The resources as the rules take them. */
function resources({ resources: all }: StackValidationArgs): Resource[] {
  return all.map((resource: PolicyResource) => ({
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    props: resource.props,
    protect: resource.opts.protect,
    parent: resource.parent?.urn,
  }));
}
