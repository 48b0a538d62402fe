/** What the proxy of a host says that it serves. */
import { stripVTControlCharacters } from "node:util";
import type { DeployedHost } from "../hosts";
import { runOverSsh } from "../../provider/ssh/run";
import { proxyContainer } from "../../provider/release/proxy-names";

/** A service of the proxy. */
export interface Route {
  /** The proxy's own name of it. */
  readonly service: string;
  readonly hosts: string;
  readonly path: string;
  /** The containers that it sends requests to. */
  readonly containers: readonly string[];
  /** `running`, `paused`, or `stopped`: in maintenance. */
  readonly state: string;
}

/** Asks the proxy of a host; there are none where there is no proxy. @throws Error where it does not answer: what it serves is not known. */
export async function routesOn({ shell }: DeployedHost): Promise<Route[]> {
  const line = `docker exec ${proxyContainer} kamal-proxy list`;
  const ran = await runOverSsh(shell, line, { timeout: 30, what: "the proxy's list" });
  if (ran.code === 0) return routesOf(ran.stdout);
  if (/no such container/i.test(ran.stderr)) return [];
  throw new Error(`${shell.name}: the proxy does not answer: ${ran.stderr.trim().split("\n").at(-1) ?? ""}`);
}

/** The table of `kamal-proxy list`, whose colours and column widths are for a terminal. */
export function routesOf(table: string): Route[] {
  return stripVTControlCharacters(table)
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [service, hosts, path, targets, state] = line.trim().split(/\s+/);
      if (service === undefined || hosts === undefined || path === undefined) return [];
      if (targets === undefined || state === undefined) return [];
      const containers = targets.split(",").map((target) => target.replace(/:\d+$/, ""));
      return [{ service, hosts, path, containers, state }];
    });
}
