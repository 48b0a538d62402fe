/** An image that the program builds, and a version that deploys another one. */
import type { Check } from "../../core/check";
import { isPlain } from "../../core/checks";
import type { Problem } from "../../core/problem";
import type { AppArgs, RoleArgs } from "../args";

export const builtAsideCheck: Check = {
  id: "built-aside",
  title: "Version that is another one than what is built",
  effect: "warned",
  why: "`version` beside an `Image` deploys an earlier release by its tag, as for a rollback. `--config version=…` stays in the stack's file: as long as it is there, each commit is built and pushed, and the release that it names is deployed.",
  says: [
    'App "shop": version is "v3", but Image "shop" builds 4f1c2ab, which is not deployed with it; pulumi config rm version deploys what is built (npx sextant docs checks#built-aside).',
  ],
};

/** @returns what is said of builds that are not deployed */
export function warnBuilt({
  image,
  version,
  roles,
}: Pick<AppArgs, "image" | "version"> & {
  roles: Record<string, Pick<RoleArgs, "image" | "version">>;
}): Problem[] {
  return [
    ...aside("version", image, version),
    ...Object.entries(roles).flatMap(([name, role]) =>
      role.image === undefined ? [] : aside(`roles.${name}.version`, role.image, role.version),
    ),
  ];
}

function aside(argument: string, image: AppArgs["image"], version: AppArgs["version"]): Problem[] {
  if (typeof image === "string" || !isPlain(version) || version === image.version) return [];
  return [
    {
      argument,
      value: version,
      rule: `${image.label} builds ${image.version}, which is not deployed with it`,
      cure: "pulumi config rm version deploys what is built",
      check: builtAsideCheck,
    },
  ];
}
