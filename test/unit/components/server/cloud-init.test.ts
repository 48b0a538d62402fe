import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cloudInit, type CloudInit } from "../../../../components/server/cloud-init";

const settings: CloudInit = {
  hostKey: { privateKey: "-----BEGIN-----\nabc\n-----END-----\n", publicKey: "ssh-ed25519 AAAA" },
  sshPort: 22,
  swapMb: 2048,
  daemon: {},
  extra: undefined,
};

interface Rendered {
  ssh_pwauth: boolean;
  disable_root: boolean;
  ssh_keys: Record<string, string>;
  write_files: { path: string; content: string; permissions: string }[];
  runcmd: unknown[];
  packages?: string[];
}
const render = (change: Partial<CloudInit> = {}) => parse(cloudInit({ ...settings, ...change })) as Rendered;
const fileOf = (rendered: Rendered, path: string) =>
  rendered.write_files.find((one) => one.path === path)?.content ?? `no ${path}`;

it("is a cloud-config, the same for the same settings, and below Hetzner's 32 KiB", () => {
  const text = cloudInit(settings);
  expect(text.split("\n")[0]).toBe("#cloud-config");
  expect(cloudInit({ ...settings })).toBe(text);
  expect(text.length).toBeLessThan(24 * 1024);
});

it("gives sshd the host key that was generated, unchanged", () => {
  expect(render().ssh_keys).toEqual({
    ed25519_private: settings.hostKey.privateKey,
    ed25519_public: settings.hostKey.publicKey,
  });
});

it("lets root in by key only", () => {
  const rendered = render();
  expect([rendered.ssh_pwauth, rendered.disable_root]).toEqual([false, false]);
  const sshd = fileOf(rendered, "/etc/ssh/sshd_config.d/00-sextant.conf");
  expect(sshd).toContain("PasswordAuthentication no");
  expect(sshd).toContain("KbdInteractiveAuthentication no");
  expect(sshd).toContain("PermitRootLogin prohibit-password");
  expect(sshd).not.toContain("Port ");
  expect(fileOf(render({ sshPort: 2222 }), "/etc/ssh/sshd_config.d/00-sextant.conf")).toContain(
    "Port 2222\n",
  );
});

it("keeps containers running over a restart of Docker, and bounds their logs", () => {
  const daemon = (rendered: Rendered) => JSON.parse(fileOf(rendered, "/etc/docker/daemon.json")) as unknown;
  expect(daemon(render())).toMatchObject({
    "live-restore": true,
    "log-opts": { "max-size": "10m" },
    mtu: 1450,
  });
  expect(daemon(render({ daemon: { mtu: 1500, "insecure-registries": ["r:5000"] } }))).toMatchObject({
    "live-restore": true,
    mtu: 1500,
    "insecure-registries": ["r:5000"],
  });
});

it("runs the first boot with the size of the swap file", () => {
  expect(render().runcmd).toEqual([["/var/lib/sextant/boot", "2048"]]);
  expect(fileOf(render(), "/var/lib/sextant/boot")).toMatch(/^#!\/bin\/sh\n/);
});

it("lets a container that is published on the private address start before that is there", () => {
  const settings = fileOf(render(), "/etc/sysctl.d/90-sextant.conf").split("\n");
  expect(settings).toContain("net.ipv4.ip_nonlocal_bind = 1");
  // A kernel without IPv6 does not know it.
  expect(settings).toContain("-net.ipv6.ip_nonlocal_bind = 1");
});

it("shuts the metadata address at each boot before Docker starts containers, and after rules are loaded", () => {
  const unit = fileOf(render(), "/etc/systemd/system/sextant-metadata.service").split("\n");
  expect(unit).toContain("Before=docker.service");
  expect(unit).toContain("WantedBy=multi-user.target docker.service");
  expect(unit.find((line) => line.startsWith("After="))).not.toContain("docker");
});

it("upgrades security only, without the engine and without a reboot", () => {
  const text = fileOf(render(), "/etc/apt/apt.conf.d/52sextant");
  expect(text).toContain("codename=${distro_codename}-security");
  expect(text).toContain('Package-Blacklist { "docker"');
  expect(text).toContain('Automatic-Reboot "false"');
});

describe("a cloud-config of the user's", () => {
  it("appends its lists and wins with its other keys", () => {
    const rendered = render({ extra: "packages: [htop]\nruncmd: [[touch, /tmp/x]]\nssh_pwauth: true\n" });
    expect(rendered.packages).toEqual(["htop"]);
    expect(rendered.runcmd).toEqual([
      ["/var/lib/sextant/boot", "2048"],
      ["touch", "/tmp/x"],
    ]);
    expect(rendered.ssh_pwauth).toBe(true);
  });

  it("may be empty", () => {
    expect(cloudInit({ ...settings, extra: "#cloud-config\n" })).toBe(cloudInit(settings));
  });
});
