/** The arguments of a private network, and what can be wrong with them. */
import type * as hcloud from "@pulumi/hcloud";
import * as check from "../core/checks";
import type { Transform } from "../core/component";
import type { Problem } from "../core/problem";

/** The network zones that Hetzner has. */
export const zones = ["eu-central", "us-east", "us-west", "ap-southeast"] as const;
export type Zone = (typeof zones)[number];

/** Arguments of `Network`. */
export interface NetworkArgs {
  /**
   * The whole range of private addresses. It has to lie apart from 172.16.0.0/12, which Docker takes on the servers, or they need
   * other pools in their `daemon`.
   *
   * @default "10.0.0.0/16"
   * @edit replaces the network: every server is attached anew and gets another private address
   */
  ipRange?: string;
  /**
   * The parts of the range that servers get addresses from.
   *
   * @default the first 256 addresses of `ipRange`
   * @edit adds or removes subnets, nothing else; Hetzner refuses to remove one that has servers
   */
  subnets?: string[];
  /** The zone; servers have to be in a location of it. @default "eu-central" @edit replaces the subnets */
  zone?: Zone;
  /** Refuses, at Hetzner and in Pulumi, to delete the network. @default false @edit in place */
  protect?: boolean;
  /** Labels at Hetzner. @default none @edit in place */
  labels?: Record<string, string>;
  /** Changes a child before it is made. @default none @edit what the changed argument of the child does */
  transform?: {
    /** The network at Hetzner. */
    network?: Transform<hcloud.NetworkArgs>;
    /** Each subnet. */
    subnet?: Transform<hcloud.NetworkSubnetArgs>;
  };
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** What is wrong with the arguments of a network. */
export function checkNetwork(args: NetworkArgs): Problem[] {
  const range = args.ipRange ?? "10.0.0.0/16";
  const problems = [...check.cidr("ipRange", range), ...check.oneOf("zone", args.zone, zones)];
  if (problems.length === 0 && !privateRanges.some((outer) => contains(outer, range))) {
    problems.push({
      argument: "ipRange",
      value: range,
      rule: `a private network lies in one of ${privateRanges.join(", ")}`,
      cure: 'choose one there, such as "10.0.0.0/16"',
    });
  }
  return [...problems, ...checkSubnets(args.subnets, range)];
}

function checkSubnets(subnets: readonly string[] | undefined, range: string): Problem[] {
  if (subnets === undefined) return [];
  return [
    ...check.notEmpty("subnets", subnets, "leave it out for one subnet"),
    ...subnets.flatMap((subnet, at) => {
      const name = `subnets[${at}]`;
      const problems = check.cidr(name, subnet);
      if (problems.length > 0) return problems;
      if (!contains(range, subnet)) {
        return [
          {
            argument: name,
            value: subnet,
            rule: `it is outside of ${range}`,
            cure: "choose a part of that range",
          },
        ];
      }
      const other = subnets
        .slice(0, at)
        .find((earlier) => contains(earlier, subnet) || contains(subnet, earlier));
      return other === undefined
        ? []
        : [
            {
              argument: name,
              value: subnet,
              rule: `it overlaps with ${other}`,
              cure: "choose a part that is free",
            },
          ];
    }),
  ];
}

/** The subnets of a network, with the default one. */
export function subnetsOf(args: NetworkArgs): string[] {
  if (args.subnets !== undefined) return args.subnets;
  const range = check.parseCidr(args.ipRange ?? "10.0.0.0/16");
  return range === undefined ? [] : [`${range.address}/${Math.max(range.prefix, 24)}`];
}

/** True when two IPv4 networks have an address in common. */
export function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

/** True when an IPv4 network holds another one, or an address. */
export function contains(outer: string, inner: string): boolean {
  const big = check.parseCidr(outer);
  const small = check.parseCidr(inner.includes("/") ? inner : `${inner}/32`);
  if (big?.family !== 4 || small?.family !== 4 || small.prefix < big.prefix) return false;
  return check.networkOf(`${small.address}/${big.prefix}`) === check.networkOf(outer);
}
