/**
 * The lab's fabric: a helper container that holds what lies outside the machines. It runs in the network of the Docker
 * host, where it sets the cloud firewalls; private networks are bridges in a network namespace of its own, so that their
 * address ranges may overlap and the host can't reach into them; volumes are files that it offers as loop devices.
 */
import { tryRun } from "../docker/exec";
import type { Docker } from "../docker/docker";
import { type Names, label, privateMtu, publicNetwork } from "./names";

const capabilities = ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_CHROOT", "MKNOD"];

/** Quotes a word for sh. */
export const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** A plug of a container in a private network. */
export interface Cable {
  container: string;
  pid: number;
  network: string;
  interface: string;
  /** Addresses with prefix length. */
  addresses: string[];
}

export class Fabric {
  constructor(
    private readonly docker: Docker,
    private readonly names: Names,
  ) {}

  /** Starts the helper where it isn't running; true when its bridges have to be made again. */
  async ensure(): Promise<boolean> {
    await ensurePublicNetwork(this.docker);
    const state = await tryRun("docker", ["inspect", "-f", "{{.State.Running}}", this.names.fabric], {
      env: { DOCKER_HOST: this.docker.host },
    });
    if (state.stdout.trim() === "true") return false;
    if (state.code === 0) await this.docker.run(["rm", "--force", this.names.fabric]);
    await this.docker.run([
      ...["run", "--detach", "--name", this.names.fabric, "--label", `${label}=fabric`],
      ...["--network", "host", "--pid", "host", "--volume", `${await this.volume()}:/volumes`],
      ...capabilities.flatMap((name) => ["--cap-add", name]),
      ...["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"].flatMap((o) => [
        "--security-opt",
        o,
      ]),
      ...["--device-cgroup-rule", "b 7:* rmw", "--device-cgroup-rule", "c 10:237 rmw"],
      ...["--entrypoint", "/usr/bin/tini", "sextant/server", "--", "sleep", "infinity"],
    ]);
    await this.script(`
      ip netns add private
      for family in ip ip6; do nsenter --net=/run/netns/private sh -c "echo 0 >/proc/sys/net/bridge/bridge-nf-call-\${family}tables"; done
      ip link set ${publicNetwork.bridge} type bridge nf_call_iptables 1 nf_call_ip6tables 1
      [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237`);
    return true;
  }

  /** Ends the helper and with it bridges, loop devices and firewalls. */
  async remove(): Promise<void> {
    const state = await tryRun("docker", ["inspect", "-f", "{{.State.Running}}", this.names.fabric], {
      env: { DOCKER_HOST: this.docker.host },
    });
    if (state.stdout.trim() === "true") {
      await this.script(`
        for file in /volumes/*.img; do
          for device in $(losetup --noheadings --output NAME --associated "$file"); do losetup --detach "$device"; done
        done
        nft add table inet ${this.names.table}
        nft delete table inet ${this.names.table}`);
    }
    if (state.code === 0) await this.docker.run(["rm", "--force", this.names.fabric]);
    await this.docker.run(["volume", "rm", "--force", this.names.volumes]);
  }

  /** Runs shell lines in the helper. */
  script(lines: string): Promise<string> {
    return this.docker.run(["exec", "--interactive", this.names.fabric, "sh", "-eu"], { input: lines });
  }

  setFirewalls(ruleset: string): Promise<string> {
    return this.docker.run(["exec", "--interactive", this.names.fabric, "nft", "-f", "-"], {
      input: ruleset,
    });
  }

  async addNetwork(network: string): Promise<void> {
    const bridge = this.names.bridge(network);
    await this
      .script(`ip -n private link show ${bridge} >/dev/null 2>&1 || ip -n private link add ${bridge} mtu ${privateMtu} type bridge
      ip -n private link set ${bridge} up`);
  }

  async removeNetwork(network: string): Promise<void> {
    const bridge = this.names.bridge(network);
    await this.script(
      `! ip -n private link show ${bridge} >/dev/null 2>&1 || ip -n private link delete ${bridge}`,
    );
  }

