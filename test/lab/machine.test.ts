/** Simulated servers, as their users meet them: over SSH, through their firewalls, across a reboot. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Docker, ensureDocker } from "../../lab/docker/docker";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { installMissing } from "../../lab/docker/packages";
import { ensureImages } from "../../lab/images/images";
import { type DockerMachines, createMachines } from "../../lab/machine/driver";
import { currentChoice, imageStore } from "../../lab/machine/system";
import type { FirewallRule, MachineSpec } from "../../lab/machine/machines";
import { answers } from "./answers";

const dir = mkdtempSync(join(tmpdir(), "sextant-machine-"));
const keyFile = join(dir, "id");
const everyone = ["0.0.0.0/0", "::/0"];
const open = (port: string): FirewallRule => ({
  direction: "in",
  protocol: "tcp",
  port,
  sourceIps: everyone,
  destinationIps: [],
});

const one = { id: "1", ipv4: "10.213.249.11", ipv6: "fd00:5e7a::f9:11" };
const two = { id: "2", ipv4: "10.213.249.12", ipv6: "fd00:5e7a::f9:12" };
/** A web server of Perl's own, which the base image has: answers with its container's start time. */
const serverScript = `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => 80, Listen => 9, ReuseAddr => 1) or die;
while (my $c = $s->accept) { my $l = <$c>; print $c "HTTP/1.0 200 OK\\r\\n\\r\\nhello"; close $c }`;

let docker: Docker;
let machines: DockerMachines;
let publicKey: string;

function spec(machine: typeof one, more: Partial<MachineSpec> = {}): MachineSpec {
  return {
    ...machine,
    name: `web-${machine.id}`,
    cores: 2,
    memoryMb: 2048,
    architecture: "x86",
    sshPublicKeys: [publicKey],
    volumes: [],
    imageName: "debian-12",
    ...more,
  };
}

function ssh(host: string, command: string, input?: string): Promise<Outcome> {
  const options = [
    "BatchMode=yes",
    "ConnectTimeout=2",
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
  ];
  const flags = ["-i", keyFile, "-o", "LogLevel=ERROR", ...options.flatMap((option) => ["-o", option])];
  return tryRun("ssh", [...flags, `root@${host}`, command], { input });
}

async function ok(host: string, command: string): Promise<string> {
  const outcome = await ssh(host, command);
  expect(outcome, command).toMatchObject({ code: 0 });
  return outcome.stdout.trim();
}

/** Milliseconds until SSH lets one in. */
async function untilSsh(host: string): Promise<number> {
  const start = Date.now();
  while ((await ssh(host, "true")).code !== 0) {
    if (Date.now() - start > 90_000) throw new Error(`no SSH on ${host} within 90 s`);
    await sleep(100);
  }
  return Date.now() - start;
}

/** Whether the server of the test answers there. */
const greets = (host: string, port: number, wait?: number): Promise<boolean> =>
  answers(host, port, "hello", wait);

async function bothAnswer(port: number): Promise<[boolean, boolean]> {
  return Promise.all([greets(one.ipv4, port), greets(one.ipv6, port)]);
}

async function eventually(check: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await sleep(200);
  }
}

/** Names of everything in Docker that belongs to this test's lab. */
async function leftovers(): Promise<string[]> {
  const containers = await docker.run(["ps", "--all", "--format", "{{.Names}}"]);
  const volumes = await docker.run(["volume", "ls", "--format", "{{.Name}}"]);
  return `${containers}\n${volumes}`.split("\n").filter((name) => name.startsWith("sextant-machinetest-"));
}

beforeAll(async () => {
  // The firewalls are set from inside a container; that none is left is looked for on the machine itself.
  await installMissing([{ command: "nft", package: "nftables" }], console.log);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyFile]);
  publicKey = readFileSync(`${keyFile}.pub`, "utf8");
  docker = await ensureDocker();
  await ensureImages({ docker, only: ["sextant/server"] });
  machines = await createMachines({ docker, dir: join(dir, "state"), lab: "machinetest" });
});

