/** An accessory against the server that it is put on: what else is there, and what its firewalls let in. */
import type { Findings, Problem } from "../../core/problem";
import { hostWide } from "../../core/names";
import { mebibytes, sizeBytes } from "../../../provider/core/units";
import { sameNames, takeNames, type Wanted } from "../../data/same-name";
import { letsIn, firewallShutCheck } from "../../firewall/audit";
import {
  memoryProblems,
  taken,
  useOf,
  type MemoryUse,
  type PortUse,
  samePortCheck,
} from "../../host/host-use";
import { privateCure } from "../../host/private-address";
import type { AccessoryArgs } from "../args";
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
  return {
    refused: [
      ...taken(use, portUse(owner, args)).map(({ port, protocol, by }): Problem => ({
        argument: "hostPort",
        value: port,
        rule: `${by} has ${protocol} port ${port} of ${server.hostName}`,
        cure: "choose another port",
        check: samePortCheck,
      })),
      ...sameNames(namesOf(name, args)),
      ...checkPrivate(args),
      ...checkFirewalls(args),
      ...memory.refused,
    ],
    warned: memory.warned,
  };
}

/** Takes what the accessory needs on its server. */
export function registerAccessory(owner: string, name: string, args: AccessoryArgs): void {
  const use = useOf(args.server);
  takeNames(owner, namesOf(name, args));
  use.ports.push(...portUse(owner, args));
  use.memory.push(...memoryUse(owner, args));
}

/** What it is called at Docker where nothing has been renamed. */
function namesOf(component: string, { server: host, volumes = {}, takeOver }: AccessoryArgs): Wanted[] {
  // Where the volumes of Kamal's lie is told by the host.
  if (takeOver !== undefined)
    return [{ host, kind: "container", name: takeOver, argument: "takeOver", value: takeOver }];
  const name = hostWide(component);
  return [
    { host, kind: "container", name, argument: "name", value: component },
    ...Object.entries(volumes).map(([volume, value]) => ({
      host,
      kind: "volume" as const,
      name: `${name}-${volume}`,
      argument: `volumes.${volume}`,
      value,
    })),
  ];
}

function portUse(owner: string, { publish, hostPort, port }: AccessoryArgs): PortUse[] {
  const published = hostPort ?? port;
  if (publish === undefined || published === undefined) return [];
  const address = publish === "loopback" ? "127.0.0.1" : publish === "private" ? "private" : "*";
  return [{ owner, protocol: "tcp", port: published, address }];
}

function memoryUse(owner: string, { resources }: AccessoryArgs): MemoryUse[] {
  const { memory } = resources ?? {};
  if (memory === undefined || sizeBytes(memory) === undefined) return [];
  return [{ owner, limit: mebibytes(memory), copies: 1 }];
}

function checkPrivate({ publish, server }: AccessoryArgs): Problem[] {
  if (publish !== "private" || server.exposure?.inPrivateNetwork !== false) return [];
  return [
    {
      argument: "publish",
      value: publish,
      rule: `${server.hostName} has no private address`,
      cure: privateCure([server]),
      check: privateNetworkCheck,
    },
  ];
}

function checkFirewalls({ publish, hostPort, port, server }: AccessoryArgs): Problem[] {
  const published = hostPort ?? port;
  if (typeof publish !== "object" || published === undefined) return [];
  if (letsIn(server, "tcp", published) !== "nobody") return [];
  return [
    {
      argument: "publish",
      value: publish,
      rule: `the firewalls of ${server.hostName} let nobody in on tcp port ${published}`,
      cure: `add tcp(${published}).from(...) to the firewall, or publish it to "private"`,
      check: firewallShutCheck,
    },
  ];
}
