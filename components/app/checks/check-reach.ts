/** Accessories whose address an app is given, against the servers that it runs on. */
import * as pulumi from "@pulumi/pulumi";
import { accessoryOf, type Reachable } from "../../accessory/reach";
import type { Findings, Problem } from "../../core/problem";
import type { Host } from "../../host/host";
import { privateCure } from "../../host/private-address";
import type { Role } from "../plan";
import type { Check } from "../../core/check";

export const accessoryReachCheck: Check = {
  id: "accessory-reach",
  title: "Address of an accessory that cannot be reached",
  effect: "refused or warned",
  why: "An accessory is known by its name to the containers of its own server. An app on another server reaches it only where it is published to the private network that both are in. Refused is what no server of the app can reach. Warned is what some can: a role on another server may not need the variable. A `Server` is in a private network by its `network`, an `ExistingServer` by its `privateAddress`, which the preflight looks for on it.",
  says: [
    'App "shop": secrets.DATABASE_URL is the address of Postgres "db", which runs on web-2 and is published nowhere, so that web-1 cannot reach it; set publish: "private" on it and give the servers a Network, or run it on web-1 (npx sextant docs checks#accessory-reach).',
  ],
};

/** A variable that holds the address of an accessory. */
export interface Given {
  /** How a program writes the variable. @example "secrets.DATABASE_URL" */
  argument: string;
  accessory: Reachable;
  /** The servers of the roles that have it. */
  hosts: readonly Host[];
}

/** Follows each variable to the accessory that it comes from, and hands over what is found; the engine waits for it. */
export function traceAccessories(roles: readonly Role[], found: (findings: Findings) => void): void {
  const done = pulumi.runtime.rpcKeepAlive();
  void Promise.all(roles.map(givenTo))
    .then((given) => {
      found(checkReach(given.flat()));
    })
    .finally(done);
}

async function givenTo({ env, secrets, servers }: Role): Promise<Given[]> {
  const variables = [
    ...Object.entries(env ?? {}).map(([name, value]) => [`env.${name}`, value] as const),
    ...Object.entries(secrets ?? {}).map(([name, value]) => [`secrets.${name}`, value] as const),
  ];
  const given = variables.map(async ([argument, value]) => {
    const accessories = [...(await resourcesOf(value))].flatMap((resource) => accessoryOf(resource) ?? []);
    return accessories.map((accessory) => ({ argument, accessory, hosts: servers }));
  });
  return (await Promise.all(given)).flat();
}

/** The resources that an output is made from; an output that failed says so itself. */
async function resourcesOf(value: unknown): Promise<Iterable<pulumi.Resource>> {
  if (!pulumi.Output.isInstance(value)) return [];
  const { allResources } = value as { allResources?: () => Promise<Set<pulumi.Resource>> };
  if (allResources === undefined) return [];
  return allResources.call(value).catch(() => []);
}

/**
 * What cannot be reached: refused where no server of the app could, said where some can, since a role may not need it. A server that
 * was there already may be in the private network without the program's saying so.
 */
export function checkReach(given: readonly Given[]): Findings {
  const problems = merged(given).flatMap(({ argument, accessory, hosts }) => {
    const apart = [...new Set(hosts)].filter((host) => !reaches(host, accessory));
    if (apart.length === 0) return [];
    return [
      {
        problem: problemOf(argument, accessory, apart),
        everywhere: accessory.publish !== "private" && apart.length === new Set(hosts).size,
      },
    ];
  });
  return {
    refused: problems.filter(({ everywhere }) => everywhere).map(({ problem }) => problem),
    warned: problems.filter(({ everywhere }) => !everywhere).map(({ problem }) => problem),
  };
}

function reaches(host: Host, { server, publish }: Reachable): boolean {
  if (host === server || typeof publish === "object") return true;
  return publish === "private" && host.exposure?.inPrivateNetwork !== false;
}

function problemOf(argument: string, { label, server, publish }: Reachable, apart: readonly Host[]): Problem {
  const names = apart.map(({ hostName }) => hostName).join(", ");
  const known =
    publish === "private"
      ? `is published to the private network, which ${names} has no address in`
      : `is published ${publish === "loopback" ? "on loopback" : "nowhere"}, so that ${names} cannot reach it`;
  return {
    argument,
    fault: `is the address of ${label}, which runs on ${server.hostName} and ${known}`,
    cure:
      publish === "private"
        ? privateCure(apart, "the same network")
        : `set publish: "private" on it and ${privateCure([server, ...apart])}, or run it on ${names}`,
    check: accessoryReachCheck,
  };
}

/** A variable of several roles is one, on the servers of all of them. */
function merged(given: readonly Given[]): Given[] {
  const all: Given[] = [];
  for (const one of given) {
    const at = all.findIndex(
      ({ argument, accessory }) => argument === one.argument && accessory === one.accessory,
    );
    const known = all[at];
    if (known === undefined) all.push(one);
    else all[at] = { ...known, hosts: [...known.hosts, ...one.hosts] };
  }
  return all;
}