afterAll(async () => {
  await machines.removeAll();
  rmSync(dir, { recursive: true, force: true });
});

describe.sequential("a machine", () => {
  test("boots to SSH, and its cloud-init runs what it was given", async () => {
    const userData = `#cloud-config
package_update: true
packages: [docker.io, curl]
write_files:
  - { path: /etc/docker/daemon.json, content: '{"log-driver":"local","insecure-registries":["10.213.0.2:5000"]}' }
runcmd:
  - systemctl restart docker
  - [sh, -c, "echo ran >> /root/ran"]
`;
    const start = Date.now();
    await machines.create(spec(one, { userData }));
    await untilSsh(one.ipv4);
    const booted = Date.now() - start;
    expect(await ok(one.ipv4, "cloud-init status --wait")).toContain("status: done");
    const settled = Date.now() - start;
    console.log(`created to SSH ${booted} ms, to the end of cloud-init ${settled} ms`);
    expect(await ok(one.ipv4, "hostname; cat /root/ran")).toBe("web-1\nran");
    expect(await ok(one.ipv4, "docker info --format '{{.LoggingDriver}} {{.Driver}}'")).toBe(
      `local ${imageStore(currentChoice()) === "containerd" ? "overlayfs" : "overlay2"}`,
    );
    expect(await ok(one.ipv6, "systemctl is-system-running; systemctl is-active docker ssh")).toBe(
      "running\nactive\nactive",
    );
    expect(booted).toBeLessThan(30_000);
  });

  test("runs containers whose published port answers in both families", async () => {
    const image = execFileSync("sh", ["-c", `docker save sextant/debian | ${loadCommand()}`], {
      env: { ...process.env, DOCKER_HOST: docker.host },
    });
    expect(image.toString()).toContain("Loaded image");
    await ssh(one.ipv4, "cat > /root/server.pl", serverScript);
    await ok(
      one.ipv4,
      "docker run -d --name web --restart unless-stopped --stop-timeout 1 -p 5432:80 -v /root/server.pl:/s.pl:ro sextant/debian perl /s.pl",
    );
    await eventually(async () => (await bothAnswer(5432)).every(Boolean), "the published port answers");
  });

  test("keeps nested containers within its own limits", async () => {
    const group = await ok(one.ipv4, "docker exec web cat /proc/self/cgroup | grep -E 'memory|^0::/.'");
    const own = await docker.run(["inspect", "--format", "{{.Id}}", "sextant-machinetest-machine-1"]);
    expect(group).toContain(own.trim());
  });

  test("publishes past UFW, which is why there is a cloud firewall", async () => {
    await ok(one.ipv4, "ufw allow 22/tcp && ufw deny 5432 && ufw --force enable");
    expect(await ok(one.ipv4, "ufw status")).toContain("5432                       DENY");
    // Docker's NAT comes before UFW; by IPv6 it is Docker's proxy process that listens, and UFW's rule holds.
    expect(await bothAnswer(5432)).toEqual([true, false]);
  });

  test("is shut by its cloud firewall in both families, whatever root inside does", async () => {
    await ok(one.ipv4, "ufw --force disable");
    expect(await bothAnswer(5432)).toEqual([true, true]);
    await machines.firewall(one.id, [open("22")]);
    expect(await bothAnswer(5432)).toEqual([false, false]);
    await ok(one.ipv4, "ufw deny 5432 && ufw --force enable");
    expect(await bothAnswer(5432)).toEqual([false, false]);
    await ok(one.ipv4, "ufw --force disable; nft flush ruleset; systemctl restart docker");
    expect(await greets(one.ipv4, 5432)).toBe(false);
    await machines.firewall(one.id, [open("22"), open("5000-5999")]);
    await eventually(async () => (await bothAnswer(5432)).every(Boolean), "the opened range answers");
  });

  test("may talk outwards behind a closed firewall, by TCP and UDP, and hears the replies", async () => {
    await machines.create(spec(two));
    await untilSsh(two.ipv4);
    await ssh(two.ipv4, "cat > /root/echo.py", udpEcho);
    await ok(two.ipv4, "setsid python3 /root/echo.py >/dev/null 2>&1 </dev/null & sleep 0.5");
    await machines.firewall(one.id, [open("22")]);
    expect(await ok(one.ipv4, `echo ping | nc -u -w 2 ${two.ipv4} 9999`)).toBe("ping");
    expect(await ok(one.ipv4, `echo ping | nc -u -w 2 ${two.ipv6} 9999`)).toBe("ping");
    expect(await ok(one.ipv4, `nc -z -w 2 ${two.ipv4} 22 && nc -z -w 2 ${two.ipv6} 22 && echo through`)).toBe(
      "through",
    );
    expect((await ssh(two.ipv4, `nc -z -w 1 ${one.ipv4} 5432`)).code).not.toBe(0);
    expect((await ssh(two.ipv4, `ping -c 1 -W 1 ${one.ipv4}`)).code).not.toBe(0);
    const out: FirewallRule = { ...open("22"), direction: "out", sourceIps: [], destinationIps: everyone };
    await machines.firewall(one.id, [open("22"), out]);
    expect((await ssh(one.ipv4, `nc -z -w 1 ${two.ipv4} 22`)).code).toBe(0);
    expect((await ssh(one.ipv4, `echo ping | nc -u -w 1 ${two.ipv4} 9999`)).stdout).toBe("");
  });

  test("reaches others in a private network with MTU 1450, past its firewall; the host doesn't", async () => {
    await machines.createNetwork("1", "10.0.0.0/16");
    await machines.attach(one.id, "1", "10.0.1.1", []);
    await machines.attach(two.id, "1", "10.0.1.2", ["10.0.1.20"]);
    expect(await ok(one.ipv4, "cat /sys/class/net/ens10/mtu")).toBe("1450");
    expect(await ok(two.ipv4, "nc -z -w 2 10.0.1.1 5432 && echo through")).toBe("through");
    expect((await ssh(one.ipv4, "ping -c 1 -W 1 -M do -s 1422 10.0.1.20")).code).toBe(0);
    expect((await ssh(one.ipv4, "ping -c 1 -W 1 -M do -s 1423 10.0.1.20")).code).not.toBe(0);
    expect(await greets("10.0.1.1", 5432, 500)).toBe(false);
    await machines.detach(two.id, "1");
    expect((await ssh(two.ipv4, "ip link show ens10")).code).not.toBe(0);
    expect((await ssh(one.ipv4, "nc -z -w 1 10.0.1.2 22")).code).not.toBe(0);
  });

  test("sees a volume as a block device, while it runs, and keeps what is on it", async () => {
    const device = "/dev/disk/by-id/scsi-0HC_Volume_77";
    await machines.createVolume("77", 10);
    await machines.attachVolume(two.id, "77");
    await ok(
      two.ipv4,
      `mkfs.ext4 -q ${device} && mkdir -p /mnt/data && mount ${device} /mnt/data && echo kept >/mnt/data/f`,
    );
    await machines.resizeVolume("77", 12);
    expect(await ok(two.ipv4, `blockdev --getsize64 ${device}`)).toBe(String(12 * 1024 ** 3));
    await machines.detachVolume(two.id, "77");
    expect((await ssh(two.ipv4, `test -e ${device}`)).code).toBe(1);
    await machines.attachVolume(one.id, "77");
    expect(await ok(one.ipv4, `mkdir -p /mnt/data && mount ${device} /mnt/data && cat /mnt/data/f`)).toBe(
      "kept",
    );
    await ok(one.ipv4, `umount /mnt/data && echo '${device} /mnt/data ext4 nofail 0 0' >>/etc/fstab`);
  });

  test("comes back from a reboot with its containers, cables, volumes and firewall, and with no first boot", async () => {
    await ok(
      one.ipv4,
      "docker run -d --name private --restart always --stop-timeout 1 -p 10.0.1.1:8080:80 -v /root/server.pl:/s.pl sextant/debian perl /s.pl",
    );
    const start = Date.now();
    await machines.reboot(one.id, false);
    await untilSsh(one.ipv4);
    console.log(`reboot to SSH ${Date.now() - start} ms`);
    expect(await ok(one.ipv4, "cloud-init status --wait; cat /root/ran")).toMatch(/status: done\nran$/);
    expect((await ok(one.ipv4, "docker ps --format '{{.Names}}'")).split("\n").sort()).toEqual([
      "private",
      "web",
    ]);
    expect(await ok(one.ipv4, "cat /mnt/data/f; ip -brief address show ens10")).toMatch(
      /kept\nens10\S* +UP +10\.0\.1\.1\/16/,
    );
    expect(await bothAnswer(5432)).toEqual([false, false]);
    expect(await ok(one.ipv4, "nc -z -w 2 10.0.1.1 8080 && echo through")).toBe("through");
  });

  test("reboots in place when its own root says so, and stays off when switched off", async () => {
    await ssh(one.ipv4, "touch /run/before; reboot");
    await eventually(async () => (await ssh(one.ipv4, "test ! -e /run/before")).code === 0, "it is back");
    await ok(one.ipv4, "cloud-init status --wait");
    expect(await ok(one.ipv4, "nc -z -w 2 10.0.1.1 8080 && echo through")).toBe("through");
    await ssh(one.ipv4, "poweroff");
    await eventually(async () => !(await machines.running(one.id)), "it is off");
    await machines.resize(one.id, 4, 4096);
    await machines.start(one.id);
    await untilSsh(one.ipv4);
    const limit = await docker.run([
      "inspect",
      "--format",
      "{{.HostConfig.Memory}}",
      "sextant-machinetest-machine-1",
    ]);
    expect(Number(limit)).toBe(4096 * 1024 ** 2);
  });

  test("balances the load over targets that answer", async () => {
    await machines.firewall(one.id, null);
    await eventually(() => greets(one.ipv4, 5432), "the target answers");
    await machines.loadBalancer("1", {
      name: "lb",
      ipv4: "10.213.249.13",
      ipv6: "fd00:5e7a::f9:13",
      algorithm: "round_robin",
      targets: ["10.0.1.1", two.ipv4],
      networks: [{ id: "1", ip: "10.0.1.100" }],
      services: [
        {
          protocol: "http",
          listenPort: 80,
          destinationPort: 5432,
          proxyProtocol: false,
          healthCheck: { protocol: "http", port: 5432, intervalSeconds: 1, timeoutSeconds: 1, retries: 1 },
        },
      ],
    });
    await eventually(() => greets("10.213.249.13", 80), "the balancer answers");
    await eventually(async () => {
      const health = await machines.loadBalancerHealth("1");
      return health.some((each) => each.healthy) && health.some((each) => !each.healthy);
    }, "it knows the healthy target from the other");
    expect(await greets("fd00:5e7a::f9:13", 80)).toBe(true);
    await machines.loadBalancer("1", null);
    expect(await greets("10.213.249.13", 80, 500)).toBe(false);
  });

  test("leaves nothing behind", async () => {
    await machines.remove(one.id);
    expect(await machines.exists(one.id)).toBe(false);
    expect((await leftovers()).filter((name) => /-(machine|disk)-1$/.test(name))).toEqual([]);
    await machines.removeAll();
    expect(await leftovers()).toEqual([]);
    expect(execFileSync("losetup", ["--list"]).toString()).not.toContain("77.img");
    expect(execFileSync("nft", ["list", "tables"]).toString()).not.toContain("machinetest");
  });
});

const udpEcho = `import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::", 9999))
while True:
    data, peer = s.recvfrom(999)
    s.sendto(data, peer)
`;

function loadCommand(): string {
  return `ssh -i ${keyFile} -o BatchMode=yes -o LogLevel=ERROR -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@${one.ipv4} docker load`;
}
