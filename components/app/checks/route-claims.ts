/** Who has which host and path on a proxy, over all apps and accessories of a program. */
import type { Problem } from "../../core/problem";
import type { RouteArgs } from "../route";
import type { RoutingProxy } from "../routing";
import type { Check } from "../../core/check";

export const sameRouteCheck: Check = {
  id: "same-route",
  title: "Two apps with the same host and path",
  effect: "refused",
  why: "One proxy serves all apps of a host. It would refuse the second app's route only at its switch, when the new release is up already. A wildcard beside one of its names is no conflict: the proxy takes the exact name first.",
  says: [
    'App "blog": roles.web.route is "shop.test/", but the route shop-web of App "shop" has the same host and path on web-1; give one of them another host or path (npx sextant docs checks#same-route).',
  ],
};

/** A route as another one may collide with it. */
export interface Claim {
  /** The name of the host. */
  host: string;
  /** The route's name in the proxy. */
  service: string;
  /** Host name and path. */
  pair: string;
  /** The app or accessory, for errors: `App "shop"`. */
  owner: string;
}

/** A role with its routes. */
interface RoutedRole {
  readonly name: string;
  readonly servers: readonly { readonly hostName: string }[];
  readonly routes: readonly { readonly service: string; readonly route: RouteArgs }[];
}

const claims = new WeakMap<RoutingProxy, Claim[]>();

/** The routes of a proxy by now. */
export function claimsOf(proxy: RoutingProxy): readonly Claim[] {
  return claims.get(proxy) ?? [];
}

/** Adds the routes of an app. */
export function registerRoutes(proxy: RoutingProxy, more: readonly Claim[]): void {
  claims.set(proxy, [...claimsOf(proxy), ...more]);
}

/**
 * The hosts and paths that the program gives to other services than these on a host, as the proxy names them. It is asked when the apps
 * of the program have all been made, as far as they do not wait for something: in what is computed from a container's name.
 */
export function claimedByOthers(
  proxy: RoutingProxy | undefined,
  host: string,
  services: readonly string[],
): string[] {
  const all = proxy === undefined ? [] : claimsOf(proxy);
  const others = all.filter((one) => one.host === host && !services.includes(one.service));
  return [...new Set(others.map(({ pair }) => pair))].sort();
}

/** A claim that is made now. */
export interface NewClaim extends Claim {
  /** How the program writes the route. */
  argument: string;
  /** How the program writes what the route is named after. */
  named: { argument: string; value: string; rule: string; cure: string };
}

/** What the roles of an app claim. */
export function claimsBy(owner: string, roles: readonly RoutedRole[]): NewClaim[] {
  return roles.flatMap((role) =>
    role.servers.flatMap(({ hostName }) =>
      role.routes.flatMap(({ service, route }) =>
        pairs(route).map((pair) => ({
          ...{ host: hostName, service, pair, owner, argument: `roles.${role.name}.route` },
          named: {
            ...{ argument: `roles.${role.name}`, value: role.name },
            ...{ rule: "its route would be named", cure: "rename the role" },
          },
        })),
      ),
    ),
  );
}

/**
 * Two routes for the same host and path, or with one name, on one proxy: the proxy would say so only after the new
 * release is up, or give the one's requests to the other.
 */
export function routeConflicts(mine: readonly NewClaim[], others: readonly Claim[]): Problem[] {
  const seen = [...others];
  const problems: Problem[] = [];
  for (const one of mine) {
    const sameHost = seen.filter(({ host }) => host === one.host);
    const pair = sameHost.find(
      (other) => other.pair === one.pair && !(other.service === one.service && other.owner === one.owner),
    );
    const named = sameHost.find((other) => other.service === one.service && other.owner !== one.owner);
    const whose = (other: Claim): string => (other.owner === one.owner ? "" : ` of ${other.owner}`);
    if (pair !== undefined) {
      problems.push({
        argument: one.argument,
        value: one.pair,
        rule: `the route ${pair.service}${whose(pair)} has the same host and path on ${one.host}`,
        cure: "give one of them another host or path",
        check: sameRouteCheck,
      });
    } else if (named !== undefined) {
      problems.push({
        ...one.named,
        rule: `${one.named.rule} ${one.service} on ${one.host}, as that of ${named.owner} is`,
        check: sameRouteCheck,
      });
    }
    seen.push(one);
  }
  return problems;
}

/** The host and path pairs of a route; `*` for every host. */
export function pairs(route: RouteArgs): string[] {
  const hosts = route.hosts?.length ? route.hosts : ["*"];
  const paths = route.paths?.length ? route.paths : ["/"];
  return hosts.flatMap((host) =>
    paths.map((path) => `${host.toLowerCase()}${path.replace(/(?<=.)\/+$/, "")}`),
  );
}
