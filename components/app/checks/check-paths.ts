/** Path prefixes that the proxy takes off, although the same app answers without them too. */
import type { Problem } from "../../core/problem";
import type { AppArgs } from "../args";
import { routeArgument, type Role } from "../plan";

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
          check: "stripped-path" as const,
        },
      ];
    }),
  );
}
