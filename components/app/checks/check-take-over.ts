/** What has to be so for an app to take the place of one of Kamal's, and to be on servers of its. */
import { oneOf } from "../../core/checks";
import type { Problem } from "../../core/problem";
import { ofType } from "../../core/shape";
import type { Host } from "../../host/host";
import type { AppArgs } from "../args";
import type { Role } from "../plan";
import { certificateAtKamals, unreadOn } from "./at-kamals";

/** What is wrong with taking over an app of Kamal's, or with being on servers of its. */
export function checkTakeOver(args: AppArgs, roles: readonly Role[]): Problem[] {
  return [...checkWords(args), ...checkServers(args, roles), ...checkFiles(args, roles)];
}

/** Kamal's proxy reads no files of this program. */
function checkFiles({ errorPages, proxy }: AppArgs, roles: readonly Role[]): Problem[] {
  const isKamals = ({ takeOver }: Host): boolean => takeOver === "kamal";
  const there = roles.filter(({ routes, servers }) => routes.length > 0 && servers.some(isKamals));
  const on = there.flatMap(({ servers }) => servers).find(isKamals);
  if (proxy === undefined || on === undefined) return [];
  const own = there.filter(({ routes }) => routes.some(({ route }) => route.tls?.kind === "certificate"));
  return [
    ...(errorPages === undefined
      ? []
      : [
          {
            argument: "errorPages",
            value: errorPages,
            rule: unreadOn(on),
            cure: "leave it out until the program has a Proxy",
          },
        ]),
    ...own.map(({ name }) => ({ argument: `roles.${name}.route.tls`, ...certificateAtKamals(on) })),
  ];
}

function checkWords({ takeOver, roles }: AppArgs): Problem[] {
  if (takeOver === undefined) return [];
  const own = takeOver.roles ?? {};
  const names: [string, string | undefined][] = [
    ["service", takeOver.service],
    ["destination", takeOver.destination],
    ...Object.entries(own).map(([role, name]): [string, string] => [`roles.${role}`, name]),
  ];
  return [
    ...names
      .filter(([, name]) => name !== undefined && !/^[\w.-]+$/.test(name))
      .map(([argument, value]) => ({
        argument: `takeOver.${argument}`,
        value,
        rule: "Kamal's names have letters, digits, hyphens and underscores",
        cure: "write it as config/deploy.yml has it",
      })),
    ...Object.keys(own).flatMap((role) => oneOf("takeOver.roles", role, Object.keys(roles))),
  ];
}

function checkServers({ takeOver, proxy }: AppArgs, roles: readonly Role[]): Problem[] {
  if (takeOver === undefined) return [];
  const others = [...new Set(roles.flatMap(({ servers }) => servers))].filter(
    (host) => host.takeOver !== "kamal",
  );
  const problems: Problem[] = others.map(({ hostName }) => ({
    argument: "takeOver",
    value: takeOver.service,
    rule: `${hostName} is not said to be a server of Kamal's`,
    cure: `make it an ExistingServer with takeOver: "kamal", or take the role off ${hostName} until the others have been taken over`,
  }));
  if (proxy !== undefined && !ofType("sextant:index:ExistingProxy")(proxy))
    problems.push({
      argument: "proxy",
      fault: "is a proxy of its own, and the requests of Kamal's app come to Kamal's",
      cure: "route through that one: new ExistingProxy() in place of new Proxy()",
    });
  return problems;
}
