/** IP arithmetic for networks and for the addresses that servers get. Pure functions. */
import { isIPv4, isIPv6 } from "node:net";

/** An IPv4 range: its first address as a number, and how many bits name the network. */
export interface Range {
  first: number;
  bits: number;
}

/** The number of an IPv4 address. */
export function toNumber(ip: string): number {
  return ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The IPv4 address of a number. */
export function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Reads `10.0.0.0/16`; undefined when it is no IPv4 range or has host bits set. */
export function parseRange(cidr: string): Range | undefined {
  const [ip = "", length = "", rest] = cidr.split("/");
  if (rest !== undefined || !isIPv4(ip) || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const range = { first: toNumber(ip), bits: Number(length) };
  return range.first % size(range) === 0 ? range : undefined;
}

/** How many addresses are in a range. */
export function size(range: Range): number {
  return 2 ** (32 - range.bits);
}

/** Whether the address is inside the range. */
export function holds(range: Range, ip: string): boolean {
  const value = toNumber(ip);
  return value >= range.first && value < range.first + size(range);
}

/** Whether the inner range lies wholly inside the outer one. */
export function covers(outer: Range, inner: Range): boolean {
  return inner.first >= outer.first && inner.first + size(inner) <= outer.first + size(outer);
}

/** Whether the ranges share an address. */
export function overlap(a: Range, b: Range): boolean {
  return a.first < b.first + size(b) && b.first < a.first + size(a);
}

/** RFC 1918: the ranges that a network may be cut from. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(
  (cidr) => parseRange(cidr) as Range,
);

/** Whether a range may be used for a private network. */
export function isPrivate(range: Range): boolean {
  return privateRanges.some((outer) => covers(outer, range));
}

/** The network's gateway: the first address of its range. */
export function gatewayOf(networkRange: Range): string {
  return toAddress(networkRange.first + 1);
}

/**
 * The first free address of a subnet: neither the network's gateway nor its first or last address,
 * nor taken. Undefined when the subnet is full.
 */
export function firstFree(network: Range, subnet: Range, taken: ReadonlySet<string>): string | undefined {
  const reserved = new Set([
    toAddress(network.first),
    gatewayOf(network),
    toAddress(subnet.first),
    toAddress(subnet.first + size(subnet) - 1),
  ]);
  for (let value = subnet.first; value < subnet.first + size(subnet); value++) {
    const ip = toAddress(value);
    if (!reserved.has(ip) && !taken.has(ip)) return ip;
  }
  return undefined;
}

/** Whether a firewall may use it as a source or destination: an IPv4 or IPv6 range. */
export function isCidr(text: string): boolean {
  const [ip = "", length = "", rest] = text.split("/");
  if (rest !== undefined || !/^\d{1,3}$/.test(length)) return false;
  return (isIPv4(ip) && Number(length) <= 32) || (isIPv6(ip) && Number(length) <= 128);
}

/** The address that a server uses of its IPv6 network: the network's first one. */
export function hostOf(ipv6Network: string): string {
  return `${ipv6Network.split("/")[0] ?? ""}1`;
}
