/**
 * Containers of a rollout that would be replaced without their switch, which is what `--target` on a container does: the
 * engine then deletes the old container, and the proxy still routes to it. A policy is not told of `--target`; it shows
 * in that the switch names another container than the one that would be there.
 */
import { isContainer, known, labelsOf, type Resource, type Violation } from "./resource";

export function halfReleased(resources: readonly Resource[]): Violation[] {
  return resources
    .filter(({ type, props }) => isContainer(type) && labelsOf(props).has("sextant.role"))
    .flatMap((container) => {
      const name = known(() => container.props["name"]);
      if (typeof name !== "string") return [];
      const served = resources
        .filter(({ parent, name: other }) => parent === container.parent && isSwitchOf(other, container.name))
        .map(({ props }) => known(() => props["container"]))
        .filter((other) => typeof other === "string");
      return served.every((other) => other === name)
        ? []
        : [
            {
              violation: `${container.name} would be replaced without its switch, and what serves would be deleted; run it without --target.`,
              urn: container.urn,
            },
          ];
    });
}

function isSwitchOf(resource: string, container: string): boolean {
  return resource === `${container}-switch` || resource.startsWith(`${container}-switch-`);
}
