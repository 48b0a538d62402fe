/** Path prefixes that the proxy takes off, although the same app answers without them too. */
import type { Problem } from "../../core/problem";
import type { AppArgs } from "../args";
import { routeArgument, type Role } from "../plan";
import type { Check } from "../../core/check";

export const strippedPathCheck: Check = {
  id: "stripped-path",
  title: "Path prefix that the app never sees",
  effect: "warned",
  why: "The proxy takes a route's prefix off, as Kamal has it: right for an app that knows nothing of the prefix it lives below. Beside `/` on the same route the app lives at the root as well, and `/orders/5` reaches it as `/5`.",
  says: [
    'App "shop": route.paths is ["/","/orders"], but stripPath takes "/orders" off before the app sees the request; remove "/orders", which "/" answers already, or set stripPath: false (npx sextant docs checks#stripped-path).',
  ],
};

/**
 * With `/` and a longer prefix on one route, the app gets `/orders/5` as `/5`: a route that strips, as it does by default,
 * is for an app that lives below its prefix.
 */
export function checkPaths(args: AppArgs, roles: readonly Role[]): Problem[] {
  return roles.flatMap((role) =>
    role.routes.flatMap(({ route }, at) => {
      const paths = route.paths ?? ["/"];
      const longer = paths.find((path) => path !== "/");
      if (route.stripPath === false || longer === undefined || !paths.includes("/")) return [];
      return [
        {
          argument: `${routeArgument(args, role, at)}.paths`,
          value: paths,
          rule: `stripPath takes "${longer}" off before the app sees the request`,
          cure: `remove "${longer}", which "/" answers already, or set stripPath: false`,
          check: strippedPathCheck,
        },
      ];
    }),
  );
}
