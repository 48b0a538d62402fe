/** The docker arguments that make a container a server. */
import type { MachineSpec } from "./machines";
import { type Names, label, publicNetwork } from "./names";
import type { Given } from "./seed";
import { virtualImage } from "./system";

/**
 * All that root on a server may do, by name: `--privileged` would also ask for what the lab's own host may lack
 * (SYS_RESOURCE, in a container without it) and give the host's devices.
 */
const capabilities = `
  AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE
  LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID
  SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_NICE SYS_PACCT SYS_PTRACE SYS_TTY_CONFIG WAKE_ALARM`
  .trim()
  .split(/\s+/);

export function createArguments(names: Names, spec: MachineSpec, given: Given, image: string): string[] {
  return [
    ...["create", "--name", names.machine(spec.id), "--hostname", spec.name],
    ...["--label", `${label}=machine`, "--label", `${label}.id=${spec.id}`],
    ...capabilities.flatMap((name) => ["--cap-add", name]),
    ...["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"].flatMap((o) => [
      "--security-opt",
      o,
    ]),
    ...["--cgroupns=host", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw"],
    ...["--device-cgroup-rule", "b 7:* rwm", "--tmpfs", "/run:rw,exec,mode=755"],
    ...["--volume", `${names.disk(spec.id)}:/var/lib/docker`],
    ...["--volume", `${given.seed}:/var/lib/cloud/seed/nocloud:ro`],
    ...["--volume", `${given.lab}:/usr/local/lib/machine/given:ro`],
    ...(image === virtualImage ? rack(spec) : ["--stop-timeout", "40", ...limits(spec.cores, spec.memoryMb)]),
    ...publicAddresses(spec),
    image,
  ];
}

/** The container around a virtual machine: it bridges the machine's cards, and needs some memory of its own. */
function rack(spec: MachineSpec): string[] {
  return [
    ...["--device-cgroup-rule", "c 10:200 rwm", "--stop-timeout", "180"],
    ...["--env", `CORES=${spec.cores}`, "--env", `MEMORY_MB=${spec.memoryMb}`],
    ...limits(spec.cores, spec.memoryMb + 1024),
  ];
}

/** CPU and memory of the server type; as quota, since `--cpus` refuses more than the lab's own host has. */
export function limits(cores: number, memoryMb: number): string[] {
  return [
    ...["--cpu-period", "100000", "--cpu-quota", String(Math.round(cores * 100_000))],
    ...["--memory", `${memoryMb}m`, "--memory-swap", `${memoryMb}m`],
  ];
}

/** Docker arguments for the addresses asked for; the family not asked for is taken away after each start. */
export function publicAddresses(spec: { ipv4?: string; ipv6?: string }): string[] {
  if (spec.ipv4 === undefined && spec.ipv6 === undefined) return ["--network", "none"];
  return ["--network", publicNetwork.name, ...addressFlags(spec)];
}

export function addressFlags(spec: { ipv4?: string; ipv6?: string }): string[] {
  return [...(spec.ipv4 ? ["--ip", spec.ipv4] : []), ...(spec.ipv6 ? ["--ip6", spec.ipv6] : [])];
}
