/** Hands out the public addresses of servers, load balancers and floating IPs. */
import { toAddress, toNumber } from "./addresses";
import { failure } from "./errors";
import type { Store } from "./store";

export type PoolName = "server" | "load_balancer" | "floating_ip";

/** Where addresses come from. */
export interface AddressRanges {
  /** First and last IPv4 address of each pool. */
  ipv4: Record<PoolName, { first: string; last: string }>;
  /**
   * The first four groups of the lab bridge's IPv6 subnet. The fifth group numbers the resource: each gets a /80
   * inside the bridge's /64, written so that network address plus `1` is the address its machine has.
   */
  ipv6Prefix: string;
}

/** The lab's bridge: 10.213.0.0/16 and fd00:5e7a::/64, of which 10.213.0.x is for the lab itself. */
export const labRanges: AddressRanges = {
  ipv4: {
    server: { first: "10.213.1.1", last: "10.213.199.254" },
    load_balancer: { first: "10.213.200.1", last: "10.213.219.254" },
    floating_ip: { first: "10.213.220.1", last: "10.213.239.254" },
  },
  ipv6Prefix: "fd00:5e7a:0:0",
};

/** The fifth IPv6 group of each pool counts up from here. */
const ipv6Base: Record<PoolName, number> = { server: 0x0, load_balancer: 0x8000, floating_ip: 0xc000 };
const ipv6Count = 0x3fff;

export class Pools {
  constructor(
    private readonly store: Store,
    private readonly ranges: AddressRanges,
  ) {}

  /** A free IPv4 address; those longest unused come first. */
  ipv4(pool: PoolName): string {
    const { first, last } = this.ranges.ipv4[pool];
    const start = toNumber(first);
    const count = toNumber(last) - start + 1;
    return this.next(`${pool}/ipv4`, count, (index) => {
      const ip = toAddress(start + index);
      return /\.(0|255)$/.test(ip) ? undefined : ip;
    });
  }

  /** A free IPv6 network. */
  ipv6(pool: PoolName): string {
    return this.next(`${pool}/ipv6`, ipv6Count, (index) => {
      return `${this.ranges.ipv6Prefix}:${(ipv6Base[pool] + index + 1).toString(16)}::/80`;
    });
  }

  private next(counter: string, count: number, at: (index: number) => string | undefined): string {
    const taken = this.taken();
    const { addresses } = this.store.state;
    for (let tries = 0; tries < count; tries++) {
      const used = addresses[counter] ?? 0;
      addresses[counter] = used + 1;
      const address = at(used % count);
      if (address !== undefined && !taken.has(address)) return address;
    }
    throw failure("resource_limit_exceeded", `no ${counter} address is free`);
  }

  private taken(): Set<string> {
    return new Set([
      ...this.store.all("primary_ips").map((each) => each.ip),
      ...this.store.all("floating_ips").map((each) => each.ip),
      ...this.store
        .all("load_balancers")
        .flatMap((each) => [each.public_net.ipv4.ip, `${each.public_net.ipv6.ip.slice(0, -1)}/80`]),
    ]);
  }
}

/** The reverse name that an IPv4 address has until someone sets another. */
export function defaultDnsPointer(ip: string): string {
  return `static.${ip.split(".").reverse().join(".")}.clients.your-server.de`;
}
