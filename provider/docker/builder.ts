/** Whether the Docker of a host can build and push, by what its API says of itself (`GET /info`). Pure. */
import { isIPv4 } from "node:net";

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
 * Why it cannot, as a sentence; undefined where it can. BuildKit in Docker pushes by itself where Docker keeps its images in containerd
 * (moby v28.5 builder/builder-next/worker/worker.go has `moby`, `local` and `tar` to export to, and no registry).
 */
export function whyNoBuilder(
  host: string,
  info: DockerInfo,
  registries: readonly PushedTo[],
): string | undefined {
  const kind = info.DriverStatus?.find(([name]) => name === "driver-type")?.[1];
  if (kind !== "io.containerd.snapshotter.v1")
    return `${host}: its Docker ${info.ServerVersion ?? ""} keeps images in a store of its own, from which BuildKit cannot push; build on a machine that is made with daemon: { features: { "containerd-snapshotter": true } } and Docker 23 or newer, or on this one.`;
  const open = registries.find(({ address, insecure }) => !insecure && isUnchecked(address, info));
  return open === undefined
    ? undefined
    : `${host}: the login of ${open.label} was not sent: Docker has ${open.address} in insecure-registries there, by which a login goes over plain HTTP; take it out of /etc/docker/daemon.json, or say insecure: true at ${open.label}.`;
}

/** Whether this Docker sends a login to a registry without TLS, or to whoever says to be it; by itself it does so to itself alone. */
export function isUnchecked(address: string, { RegistryConfig }: DockerInfo): boolean {
  if (RegistryConfig?.IndexConfigs?.[address]?.Secure === false) return true;
  const host = address.replace(/:\d+$/, "");
  return (RegistryConfig?.InsecureRegistryCIDRs ?? [])
    .filter((range) => !range.startsWith("127.") && !range.startsWith("::1/"))
    .some((range) => isIPv4(host) && within(host, range));
}

function within(address: string, range: string): boolean {
  const [base = "", length = "32"] = range.split("/");
  if (!isIPv4(base)) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}

const number = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
