/** The user data of a server's first boot: a pure function from settings to a `#cloud-config`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { whole } from "../../provider/host/scripts";
import { daemonSettings } from "../../provider/host/daemon-settings";

/** What a first boot is made from. */
export interface CloudInit {
  /** The host key that sshd gets, so that it is known before anyone connects. */
  hostKey: { privateKey: string; publicKey: string };
  /** The port of sshd. */
  sshPort: number;
  /** Size of the swap file in MiB, 0 for none. */
  swapMb: number;
  /** Settings of the Docker daemon, over ours. */
  daemon: Record<string, unknown>;
  /** A `#cloud-config` of the user's. */
  extra: string | undefined;
}

/** The user data. The same settings give the same text. */
export function cloudInit(settings: CloudInit): string {
  const extra: unknown = settings.extra === undefined ? {} : parse(settings.extra);
  const merged = merge(ours(settings), (extra ?? {}) as Record<string, unknown>);
  return `#cloud-config\n${stringify(merged, { lineWidth: 0 })}`;
}

function ours({ hostKey, sshPort, swapMb, daemon }: CloudInit): Record<string, unknown> {
  return {
    disable_root: false,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: ["ed25519"],
    ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey },
    write_files: [
      file("/etc/docker/daemon.json", `${JSON.stringify(daemonSettings(daemon), undefined, 2)}\n`),
      file("/etc/ssh/sshd_config.d/00-sextant.conf", sshd(sshPort)),
      file("/etc/sysctl.d/90-sextant.conf", kernel),
      file("/etc/apt/apt.conf.d/52sextant", upgrades),
      file("/etc/needrestart/conf.d/sextant.conf", "$nrconf{override_rc}{qr(^(docker|containerd))} = 0;\n"),
      file("/var/lib/sextant/boot", script("boot.sh"), "0755"),
      file("/var/lib/sextant/block-metadata", script("block-metadata.sh"), "0755"),
      file("/etc/systemd/system/sextant-metadata.service", metadataUnit),
    ],
    runcmd: [["/var/lib/sextant/boot", String(swapMb)]],
  };
}

function file(path: string, content: string, permissions = "0644"): Record<string, string> {
  return { path, permissions, content };
}

function script(name: string): string {
  return whole(readFileSync(join(__dirname, name), "utf8"));
}

/**
 * A container that is published on the private address has to start also where that comes after Docker at a boot: Docker does not try a
 * bind that failed again (moby/moby#39559). The hyphen is for kernels without IPv6.
 */
const kernel = `vm.swappiness = 10
net.ipv4.ip_nonlocal_bind = 1
-net.ipv6.ip_nonlocal_bind = 1
`;

/** Several programs, and a Docker provider of a program's own, open connections at once; sshd drops some of more than ten. */
function sshd(port: number): string {
  return `${[
    ...(port === 22 ? [] : [`Port ${port}`]),
    "HostKey /etc/ssh/ssh_host_ed25519_key",
    "PermitRootLogin prohibit-password",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "MaxAuthTries 6",
    "MaxSessions 64",
    "MaxStartups 100:30:200",
    "ClientAliveInterval 60",
  ].join("\n")}\n`;
}

const upgrades = `// Security updates only, without a reboot and without the container engine.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
#clear Unattended-Upgrade::Allowed-Origins;
#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern {
  "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security";
  "origin=Ubuntu,archive=\${distro_codename}-security";
};
Unattended-Upgrade::Package-Blacklist { "docker"; "containerd"; "runc"; };
Unattended-Upgrade::Automatic-Reboot "false";
`;

const metadataUnit = `[Unit]
Description=Shut the metadata address for containers
# Docker starts containers before it is ready itself; who loads rules of their own drops those that are there.
Before=docker.service
After=nftables.service netfilter-persistent.service ufw.service firewalld.service
PartOf=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/var/lib/sextant/block-metadata

[Install]
WantedBy=multi-user.target docker.service
`;

/** Maps merge, lists are appended, other values of the second one win. */
function merge(base: Record<string, unknown>, extra: Record<string, unknown>): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(extra)) {
    const old = result[key];
    if (Array.isArray(old) && Array.isArray(value))
      result[key] = [...(old as unknown[]), ...(value as unknown[])];
    else if (isMap(old) && isMap(value)) result[key] = merge(old, value);
    else result[key] = value;
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
