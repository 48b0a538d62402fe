/** The preflight, script and judgement, run for real on machines that have one thing wrong with them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptable } from "../../../components/server/preflight-checks";
import { parseAnswers } from "../../../provider/host/preflight/answers";
import { findings } from "../../../provider/host/preflight/findings";
import { tools } from "../../../provider/host/preflight/findings/machine";
import { judge, judgeInstall } from "../../../provider/host/preflight/judge";
import { toolsPath } from "../tools/directory";
import { type Done, run } from "./bare-machine";

interface Container {
  name: string;
  image?: string;
  ports?: string;
  ours?: boolean;
  tools?: string;
  stack?: string;
}

interface Engine {
  version?: string;
  info?: Record<string, unknown>;
  containers?: Container[];
}

const id = "0123456789ab";

const toolLabels: Record<string, Record<string, string>> = {
  coolify: { "coolify.managed": "true" },
  dokku: { "com.dokku.app-name": "blog" },
  kamal: { service: "shop", role: "web" },
};

/** A docker that answers what the preflight asks. */
function docker({ version = "20.10.24", info = {}, containers = [] }: Engine): string {
  const lines = containers.map(({ name, image = "an/image", ports = "", ours, tools = "", stack = "" }) => {
    const labels = {
      "sextant.app": ours ? "yes" : "",
      "com.docker.stack.namespace": stack,
      ...toolLabels[tools.trim()],
    };
    return JSON.stringify({ id, name, image, ports, labels });
  });
  const facts = {
    DockerRootDir: "/",
    LiveRestoreEnabled: true,
    MemoryLimit: true,
    CgroupVersion: "2",
    Swarm: { NodeID: "", LocalNodeState: "inactive", ControlAvailable: false },
    SecurityOptions: ["name=seccomp,profile=default", "name=cgroupns"],
    ...info,
  };
  return `case "$1" in
  --version) echo Docker version ${version}, build 1 ;;
  version) echo ${version} Engine containerd runc ;;
  info) cat <<'E'
${JSON.stringify(facts)}
E
  ;;
  ps) cat <<'E'
${lines.join("\n")}
E
  ;;
esac`;
}

const goodSshd = { permitrootlogin: "without-password", maxstartups: "100:30:200", maxsessions: "10" };
const sshd = (change: Record<string, string> = {}): string =>
  Object.entries({ ...goodSshd, passwordauthentication: "no", ...change })
    .map(([key, value]) => `echo ${key} ${value}`)
    .join("\n");

const commands: Record<string, string> = {
  docker: docker({}),
  dockerd: ":",
  "dpkg-query": "echo docker.io: /usr/bin/dockerd",
  id: "case $1 in -u) echo 0 ;; *) echo root ;; esac",
  uname: "case $1 in -r) echo 6.1.0-18-amd64 ;; *) echo x86_64 ;; esac",
  nproc: "echo 2",
  df: "case $1 in -Pi) echo Head; echo 'dev 999999 9 500000 1% /' ;; -Pk) echo Head; echo 'dev 99999999 9 30720000 1% /' ;; *) exit 1 ;; esac",
  flock: ":",
  nsenter: ":",
  setsid: ":",
  curl: ":",
  iptables: ":",
  ss: ":",
  ip: `case "$*" in *route*) echo "default via 203.0.113.1 dev eth0" ;; *) echo "2: eth0    inet 10.0.0.7/24 brd" ;; esac`,
  timedatectl: "echo yes",
  nft: "printf 'table ip filter {\\n\\tchain FORWARD {\\n\\t\\ttype filter hook forward priority filter; policy drop;\\n\\t}\\n}\\n'",
  sshd: sshd(),
};
const meminfo = (total: number, available: number, swap: number): string =>
  `MemTotal: ${total * 1024} kB\nMemFree: 1 kB\nMemAvailable: ${available * 1024} kB\nSwapTotal: ${swap * 1024} kB\n`;
const files: Record<string, string> = {
  "proc/meminfo": meminfo(4000, 3000, 0),
  "proc/1/comm": "systemd\n",
  "usr/local/lib/x": "",
};

interface Change {
  commands?: Record<string, string | undefined>;
  files?: Record<string, string>;
  words?: string[];
  /** Ordinary commands that the machine does not have. */
  without?: string[];
  env?: Record<string, string>;
}

