/** Whether the Docker of a host can build and push, by what its API says of itself (`GET /info`). Pure. */
import { BlockList, isIP } from "node:net";

/** What is read of the answer. */
export interface DockerInfo {
  ServerVersion?: string;
  DriverStatus?: [string, string][] | null;
  RegistryConfig?: {
    IndexConfigs?: Record<string, { Secure?: boolean }> | null;
    InsecureRegistryCIDRs?: string[] | null;
  } | null;
}

/** A registry that a login goes to. */
export interface PushedTo {
  /** @example "Registry \"ghcr\"" */
  label: string;
  address: string;
  insecure: boolean;
}

/**
 * The first Docker that builds and pushes; with attestations it is the first whose BuildKit is v0.11 or newer: an older one makes none,
 * and does not say so (moby v23.0 has v0.10.6, v24.0 has v0.11.6 in vendor.mod).
 */
export const leastDocker = (attested: boolean): number => (attested ? 24 : 23);

/**
 * Why it cannot, as a sentence; undefined where it can. BuildKit in Docker pushes by itself where Docker keeps its images in containerd
 * (moby v28.5 builder/builder-next/worker/worker.go has `moby`, `local` and `tar` to export to, and no registry).
 *
 * @param attested whether something is asked for that is said of the image beside it
 */
export function whyNoBuilder(
  host: string,
  info: DockerInfo,
  registries: readonly PushedTo[],
  attested = false,
): string | undefined {
  const kind = info.DriverStatus?.find(([name]) => name === "driver-type")?.[1];
  if (kind !== "io.containerd.snapshotter.v1")
    return `${host}: its Docker ${info.ServerVersion ?? ""} keeps images in a store of its own, from which BuildKit cannot push; build on a machine that is made with daemon: { features: { "containerd-snapshotter": true } } and Docker 23 or newer, or on this one.`;
  const major = Number.parseInt(info.ServerVersion ?? "", 10);
  if (attested && major < leastDocker(true))
    return `${host}: its Docker ${info.ServerVersion ?? ""} makes no sbom and no provenance, for which it has to be ${leastDocker(true)} or newer; build on another machine, or leave both out.`;
  const open = registries.find(({ address, insecure }) => !insecure && isUnchecked(address, info));
  return open === undefined
    ? undefined
    : `${host}: the login of ${open.label} was not sent: Docker has ${open.address} in insecure-registries there, by which a login goes over plain HTTP; take it out of /etc/docker/daemon.json, or say insecure: true at ${open.label}.`;
}

/**
 * Whether this Docker sends a login to a registry without TLS, or to whoever says to be it; by itself it does so to itself alone. Of a name
 * nobody can tell from here whether it leads into one of the ranges.
 */
export function isUnchecked(address: string, { RegistryConfig }: DockerInfo): boolean {
  if (RegistryConfig?.IndexConfigs?.[address]?.Secure === false) return true;
  const host = address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return (RegistryConfig?.InsecureRegistryCIDRs ?? [])
    .filter((range) => !range.startsWith("127.") && !range.startsWith("::1/"))
    .some((range) => isIP(host) !== 0 && within(host, range));
}

function within(address: string, range: string): boolean {
  const [base = "", length] = range.split("/");
  if (isIP(base) === 0) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(length), family(base));
  return list.check(address, family(address));
}

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 4 ? "ipv4" : "ipv6");
