/** An accessory against the server that it is put on: what else is there, and what its firewalls let in. */
import type { Findings, Problem } from "../../core/problem";
import { hostWide } from "../../core/names";
import { mebibytes, sizeBytes } from "../../../provider/core/units";
import { sameNames, takeNames, type Wanted } from "../../data/same-name";
import { letsIn, firewallShutCheck } from "../../firewall/audit";
import { memoryProblems, taken, useOf, type MemoryUse, samePortCheck } from "../../host/host-use";
import { privateCure } from "../../host/private-address";
import type { AccessoryArgs } from "../args";
import { volumeNames } from "../mounts";
import { checkRouteOnServer, registerRouted } from "../routed";
import { publishedPorts, usesOf } from "../ports";
import type { Check } from "../../core/check";

export const privateNetworkCheck: Check = {
  id: "private-network",
  title: "Published privately without a private network",
  effect: "refused",
  why: "There is no address to publish on. A `Server` gets one by its `network`; of an `ExistingServer` the program says it as `privateAddress`.",
  says: [
    'Accessory "search": publish is "private", but web-1 has no private address; give the server a network (npx sextant docs checks#private-network).',
    'Accessory "search": publish is "private", but db-1 has no private address; give db-1 its privateAddress (npx sextant docs checks#private-network).',
  ],
};

/** What is wrong with an accessory on its server. */
export function checkOnServer(owner: string, name: string, args: AccessoryArgs): Findings {
  const { server } = args;
  const use = useOf(server);
  const memory = memoryProblems("resources.memory", server, use, memoryUse(owner, args));
  const route = checkRouteOnServer(owner, name, args);
  return {
    refused: [
      ...publishedPorts(args).flatMap((published) =>
        taken(use, usesOf(owner, [published])).map(({ port, protocol, by }) => ({
          argument: `${published.at}hostPort`,
          value: port,
          rule: `${by} has ${protocol} port ${port} of ${server.hostName}`,
          cure: "choose another port",
          check: samePortCheck,
        })),
      ),
      ...sameNames(namesOf(name, args)),
      ...checkPrivate(args),
      ...checkFirewalls(args),
      ...route.refused,
      ...memory.refused,
    ],
    warned: [...route.warned, ...memory.warned],
  };
}

/** Takes what the accessory needs on its server. */
export function registerAccessory(owner: string, name: string, args: AccessoryArgs): void {
  const use = useOf(args.server);
  takeNames(owner, namesOf(name, args));
  use.ports.push(...usesOf(owner, publishedPorts(args)));
  use.memory.push(...memoryUse(owner, args));
  registerRouted(owner, name, args);
}

/** What it is called at Docker where nothing has been renamed. */
function namesOf(component: string, args: AccessoryArgs): Wanted[] {
  const { server: host, volumes = {}, service, takeOver } = args;
  // Where the volumes of Kamal's lie is told by the host.
  if (takeOver !== undefined)
    return [{ host, kind: "container", name: takeOver, argument: "takeOver", value: takeOver }];
  const name = hostWide(component);
  return [
    service === undefined
      ? { host, kind: "container", name, argument: "name", value: component }
      : { host, kind: "container", name: service, argument: "service", value: service },
    ...volumeNames(args).map((volume) => ({
      host,
      kind: "volume" as const,
      name: `${name}-${volume}`,
      argument: `volumes.${volume}`,
      value: volumes[volume] ?? "",
    })),
  ];
}

function memoryUse(owner: string, { resources }: AccessoryArgs): MemoryUse[] {
  const { memory } = resources ?? {};
  if (memory === undefined || sizeBytes(memory) === undefined) return [];
  return [{ owner, limit: mebibytes(memory), copies: 1 }];
}

function checkPrivate(args: AccessoryArgs): Problem[] {
  const { server } = args;
  if (server.exposure?.inPrivateNetwork !== false) return [];
  return publishedPorts(args)
    .filter(({ publish }) => publish === "private")
    .map(({ at, publish }) => ({
      argument: `${at}publish`,
      value: publish,
      rule: `${server.hostName} has no private address`,
      cure: privateCure([server]),
      check: privateNetworkCheck,
    }));
}

function checkFirewalls(args: AccessoryArgs): Problem[] {
  const { server } = args;
  return publishedPorts(args)
    .filter(
      ({ publish, protocol, hostPort }) =>
        typeof publish === "object" && letsIn(server, protocol, hostPort) === "nobody",
    )
    .map(({ at, publish, protocol, hostPort }) => ({
      argument: `${at}publish`,
      value: publish,
      rule: `the firewalls of ${server.hostName} let nobody in on ${protocol} port ${hostPort}`,
      cure: `add ${protocol}(${hostPort}).from(...) to the firewall, or publish it to "private"`,
      check: firewallShutCheck,
    }));
}
