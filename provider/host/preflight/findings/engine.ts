/** Docker's engine: how it is set up, and what its kernel gives it. */
import { engineOf } from "../containers";
import { when, type Finding } from "../finding";
import type { Machine } from "../machine";

function uses(machine: Machine, what: string): boolean | undefined {
  return engineOf(machine)?.security.some((each) => each.startsWith(what));
}

const rootless =
  "low ports and limits may not work, clients' addresses are lost, and the proxy cannot be replaced without a gap. Install the system's daemon (docker.io or docker-ce), and let the rootless one end: dockerd-rootless-setuptool.sh uninstall, as its user.";

export const dockerRootless: Finding = {
  id: "docker-rootless",
  level: "refuses",
  match: (machine) => [
    ...when(uses(machine, "name=rootless"), `Docker runs rootless: ${rootless}`),
    // The daemon of another user is not root's to speak to, and would stay beside one that is installed.
    ...when(
      machine.docker !== undefined && machine.docker.is !== "engine" && machine.processes.has("rootlesskit"),
      `Docker runs rootless here, for a user: ${rootless}`,
    ),
  ],
  docs: {
    chapter: "Docker",
    finds:
      "The daemon runs without root, in a network of its own: low ports and limits work only where that was set up, addresses of clients are lost, and what sends connections past the proxy while it is replaced does not reach it.",
    cure: "Install docker.io or docker-ce, the daemon of the system, and end the rootless one: `dockerd-rootless-setuptool.sh uninstall`, as its user. Its containers and volumes stay in the user's directory.",
  },
};

export const dockerUnpackaged: Finding = {
  id: "docker-unpackaged",
  level: "note",
  match: (machine) => {
    const engine = engineOf(machine);
    if (engine?.package !== "") return [];
    return [
      `${engine.binary ?? "dockerd"} belongs to no package, so no security update reaches it. Install docker.io or docker-ce.`,
    ];
  },
  docs: {
    chapter: "Docker",
    finds: "The engine belongs to no package, so that no security update reaches it.",
    cure: "Install it from a package.",
  },
};

export const dockerPackages: Finding = {
  id: "docker-packages",
  level: "note",
  match: (machine, { packages }) => {
    const engine = engineOf(machine);
    if (packages === undefined || engine === undefined) return [];
    const wanted = packages.version;
    const other = wanted !== undefined && !`${engine.version}.`.startsWith(`${wanted}.`);
    if (!other && (engine.package === undefined || engine.package === "docker-ce")) return [];
    return [
      `Docker ${engine.version} is here${engine.package === undefined || engine.package === "" ? "" : ` from the package ${engine.package}`}, and the program asks for ${wanted === undefined ? "that" : `Docker ${wanted}`} of docker.com. It stays as it is, since another one would stop what runs; replace it by hand when it may, by docs.docker.com/engine/install, or leave docker out.`,
    ];
  },
  docs: {
    chapter: "Docker",
    finds:
      "The program asks for Docker from docker.com, and the machine has one from elsewhere, or of another version. An engine that is there is never replaced.",
    cure: "Replace it by hand, in maintenance, as [Docker says](https://docs.docker.com/engine/install/); or leave `docker` out.",
  },
};

export const dockerLiveRestore: Finding = {
  id: "docker-live-restore",
  level: "note",
  match: (machine) => {
    const engine = engineOf(machine);
    return when(
      engine?.liveRestore === false && !engine.swarm,
      'Live restore is off: an upgrade or restart of Docker stops every container. Put "live-restore": true in /etc/docker/daemon.json, then systemctl reload docker.',
    );
  },
  docs: {
    chapter: "Docker",
    finds: "An upgrade or restart of the daemon stops every container.",
    cure: '`"live-restore": true` in /etc/docker/daemon.json, then `systemctl reload docker`; not on a swarm.',
  },
};

export const dockerIptables: Finding = {
  id: "docker-iptables",
  level: "note",
  match: (machine) =>
    when(
      engineOf(machine)?.leavesIptables,
      '/etc/docker/daemon.json says "iptables": false: containers reach nothing outside. Remove that.',
    ),
  docs: {
    chapter: "Docker",
    finds:
      "Docker is told to leave the packet filter alone: containers reach nothing outside, and see no address of a client.",
    cure: 'Remove `"iptables": false` from /etc/docker/daemon.json.',
  },
};

export const dockerNftables: Finding = {
  id: "docker-nftables",
  level: "refuses",
  // Docker's own word is nftables, or nftables+firewalld.
  match: (machine) =>
    when(
      engineOf(machine)?.firewall?.startsWith("nftables"),
      'Docker writes its rules with nftables itself, past which the proxy cannot be replaced without a gap. Remove "firewall-backend": "nftables" from /etc/docker/daemon.json, then systemctl restart docker.',
    ),
  docs: {
    chapter: "Docker",
    finds:
      "Docker writes its rules with nftables itself. What sends connections to the proxy that serves while another one is put in its place, and what shuts addresses for containers, are rules of iptables, which come too late then.",
    cure: 'Remove `"firewall-backend": "nftables"` from /etc/docker/daemon.json, then `systemctl restart docker`.',
  },
};

export const dockerSelinux: Finding = {
  id: "docker-selinux",
  level: "note",
  match: (machine) =>
    when(
      uses(machine, "name=selinux"),
      "Docker labels containers for SELinux, which may not let them read what is mounted. Label such directories: chcon -Rt container_file_t.",
    ),
  docs: {
    chapter: "Docker",
    finds: "Docker labels containers for SELinux, which then may not read what is mounted from the host.",
    cure: "Label the directories of `volumes` with `chcon -Rt container_file_t`.",
  },
};

export const memoryLimits: Finding = {
  id: "memory-limits",
  level: "refuses unless accepted",
  match: (machine) =>
    when(
      engineOf(machine)?.memoryLimit === false,
      "The kernel does not count memory by container, so limits do not hold. Boot with cgroup_enable=memory swapaccount=1.",
    ),
  docs: {
    chapter: "Docker",
    finds:
      "The kernel does not count memory by container: limits do not hold, and one app can take the memory of all.",
    cure: "Boot with `cgroup_enable=memory swapaccount=1`.",
  },
};

export const cgroupV1: Finding = {
  id: "cgroup-v1",
  level: "note",
  match: (machine) =>
    when(
      engineOf(machine)?.cgroupVersion === "1",
      "Control groups are version 1, which newer engines give up. Boot with systemd.unified_cgroup_hierarchy=1, or upgrade the system.",
    ),
  docs: {
    chapter: "Docker",
    finds: "Control groups are version 1, which newer systems and engines give up.",
    cure: "Boot with `systemd.unified_cgroup_hierarchy=1`, or upgrade the system.",
  },
};