/** What the script tells of a machine with everything, but for what is changed. */
function tell(change: Change = {}): string {
  const root = mkdtempSync(join(tmpdir(), "sextant-root-"));
  for (const [path, text] of Object.entries({ ...files, ...change.files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const given = Object.entries({ ...commands, ...change.commands }).filter(
    (each): each is [string, string] => each[1] !== undefined,
  );
  const env = { ...change.env, SEXTANT_PREFLIGHT_ROOT: root };
  const done = run("preflight", [], Object.fromEntries(given), env, change.without);
  rmSync(root, { recursive: true });
  expect(done).toMatchObject({ status: 0, stderr: "" });
  return done.stdout;
}

/** The judgement on it: a refusal in place of errors, and all else in place of output. */
function preflight(change: Change = {}): Done {
  const { refused, text } = judge(tell(change), change.words ?? ["ports=80,443"]);
  return refused ? { status: 1, stdout: "", stderr: text } : { status: 0, stdout: text, stderr: "" };
}

/** The judgement whether Docker has to be installed on it and may be: what it is refused for, nothing, or undefined where it has not. */
function beforeInstall(change: Change, words = ["docker=install"]): string[] | undefined {
  const verdict = judgeInstall(tell(change), words);
  return verdict && named({ status: 0, stdout: "", stderr: verdict.refused ? verdict.text : "" });
}

/** The checks that a run names, in its order: `port-taken`, `note swap`, `accepted ufw-bypassed`. */
function named({ stdout, stderr }: Done): string[] {
  return `${stderr}${stdout}`.split("\n").flatMap((line) => {
    const match = /^(?:\d+\. |(note |accepted ))([a-z0-9-]+): /.exec(line);
    return match === null ? [] : [`${match[1] ?? ""}${match[2] ?? ""}`];
  });
}

const listening = (process: string, pid = 812): Record<string, string> => ({
  ss: `echo 'LISTEN 0 511 *:80 *:* users:(("${process}",pid=${pid},fd=6),("${process}",pid=${pid + 1},fd=6))'`,
});
const ufw = (rules: string[], incoming = "deny"): Record<string, string> => ({
  ufw: `cat <<'E'
Status: active
Logging: on (low)
Default: ${incoming} (incoming), allow (outgoing), deny (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
${rules.join("\n")}
E`,
});
const published = (
  ports: string,
  more: Partial<Container> = {},
  engine: Engine = {},
): Record<string, string> => ({
  docker: docker({ ...engine, containers: [{ name: "db", ports, ...more }] }),
});
const withContainers = (...containers: Container[]): Change => ({
  commands: { docker: docker({ containers }) },
});

describe("a clean machine", () => {
  it("is accepted without a note, and described", () => {
    const done = preflight({
      words: ["arch=amd64", "ports=80,443", "disk=30000", "memory=4000", "private=10.0.0.7"],
    });
    expect(done).toEqual({
      status: 0,
      stderr: "",
      stdout:
        "Docker 20.10.24 from docker.io, data in /\n" +
        "amd64, kernel 6.1.0-18-amd64, 2 cores, 4000 MB of memory, no swap, 30000 MB of disk free\n",
    });
  });

  it("may have much running that is nobody's business", () => {
    const done = preflight({
      commands: {
        ...ufw(["22/tcp                     ALLOW IN    Anywhere"]),
        docker: docker({
          containers: [
            {
              name: "kamal-proxy",
              ports: "0.0.0.0:80->80/tcp, :::80->80/tcp, 0.0.0.0:443->443/tcp",
              ours: true,
            },
            { name: "shop-web", ports: "3000/tcp", ours: true },
            {
              name: "blog",
              ports: "127.0.0.1:8080->80/tcp, 10.0.0.7:8081->80/tcp, [fd00::7]:82->80/tcp, 9000/tcp",
            },
          ],
        }),
        chronyc:
          "echo 'System time     : 0.000012 seconds slow of NTP time'; echo 'Leap status     : Normal'",
      },
    });
    expect(named(done)).toEqual([]);
    expect(done.status).toBe(0);
    expect(done.stdout).toContain(
      "port 80: our kamal-proxy\nport 443: our kamal-proxy\nUFW is active; it does deny by default\n",
    );
  });
});

describe("what is found", () => {
  const nginxUnit = { "proc/812/cgroup": "0::/system.slice/nginx.service\n" };
  it.each<[string, Change, string[], RegExp]>([
    [
      "no Docker",
      { commands: { docker: undefined, dockerd: undefined } },
      ["docker-missing"],
      /Docker is not installed\. Say docker: "install"/,
    ],
    [
      "Docker's daemon without its command",
      { commands: { docker: undefined } },
      ["docker-missing"],
      /without the docker command\. Install it: apt-get install docker-cli/,
    ],
    [
      "a snap of Docker",
      { commands: { readlink: "echo /snap/docker/2915/bin/docker" } },
      ["docker-snap"],
      /Remove it \(snap remove docker\)/,
    ],
    [
      "Podman's shim",
      { commands: { docker: 'case "$1" in --version) echo podman version 4.9.3 ;; *) exit 125 ;; esac' } },
      ["docker-podman"],
      /Remove podman-docker/,
    ],
    [
      "Docker's client on Podman's socket",
      {
        commands: {
          docker:
            'case "$1" in --version) echo Docker version 27.1 ;; version) echo "4.9.3 Podman Engine Conmon" ;; esac',
        },
      },
      ["docker-podman"],
      /speaks to Podman/,
    ],
    [
      "a Docker that does not answer",
      { commands: { docker: "echo 'Cannot connect to the Docker daemon' >&2; exit 1" } },
      ["docker-silent"],
      /does not answer \(Cannot connect to the Docker daemon\)\. Start it/,
    ],
    [
      "an old Docker",
      { commands: { docker: docker({ version: "19.03.1" }) } },
      ["docker-old"],
      /Docker is 19\.03\.1, and 20\.10/,
    ],
    [
      "a rootless Docker",
      { commands: { docker: docker({ info: { SecurityOptions: ["name=seccomp", "name=rootless"] } }) } },
      ["docker-rootless"],
      /low ports/,
    ],
    [
      "a Docker of no package",
      { commands: { "dpkg-query": "exit 1" } },
      ["note docker-unpackaged"],
      /from no package/,
    ],
    [
      "a Docker without live restore",
      { commands: { docker: docker({ info: { LiveRestoreEnabled: false } }) } },
      ["note docker-live-restore"],
      /"live-restore": true/,
    ],
    [
      "a Docker that leaves the filter alone",
      {
        files: { "etc/docker/daemon.json": '{ "iptables": false }' },
        commands: { ...ufw([]), ...published("0.0.0.0:5432->5432/tcp") },
      },
      ["note docker-iptables"],
      /Remove that/,
    ],
    [
      "SELinux",
      { commands: { docker: docker({ info: { SecurityOptions: ["name=seccomp", "name=selinux"] } }) } },
      ["note docker-selinux"],
      /chcon/,
    ],
    [
      "no limits of memory",
      { commands: { docker: docker({ info: { MemoryLimit: false } }) } },
      ["memory-limits"],
      /cgroup_enable=memory/,
    ],
    [
      "control groups of version 1",
      { commands: { docker: docker({ info: { CgroupVersion: "1" } }) } },
      ["note cgroup-v1"],
      /unified_cgroup_hierarchy=1/,
    ],
    [
      "another login",
      { commands: { id: "case $1 in -u) echo 1000 ;; *) echo deploy ;; esac" } },
      ["login"],
      /The login is deploy/,
    ],
    ["no curl", { commands: { curl: undefined } }, ["tool-missing"], /apt-get install curl\./],
    ["no flock", { commands: { flock: undefined } }, ["tool-missing"], /apt-get install util-linux\./],
    [
      "the tools of Alpine",
      {
        commands: {
          awk: "case $1 in --help) echo 'BusyBox v1.37.0 (2025-01-17 18:12:01 UTC) multi-call binary.' >&2 ;; *) exec /usr/bin/awk \"$@\" ;; esac",
          flock: "echo 'BusyBox v1.37.0 (2025-01-17 18:12:01 UTC) multi-call binary.' >&2; exit 1",
        },
      },
      ["tool-busybox"],
      /BusyBox stands in for tools of the system here \(awk, flock\).*Use Debian or Ubuntu\./,
    ],
    [
      "a kernel without IPv6",
      { files: { "proc/net/tcp": "" } },
      ["note ipv6-off"],
      /Give the proxy publish: \["0\.0\.0\.0"\]\./,
    ],
    [
      "a private address that may come after Docker",
      { words: ["private=10.0.0.7"], files: { "proc/sys/net/ipv4/ip_nonlocal_bind": "0\n" } },
      ["note private-late"],
      /Put net\.ipv4\.ip_nonlocal_bind = 1 into/,
    ],
    [
      "a Docker that writes its rules with nftables",
      {
        commands: {
          docker: docker({
            version: "29.7.1",
            info: { FirewallBackend: { Driver: "nftables+firewalld", Info: [] } },
          }),
        },
      },
      ["docker-nftables"],
      /Remove "firewall-backend": "nftables" from/,
    ],
    ["no ss", { commands: { ss: undefined } }, ["tool-missing"], /apt-get install iproute2\./],
    [
      "another architecture",
      { words: ["arch=arm64"] },
      ["architecture"],
      /is amd64, and the program says arm64\. Say architecture: "amd64"\./,
    ],
    [
      "another private address",
      { words: ["private=10.0.0.8"] },
      ["private-address"],
      /10\.0\.0\.8 is on no interface/,
    ],
    [
      "little memory",
      { words: ["memory=4001"] },
      ["memory"],
      /4000 MB of memory, and the program says at least 4001 MB/,
    ],
    [
      "memory that is taken",
      { files: { "proc/meminfo": meminfo(4000, 390, 0) } },
      ["note memory-busy"],
      /Only 390 of 4000 MB/,
    ],
    [
      "no swap on a small machine",
      { files: { "proc/meminfo": meminfo(1900, 900, 0) } },
      ["note swap"],
      /beside 1900 MB/,
    ],
    ["little disk", { words: ["disk=30001"] }, ["disk"], /\/ has 30000 MB free, and 30001 MB are asked for/],
    [
      "few inodes",
      {
        commands: {
          df: "case $1 in -Pi) echo Head; echo 'dev 99999 9 4999 95% /' ;; *) echo Head; echo 'dev 9 9 9999999 1% /' ;; esac",
        },
      },
      ["disk-inodes"],
      /room for 4999 more files/,
    ],
    [
      "an old kernel",
      { commands: { uname: "case $1 in -r) echo 4.15.0-213 ;; *) echo x86_64 ;; esac" } },
      ["note kernel"],
      /The kernel is 4\.15\.0-213/,
    ],
    [
      "a clock that is off",
      {
        commands: {
          chronyc: "echo 'System time     : 312.5 seconds slow of NTP time'; echo 'Leap status     : Normal'",
        },
      },
      ["clock-off"],
      /312 seconds off/,
    ],
    [
      "a clock that chrony does not keep yet",
      {
        commands: {
          chronyc:
            "echo 'System time     : 0.0 seconds slow of NTP time'; echo 'Leap status     : Not synchronised'",
        },
      },
      ["note clock-unsynchronised"],
      /Nothing keeps the clock in step yet/,
    ],
    [
      "a clock that is not the hardware's, which keeps local time",
      {
        commands: { timedatectl: "echo no", date: "echo 1800000000" },
        files: { "sys/class/rtc/rtc0/since_epoch": String(1800000000 + 7200 - 95) },
      },
      ["clock-off", "note clock-unsynchronised"],
      /The clock is 95 seconds off/,
    ],
    [
      "a clock that nothing keeps, and that is right",
      {
        commands: { timedatectl: "echo no", date: "echo 1800000000" },
        files: { "sys/class/rtc/rtc0/since_epoch": String(1800000000 - 3600 + 31) },
      },
      ["note clock-unsynchronised"],
      /NTP is UDP to port 123/,
    ],
    [
      "a clock that nothing keeps",
      { commands: { timedatectl: "echo no" } },
      ["note clock-unsynchronised"],
      /set-ntp true/,
    ],
    [
      "a web server by its unit",
      { commands: listening("nginx"), files: nginxUnit },
      ["port-taken"],
      /Port 80 belongs to the web server nginx \(process 812, unit nginx\.service\)\. Stop it \(systemctl disable --now nginx\.service\)/,
    ],
    [
      "a process without a unit",
      { commands: listening("python3"), files: { "proc/812/cgroup": "0::/user.slice/session-3.scope\n" } },
      ["port-taken"],
      /Port 80 belongs to python3 \(process 812\)\. Stop it, or give/,
    ],
    [
      "a process that is not told",
      { commands: { ss: "echo 'LISTEN 0 511 *:80 *:*'" } },
      ["port-taken"],
      /Port 80 belongs to another process\. Stop it/,
    ],
    ["a socket of systemd", { commands: listening("systemd", 1) }, ["port-taken"], /systemctl list-sockets/],
    [
      "a container that publishes the port, without a listener",
      withContainers({ name: "traefik", ports: "0.0.0.0:80->80/tcp, :::80->80/tcp, 0.0.0.0:443->443/tcp" }),
      ["port-taken", "port-taken"],
      /Port 80 belongs to the container traefik\. Stop it \(docker stop traefik\)/,
    ],
    [
      "a container on the host's network",
      {
        commands: { ...listening("caddy"), docker: docker({ containers: [{ name: "edge" }] }) },
        files: { "proc/812/cgroup": `0::/system.slice/docker-${id}${"c".repeat(52)}.scope\n` },
      },
      ["port-taken"],
      /Port 80 belongs to the container edge/,
    ],
    [
      "Kamal's proxy, with the ports",
      {
        commands: {
          ...listening("docker-proxy"),
          docker: docker({ containers: [{ name: "kamal-proxy", ports: "0.0.0.0:80->80/tcp" }] }),
        },
      },
      ["kamal-proxy", "note tool-kamal"],
      /kamal-proxy that Kamal made.*\(kamal proxy remove\)/,
    ],
    [
      "Kamal's proxy, stopped",
      withContainers({ name: "kamal-proxy" }),
      ["kamal-proxy", "note tool-kamal"],
      /has the name/,
    ],
    [
      "Kamal's proxy, where there is to be none",
      { ...withContainers({ name: "kamal-proxy" }), words: [] },
      ["note tool-kamal"],
      /Kamal deploys here \(kamal-proxy\)/,
    ],
    [
      "ufw-docker",
      {
        commands: {
          ...ufw([]),
          ...published("0.0.0.0:5432->5432/tcp"),
          iptables:
            "echo '-N DOCKER-USER'; echo '-A DOCKER-USER -j ufw-user-forward'; echo '-A DOCKER-USER -j RETURN'",
        },
      },
      ["note docker-user"],
      /ufw route allow/,
    ],
    [
      "firewalld",
      {
        files: { "proc/77/comm": "firewalld\n" },
        commands: published("0.0.0.0:5432->5432/tcp, [::]:5432->5432/tcp"),
      },
      ["note firewalld"],
      /Docker publishes past it: 5432\/tcp \(db\)\./,
    ],
    [
      "a ruleset of its own",
      {
        commands: {
          nft: "printf 'table inet filter {\\n\\tchain forward {\\n\\t\\ttype filter hook forward priority filter; policy drop;\\n\\t}\\n}\\n'",
        },
      },
      ["note nft-rules"],
      /\(inet filter forward\)/,
    ],
    [
      "Kamal's apps",
      withContainers({ name: "shop-web-1", tools: "kamal " }, { name: "shop-job-1", tools: "kamal " }),
      ["note tool-kamal"],
      /Kamal deploys here \(shop-web-1, shop-job-1\)/,
    ],
    [
      "Coolify",
      withContainers(
        ...["coolify", "coolify-db", "coolify-redis", "coolify-realtime"].map((name) => ({ name })),
        {
          name: "abc123",
          tools: "coolify ",
        },
      ),
      ["note tool-coolify"],
      /Coolify manages this machine \(coolify, coolify-db, coolify-redis and 2 more\)/,
    ],
    [
      "Dokku",
      withContainers({ name: "blog.web.1", tools: "dokku " }),
      ["note tool-dokku"],
      /Its nginx wants 80/,
    ],
    ["CapRover", withContainers({ name: "captain-nginx.1.x" }), ["note tool-caprover"], /80, 443 and 3000/],
    ["Dokploy", withContainers({ name: "dokploy-traefik" }), ["note tool-dokploy"], /Its Traefik/],
    [
      "Portainer",
      withContainers({ name: "p", image: "portainer/portainer-ce:2" }),
      ["note tool-portainer"],
      /--refresh/,
    ],
    [
      "Watchtower",
      withContainers({ name: "w", image: "containrrr/watchtower" }),
      ["note tool-watchtower"],
      /--label-enable/,
    ],
    [
      "a swarm",
      {
        commands: {
          docker: docker({
            info: {
              LiveRestoreEnabled: false,
              Swarm: { NodeID: "x", LocalNodeState: "active", ControlAvailable: true },
            },
            containers: [
              { name: "blog_web.1", stack: "blog" },
              { name: "blog_db.1", stack: "blog" },
            ],
          }),
        },
      },
      ["note swarm"],
      /\(stacks: blog\)/,
    ],
    [
      "Kubernetes",
      { files: { "proc/9/comm": "k3s-server\n" } },
      ["kubernetes"],
      /node runs here \(k3s-server\)/,
    ],
    [
      "a job that prunes",
      { files: { "etc/cron.daily/tidy": "#!/bin/sh\ndocker system prune -af\n" } },
      ["note prune-job"],
      /\(\/etc\/cron\.daily\/tidy\)/,
    ],
    [
      "root shut out",
      { commands: { sshd: sshd({ permitrootlogin: "no" }) } },
      ["sshd-root"],
      /Say PermitRootLogin prohibit-password/,
    ],
    [
      "few logins at once",
      { commands: { sshd: sshd({ maxstartups: "10:30:100" }) } },
      ["note sshd-startups"],
      /when 10 log in at once \(MaxStartups 10:30:100\)/,
    ],
    [
      "penalties for failed logins, as OpenSSH 10.0 prints them",
      { commands: { sshd: sshd({ persourcepenalties: "crash:90 authfail:5 noauth:1 max:600 min:15" }) } },
      ["note sshd-penalties"],
      /up to 600 seconds after some failed logins/,
    ],
    [
      "the same with much else, as OpenSSH 10.6 prints it",
      {
        commands: {
          sshd: "echo PermitRootLogin no; echo MaxStartups 10:30:100; echo PerSourcePenalties crash:90.000000 max:600.000000 min:15.000000",
        },
      },
      ["sshd-root", "note sshd-startups", "note sshd-penalties"],
      /Say PerSourcePenalties max:60 in/,
    ],
    [
      "few sessions",
      { commands: { sshd: sshd({ maxsessions: "2" }) } },
      ["note sshd-sessions"],
      /takes 2 sessions/,
    ],
    [
      "passwords",
      { commands: { sshd: sshd({ passwordauthentication: "yes" }) } },
      ["note sshd-passwords"],
      /Say PasswordAuthentication no/,
    ],
    ["fail2ban", { files: { "proc/9/comm": "fail2ban-server\n" } }, ["note fail2ban"], /ignoreip/],
  ])("%s", (_, change, expected, text) => {
    const done = preflight(change);
    expect(named(done), done.stderr).toEqual(expected);
    expect(done.stderr + done.stdout).toMatch(text);
    const refused = expected.some((each) => !each.startsWith("note "));
    expect(done.status).toBe(refused ? 1 : 0);
    expect(refused ? done.stdout : done.stderr).toBe("");
  });
});

describe("what Docker publishes past UFW", () => {
  const rule = (to: string, action: string, from = "Anywhere"): string =>
    `${to.padEnd(27)}${action.padEnd(12)}${from}`;
  const pg = "0.0.0.0:5432->5432/tcp, :::5432->5432/tcp";
  it.each<[string, string[], string, string[]]>([
    ["is found where the default denies", [rule("22/tcp", "ALLOW IN")], pg, ["5432/tcp"]],
    ["is found where a rule denies", [rule("5432", "DENY IN")], pg, ["5432/tcp"]],
    ["is found on a named public address", [], "203.0.113.7:5432->5432/tcp", ["5432/tcp"]],
    ["is found where only some may come", [rule("5432/tcp", "ALLOW IN", "10.0.0.0/8")], pg, ["5432/tcp"]],
    ["is found where only another protocol may come", [rule("5432/udp", "ALLOW IN")], pg, ["5432/tcp"]],
    [
      "is found where only the private interface is open",
      [rule("Anywhere on ens10", "ALLOW IN")],
      pg,
      ["5432/tcp"],
    ],
    ["is found by its first rule", [rule("5432", "REJECT IN"), rule("5432", "ALLOW IN")], pg, ["5432/tcp"]],
    [
      "is found in a range",
      [rule("8000:8004/tcp", "ALLOW IN")],
      "0.0.0.0:8003-8005->80-82/tcp",
      ["8005/tcp"],
    ],
    ["is found for UDP", [rule("53/tcp", "ALLOW IN")], "0.0.0.0:53->53/udp, 0.0.0.0:53->53/tcp", ["53/udp"]],
    ["is nothing where it is let in", [rule("5432/tcp", "ALLOW IN")], pg, []],
    ["is nothing where it is let in by its interface", [rule("5432/tcp on eth0", "ALLOW IN")], pg, []],
    ["is nothing where all is let in", [rule("Anywhere", "ALLOW IN")], pg, []],
    [
      "is nothing where it is limited",
      [rule("5432", "LIMIT IN", "Anywhere                   # some")],
      pg,
      [],
    ],
    ["is nothing where a profile lets it in", [rule("80,5432/tcp (Both Full)", "ALLOW IN")], pg, []],
    ["is nothing on loopback", [], "127.0.0.1:5432->5432/tcp, [::1]:5432->5432/tcp", []],
    ["is nothing by IPv6 alone, which an older Docker leaves to UFW", [], ":::5432->5432/tcp", []],
  ])("%s", (_, rules, ports, found) => {
    const done = preflight({ commands: { ...ufw(rules), ...published(ports) } });
    expect(named(done)).toEqual(found.map(() => "ufw-bypassed"));
    for (const port of found)
      expect(done.stderr).toContain(
        `UFW is to deny ${port}, but Docker publishes it past UFW, open to all: the container db on `,
      );
  });

  it("is found by IPv6, where Docker writes rules for it", () => {
    const commands = { ...ufw([rule("5432", "ALLOW IN")]), ...published(pg, {}, { version: "27.3.1" }) };
    expect(preflight({ commands }).stderr).toContain("the container db on ::.");
    const both = {
      ...commands,
      ...ufw([rule("5432", "ALLOW IN"), rule("5432 (v6)", "ALLOW IN", "Anywhere (v6)")]),
    };
    expect(named(preflight({ commands: both }))).toEqual([]);
  });

  it("is nothing where UFW allows by default, is off, or the container is the program's own", () => {
    const of = (change: Record<string, string>): string[] => named(preflight({ commands: change }));
    expect(of({ ...ufw([], "allow"), ...published(pg) })).toEqual([]);
    expect(of({ ...ufw([rule("5432", "DENY IN")], "allow"), ...published(pg) })).toEqual(["ufw-bypassed"]);
    expect(of({ ufw: "echo Status: inactive", ...published(pg) })).toEqual([]);
    expect(of({ ...ufw([]), ...published(pg, { ours: true }) })).toEqual([]);
  });
});

describe("the tools of this machine", () => {
  it("tell the space that is free", () => {
    expect(named(preflight({ commands: { df: undefined }, words: ["disk=1"] }))).toEqual([]);
  });

  // Where the sets of tools are there, the real one.
  it.runIf(process.env["SEXTANT_TOOLS"])(
    "are refused where they are BusyBox's, whose awk cannot mask what is secret",
    () => {
      const awk = join(toolsPath("busybox-awk"), "awk");
      expect(named(preflight({ commands: { awk: `exec ${awk} "$@"` } }))).toContain("tool-busybox");
    },
  );
});

describe("refusing", () => {
  const commonMess: Change = {
    words: ["arch=arm64", "ports=80", "disk=99999999", "memory=9999999", "private=10.0.0.8"],
    commands: {
      ...listening("nginx"),
      ...ufw([]),
      docker: docker({ version: "19.03.1", containers: [{ name: "db", ports: "0.0.0.0:5432->5432/tcp" }] }),
      id: "case $1 in -u) echo 1000 ;; *) echo deploy ;; esac",
      timedatectl: "echo no",
    },
    files: { "proc/9/comm": "kubelet\n" },
  };
  it("gives the whole list, numbered, then what could be accepted, then the notes", () => {
    const done = preflight(commonMess);
    expect(done.stdout).toBe("");
    expect(named(done)).toEqual([
      ...[
        "docker-old",
        "login",
        "architecture",
        "private-address",
        "memory",
        "disk",
        "port-taken",
        "ufw-bypassed",
        "kubernetes",
      ],
      "note clock-unsynchronised",
    ]);
    const lines = done.stderr.split("\n");
    expect(lines[0]).toBe("This machine cannot be used yet:");
    expect(lines.slice(1, 10).map((line) => line.split(".")[0])).toEqual([..."123456789"]);
    expect(lines[10]).toBe('To accept, knowingly: preflight: { accept: ["ufw-bypassed", "kubernetes"] }');
  });

  it("goes on past what is accepted, and says so", () => {
    const words = [...(commonMess.words ?? []), "accept=kubernetes,ufw-bypassed"];
    expect(named(preflight({ ...commonMess, words })).slice(-3)).toEqual([
      "note clock-unsynchronised",
      "accepted ufw-bypassed",
      "accepted kubernetes",
    ]);
    const done = preflight({ files: { "proc/9/comm": "kubelet\n" }, words: ["accept=kubernetes"] });
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(named(done)).toEqual(["accepted kubernetes"]);
  });

  it("does not go on past what cannot be accepted", () => {
    expect(named(preflight({ words: ["arch=arm64", "accept=architecture"] }))).toEqual(["architecture"]);
  });

  it("does not take a word that it does not know", () => {
    expect(() => preflight({ words: ["port=80"] })).toThrow("preflight: unknown word port=80");
  });
});

describe("what could not be looked at", () => {
  it.each<[string, Change, string[], RegExp]>([
    [
      "a list of containers that fails",
      { commands: { docker: docker({}).replace("ps) ", "ps) echo broken pipe >&2; exit 1; ") } },
      ["note not-looked-at"],
      /docker ps told nothing that could be read \(it ended with 1: broken pipe\)/,
    ],
    [
      "a list of containers that takes too long",
      { commands: { docker: docker({}).replace("ps) ", "ps) exit 124; ") } },
      ["note not-looked-at"],
      /docker ps told .* \(it took too long\)/,
    ],
    [
      "an engine that does not say what it is",
      { commands: { docker: docker({}).replace("info) ", "info) echo '<html>'; exit 0; ") } },
      ["note not-looked-at"],
      /docker info told .* \(it is no JSON\)/,
    ],
    [
      "an sshd that does not tell its settings",
      { commands: { sshd: "echo 'Missing privilege separation directory: /run/sshd' >&2; exit 255" } },
      ["note not-looked-at"],
      /sshd -T told .* \(it ended with 255: Missing privilege separation directory: \/run\/sshd\)/,
    ],
    ["rules of nftables", { commands: { nft: "exit 1" } }, ["note not-looked-at"], /nft list chains told/],
    [
      "Docker's chain",
      { commands: { iptables: "echo 'Another app is currently holding the xtables lock' >&2; exit 4" } },
      ["note not-looked-at"],
      /iptables told .* xtables lock/,
    ],
    ["UFW", { commands: { ufw: "exit 1" } }, ["note not-looked-at"], /ufw status told/],
    [
      "an answer of UFW's without its status",
      { commands: { ufw: ":" } },
      ["note not-looked-at"],
      /ufw status told/,
    ],
    ["processes", { files: { "proc/1/comm": "" } }, ["note not-looked-at"], /\/proc\/\*\/comm told/],
    ["who listens", { commands: { ss: "exit 1" } }, ["note not-looked-at"], /ss told/],
    [
      "a clock of which nothing tells",
      { commands: { timedatectl: undefined } },
      ["note not-looked-at"],
      /neither says whether the clock is kept in step/,
    ],
    [
      "memory that is not told",
      { files: { "proc/meminfo": "MemFree: 1 kB\n" } },
      ["unreadable"],
      /\/proc\/meminfo told nothing that could be read \(it has no line MemTotal\), and it is needed/,
    ],
    [
      "space that is not told",
      { commands: { df: "exit 1" } },
      ["unreadable", "note not-looked-at"],
      /df told nothing that could be read \(it ended with 1\), and it is needed/,
    ],
    ["an architecture that is not told", { commands: { uname: "exit 1" } }, ["unreadable"], /uname told/],
    [
      "a login that is not told",
      { commands: { id: undefined } },
      ["unreadable"],
      /id told .* \(it is not there\)/,
    ],
  ])("is said: %s", (_, change, expected, text) => {
    const done = preflight(change);
    expect(named(done), done.stderr).toEqual(expected);
    expect(done.stderr + done.stdout).toMatch(text);
  });

  it("is said where a machine lacks a command that no finding speaks of", () => {
    const done = preflight({ without: ["readlink", "date"] });
    expect(named(done)).toEqual(["readlink", "date"].map(() => "note not-looked-at"));
  });

  it("is nothing where Docker has made no chain, and where a machine has no such tool", () => {
    const none = "echo 'iptables: No chain/target/match by that name.' >&2; exit 1";
    expect(named(preflight({ commands: { iptables: none, nft: undefined, sshd: undefined } }))).toEqual([]);
  });

  it("refuses where the answer breaks off, wherever", () => {
    const told = tell();
    const lines = told.trimEnd().split("\n");
    for (let length = 0; length < lines.length; length += 1) {
      const { refused, text } = judge(lines.slice(0, length).join("\n"), []);
      expect({ refused, text }).toEqual({
        refused: true,
        text: expect.stringContaining("cannot be judged: what it told of itself breaks off") as string,
      });
    }
    expect(judge(told, []).refused).toBe(false);
  });
});

describe("the script", () => {
  it("needs none of the tools that it asks for, and no timeout", () => {
    const without = ["sed", "awk", "head", "tail", "tr", "cut", "grep", "find", "xargs", "timeout"];
    const done = preflight({ without });
    expect(named(done)).toEqual(["awk", "find", "xargs", "sed", "grep"].map(() => "tool-missing"));
    expect(done.stderr).toContain("amd64, kernel 6.1.0-18-amd64, 2 cores, 4000 MB of memory");
  });

  it("looks for every command that the verbs run", () => {
    const { told } = parseAnswers(tell());
    const commands = told
      .get("commands")
      ?.text.split("\n")
      .map((line) => line.split(" ")[0]);
    expect(commands).toEqual(expect.arrayContaining(Object.keys(tools)));
  });

  it("asks of containers and of Docker's settings nothing that may be secret", () => {
    const words = '"$@"';
    const told = tell({
      commands: { docker: docker({}).replace("ps) ", `ps) printf '%s\\n' ${words}; exit 0; `) },
      files: {
        "etc/docker/daemon.json":
          '{ "proxies": { "http-proxy": "http://me:hunter2@proxy" }, "iptables": false }',
      },
    });
    expect(told).not.toContain("hunter2");
    const asked = parseAnswers(told).told;
    expect(asked.get("docker-iptables")?.text).toBe('"iptables": false');
    const labels = [
      ...["config", "bridge", "app", "accessory", "proxy"].map((kind) => `sextant.${kind}`),
      ...[
        "coolify.managed",
        "com.dokku.app-name",
        "service",
        "role",
        "destination",
        "com.docker.stack.namespace",
      ],
    ];
    const fields = ["ID", "Names", "Image", "Ports"];
    const [id, name, image, ports] = fields.map((field) => `{{json .${field}}}`);
    const ofLabels = labels.map((label) => `"${label}":{{json (.Label "${label}")}}`).join(",");
    expect(asked.get("containers")?.text.split("\n")).toEqual([
      ...["ps", "--all", "--no-trunc", "--format"],
      `{"id":${id},"name":${name},"image":${image},"ports":${ports},"labels":{${ofLabels}},"state":{{json .State}},"mounts":{{json .Mounts}},"networks":{{json .Networks}}}`,
    ]);
  });

  it("frames what a command prints, whatever it is", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "",
        ".",
        "..",
        "...",
        "told",
        "fact nproc 0 . ",
        "fact ufw - .. x",
        "%s\\n",
        "$(id)",
        "é\r",
      ),
      fc.string({ unit: "grapheme" }),
    );
    const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n").replaceAll("\0", ""));
    const names = ["nproc", "ufw", "nft", "sshd", "ss"] as const;
    const print = (said: string): string => `printf '%s' '${said.replaceAll("'", "'\\''")}'`;
    fc.assert(
      fc.property(fc.array(text, { minLength: 5, maxLength: 5 }), (texts) => {
        const commands = Object.fromEntries(names.map((name, at) => [name, print(texts[at] ?? "")]));
        const { told, complete } = parseAnswers(tell({ commands }));
        expect(complete).toBe(true);
        expect(told.get("cores")?.text).toBe(texts[0]?.replace(/\n$/, ""));
        names.slice(1).forEach((name, at) => {
          const answer = told.get(name === "ss" ? "sockets" : name);
          expect(answer).toEqual({ code: 0, text: texts[at + 1]?.replace(/\n$/, ""), error: "" });
        });
      }),
      { numRuns: 8 },
    );
  });

  it("keeps how a command ended, and the last line of its errors", () => {
    const nft = "echo one >&2; printf 'fact two 0 . ' >&2; echo out; exit 3";
    expect(parseAnswers(tell({ commands: { nft } })).told.get("nft")).toEqual({
      ...{ code: 3, text: "out", error: "fact two 0 . " },
    });
  });
});