  /** Shell lines that put a cable in, or give the one that is in its addresses. */
  plug(cable: Cable): string {
    const name = this.names.cable(cable.container, cable.network);
    const inside = `nsenter --target ${cable.pid} --net`;
    const device = cable.interface;
    return `
      if ! ${inside} ip link show ${device} >/dev/null 2>&1; then
        ip -n private link delete ${name} 2>/dev/null || true
        ip -n private link add ${name} mtu ${privateMtu} type veth peer name ${device} mtu ${privateMtu} netns ${cable.pid}
        ip -n private link set ${name} master ${this.names.bridge(cable.network)} up
      fi
      ${inside} ip address flush dev ${device} scope global
      ${cable.addresses.map((address) => `${inside} ip address add ${quote(address)} dev ${device}`).join("\n")}
      ${inside} ip link set ${device} up`;
  }

  async unplug(container: string, network: string): Promise<void> {
    const name = this.names.cable(container, network);
    await this.script(
      `! ip -n private link show ${name} >/dev/null 2>&1 || ip -n private link delete ${name}`,
    );
  }

  async addVolume(id: string, sizeGb: number): Promise<void> {
    await this.script(`truncate --size ${sizeGb}G /volumes/${quote(id)}.img
      for device in $(losetup --noheadings --output NAME --associated /volumes/${quote(id)}.img); do losetup --set-capacity "$device"; done`);
  }

  async removeVolume(id: string): Promise<void> {
    await this.script(`${this.release(id)}
      rm -f /volumes/${quote(id)}.img`);
  }

  /** Shell lines that show a volume as a block device in the machine's /dev, under the name that Hetzner's has. */
  insert(pid: number, id: string): string {
    return `
      image=/volumes/${quote(id)}.img
      device=$(losetup --noheadings --output NAME --associated "$image")
      if [ -z "$device" ]; then
        device=$(losetup --find)
        [ -e "$device" ] || mknod "$device" b 7 "\${device#/dev/loop}"
        losetup "$device" "$image"
      fi
      nsenter --target ${pid} --mount sh -eu -s "\${device#/dev/loop}" ${quote(volumeDevice(id))} <<'INSIDE'
      [ -e "$2" ] && exit 0
      for letter in b c d e f g h i j k l m n o p q; do [ -e "/dev/sd$letter" ] || break; done
      mkdir -p /dev/disk/by-id
      mknod "/dev/sd$letter" b 7 "$1"
      ln -s "/dev/sd$letter" "$2"
INSIDE`;
  }

  /** Takes a volume out of a running machine, with what it has mounted of it. */
  async eject(pid: number | undefined, id: string): Promise<void> {
    const inside = `nsenter --target ${pid ?? 0} --mount sh -eu -s ${quote(volumeDevice(id))} <<'INSIDE'
      [ -e "$1" ] || exit 0
      node=$(readlink -f "$1")
      while grep -q "^$node " /proc/mounts; do umount -l "$node"; done
      rm -f "$1" "$node"
INSIDE`;
    await this.script(`${pid === undefined ? "" : inside}
${this.release(id)}`);
  }

  private release(id: string): string {
    return `for device in $(losetup --noheadings --output NAME --associated /volumes/${quote(id)}.img); do losetup --detach "$device"; done`;
  }

  private async volume(): Promise<string> {
    await this.docker.run(["volume", "create", "--label", `${label}=volumes`, this.names.volumes]);
    return this.names.volumes;
  }
}

/** Path of a volume's device inside a machine. */
export const volumeDevice = (id: string): string => `/dev/disk/by-id/scsi-0HC_Volume_${id}`;

/** Makes the public network where it isn't there. */
export async function ensurePublicNetwork(docker: Docker): Promise<void> {
  const { name, bridge, ipv4, ipv6 } = publicNetwork;
  const found = await docker.run(["network", "ls", "--quiet", "--filter", `name=^${name}$`]);
  if (found.trim() !== "") return;
  const ranges = [ipv4, ipv6].flatMap(({ subnet, gateway, automatic }) => [
    ...["--subnet", subnet, "--gateway", gateway, "--ip-range", automatic],
  ]);
  await docker.run([
    ...["network", "create", "--driver", "bridge", "--label", `${label}=network`, "--ipv6", ...ranges],
    ...["--opt", `com.docker.network.bridge.name=${bridge}`, name],
  ]);
}
