/** What an accessory publishes on its host, and where. Pure. */
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { PortUse } from "../host/host-use";
import { meet } from "../host/host-use";
import type { Check } from "../core/check";

export const publicPortCheck: Check = {
  id: "public-port",
  title: "Public accessory port",
  effect: "refused or warned",
  why: "Docker publishes a port past the host's own firewall: `ufw deny 5432` does not shut it. So an accessory is published to nobody by default, and to everybody only with a reason that a reviewer reads, never without a password. A Redis without one in the private network is only said: every server there can read and write it.",
  says: [
    'Accessory "search": publish.reason is "", but it must not be empty; say why the whole internet may reach it (npx sextant docs checks#public-port).',
    'Redis "cache": password is missing, and everybody can reach the port; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
    'Redis "cache": password is missing, and every server of the private network can reach the port; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
  ],
};

/**
 * Who can reach an accessory's port beside the containers on its own host, which always can:
 * - `"loopback"`: processes on the host itself, for a person with an SSH tunnel;
 * - `"private"`: other servers in the private network;
 * - `{ public, reason }`: everybody. Docker publishes past the host's own firewall (UFW); the reason is for the reviewer.
 */
export type Publish = "loopback" | "private" | { public: true; reason: string };

/** A further port of an accessory. */
export interface AccessoryPort {
  /** The port that it listens on inside its container. @example 8125 */
  port: number;
  /** @default "tcp" */
  protocol?: "tcp" | "udp";
  /** Who can reach it; containers on the same host always can. */
  publish: Publish;
  /** The port on the host. @default the same as `port` */
  hostPort?: number;
}

/** A port that somebody outside of the host's Docker network can reach. */
export interface Published {
  /** What stands before `publish` and `hostPort` where the program writes it: nothing, or `ports[0].` */
  at: string;
  /** Inside of the container. */
  port: number;
  /** On the host. */
  hostPort: number;
  protocol: "tcp" | "udp";
  publish: Publish;
}

/** What is said of ports in the arguments of an accessory. */
interface Publishing {
  port?: number;
  publish?: Publish;
  hostPort?: number;
  ports?: AccessoryPort[];
}

/** All that is published: nothing by default. */
export function publishedPorts({ port, publish, hostPort, ports = [] }: Publishing): Published[] {
  return [
    ...(publish === undefined || port === undefined
      ? []
      : [{ at: "", port, hostPort: hostPort ?? port, protocol: "tcp" as const, publish }]),
    ...ports.map((each, at) => ({
      at: `ports[${at}].`,
      port: each.port,
      hostPort: each.hostPort ?? each.port,
      protocol: each.protocol ?? ("tcp" as const),
      publish: each.publish,
    })),
  ];
}

/** As the ports of a host are compared. */
export function usesOf(owner: string, published: readonly Published[]): PortUse[] {
  return published.map(({ publish, hostPort, protocol }) => {
    const address = publish === "loopback" ? "127.0.0.1" : publish === "private" ? "private" : "*";
    return { owner, protocol, port: hostPort, address };
  });
}

/** What is wrong with who is to reach a port. */
export function checkPublish(argument: string, publish: Publish | undefined): Problem[] {
  if (typeof publish !== "object")
    return check.oneOf(argument, publish, ["loopback", "private"]).map((problem) => ({
      ...problem,
      cure: 'choose one of these, or { public: true, reason: "..." } for everybody',
      check: publicPortCheck,
    }));
  return check
    .notEmpty(`${argument}.reason`, publish.reason ?? "", "say why the whole internet may reach it")
    .map((problem) => ({ ...problem, check: publicPortCheck }));
}

/** What is wrong with the further ports. */
export function checkPorts(args: Publishing): Problem[] {
  const all = publishedPorts(args);
  const uses = usesOf("", all);
  return [
    ...(args.ports ?? []).flatMap(({ port, hostPort, protocol, publish }, at) => [
      ...check.port(`ports[${at}].port`, port),
      ...check.port(`ports[${at}].hostPort`, hostPort),
      ...check.oneOf(`ports[${at}].protocol`, protocol, ["tcp", "udp"]),
      ...checkPublish(`ports[${at}].publish`, publish),
    ]),
    ...uses.flatMap((use, at): Problem[] => {
      const twice = uses.slice(0, at).some((other) => meet(use, other));
      if (!twice) return [];
      const rule = `${use.protocol} port ${use.port} of the host is published twice`;
      return [
        { argument: `${all[at]?.at ?? ""}hostPort`, value: use.port, rule, cure: "choose another port" },
      ];
    }),
  ];
}