describe("the checks", () => {
  it("can be accepted by a program where they say so", () => {
    const named = findings.filter(({ level }) => level === "refuses unless accepted").map(({ id }) => id);
    expect([...acceptable]).toEqual(named);
  });
});

describe("a machine on which Docker is to be installed", () => {
  const none = { docker: undefined, dockerd: undefined, "dpkg-query": undefined };

  it("gets it where it has none, or the daemon alone, whatever comes with it is missing", () => {
    expect(beforeInstall({ commands: none })).toEqual([]);
    expect(beforeInstall({ commands: { ...none, curl: undefined, iptables: undefined } })).toEqual([]);
    expect(beforeInstall({ commands: { docker: undefined } })).toEqual([]);
  });

  it("keeps the one that it has, whatever that is worth", () => {
    expect(beforeInstall({})).toBeUndefined();
    for (const own of ["echo podman version 5.4.2", "exit 1"])
      expect(beforeInstall({ commands: { ...none, docker: own } })).toBeUndefined();
    expect(beforeInstall({ commands: none }, [])).toBeUndefined();
  });

  it("is refused first for what does not come with it", () => {
    expect(beforeInstall({ commands: none, files: { "proc/7/comm": "rootlesskit\n" } })).toEqual([
      "docker-rootless",
    ]);
    expect(beforeInstall({ commands: none }, ["docker=install", "arch=arm64", "disk=99999"])).toEqual([
      "architecture",
      "disk",
    ]);
  });
});

describe("a login that is not root's", () => {
  it("is told by sudo, with its settings, and needs no login of root", () => {
    const shut = { sshd: sshd({ permitrootlogin: "no" }), sudo: "echo 'use_pty, log_input'" };
    const output = tell({ commands: shut, env: { SUDO_USER: "ubuntu" } });
    const { refused, text } = judge(output, []);
    expect([refused, named({ status: 0, stdout: text, stderr: "" })]).toEqual([false, ["note sudo-log"]]);
    expect(judge(tell({ commands: shut }), []).text).toContain("sshd-root");
  });

  it("is told by Docker, with what is faster, and needs no login of root", () => {
    const shut = { sshd: sshd({ permitrootlogin: "no" }) };
    const { refused, text } = judge(tell({ commands: shut, env: { SEXTANT_LOGIN: "deploy" } }), []);
    expect([refused, named({ status: 0, stdout: text, stderr: "" })]).toEqual([
      false,
      ["note root-by-docker"],
    ]);
    expect(text).toContain('the line "deploy ALL=(ALL) NOPASSWD: ALL"');
  });
});
