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
        .filter(
          ({ parent, name: other, props }) =>
            parent === container.parent &&
            namesOf(container.name, listOf(known(() => props["replicas"])).length).some((each) =>
              isSwitchOf(other, each),
            ),
        )
        .map(({ props }) => listOf(known(() => [props["container"], ...listOf(props["replicas"])])))
        .filter((others) => others.every((other) => typeof other === "string"));
      return served.every((others) => others.length === 0 || others.includes(name))
        ? []
        : [
            {
              violation: `${container.name} would be replaced without its switch, and what serves would be deleted; run it without --target.`,
              urn: container.urn,
            },
          ];
    });
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What a switch of a container is named after: the role on its host, whose first container has that name, and a further one a number behind it. */
function namesOf(container: string, further: number): string[] {
  const [, first, number] = /^(.+)-(\d+)$/.exec(container) ?? [];
  return first !== undefined && Number(number) >= 2 && Number(number) <= further + 1
    ? [container, first]
    : [container];
}

function isSwitchOf(resource: string, container: string): boolean {
  return resource === `${container}-switch` || resource.startsWith(`${container}-switch-`);
}
