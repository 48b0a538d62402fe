/** Each finding over the facts of a machine. */
import { describe, expect, it } from "vitest";
import type { Asked } from "../../../../../provider/host/preflight/asked";
import { findings } from "../../../../../provider/host/preflight/findings";
import type { Container, Docker, Engine, Machine } from "../../../../../provider/host/preflight/machine";
import { readPublished } from "../../../../../provider/host/preflight/read/ports";

const asked: Asked = {
  ...{
    ports: [80, 443],
    disk: 2048,
    memory: 1000,
    install: false,
    firewall: false,
    insecure: [],
    accept: [],
  },
};

const engine: Engine = {
  ...{ version: "29.1.0", major: 29, minor: 1, directory: "/var/lib/docker", package: "docker-ce" },
  ...{ liveRestore: true, memoryLimit: true, cgroupVersion: "2", security: ["name=seccomp"] },
  ...{ swarm: false, leavesIptables: false, containers: [] },
};

const clean: Machine = {
  login: { id: "0", name: "root" },
  commands: new Map([["docker", "/usr/bin/docker"]]),
  dockerPath: "/usr/bin/docker",
  docker: { is: "engine", engine },
  ...{ standIns: [], readOnly: [], architecture: "amd64", kernel: "6.12.1", cores: "2", ipv6: true },
  processes: new Set(["sshd", "dockerd"]),
  memory: { total: 4000, available: 3000, swap: 0 },
  ...{ disk: 30_000, inodes: 1_000_000, clockKept: true, clockOff: 0, pruneJobs: [] },
  ...{ addresses: ["203.0.113.7", "10.0.0.7"], interface: "eth0", nonlocalBind: true },
  ...{ listeners: [{ port: 22, process: "sshd", pid: 7 }], dockerUserDrops: false, droppingChains: [] },
  sshd: new Map([
    ["permitrootlogin", "without-password"],
    ["maxstartups", "100:30:200"],
    ["maxsessions", "10"],
    ["passwordauthentication", "no"],
  ]),
  unknown: [],
};

const ubuntu = {
  id: "0",
  name: "root",
  sudo: { user: "ubuntu", settings: "env_reset, !log_input, use_pty" },
};

const withEngine = (change: Partial<Engine>): Partial<Machine> => ({
  docker: { is: "engine", engine: { ...engine, ...change } },
});
const docker = (change: Docker): Partial<Machine> => ({ docker: change });
const sshd = (key: string, value: string): Partial<Machine> => ({ sshd: new Map([[key, value]]) });
const container = (
  name: string,
  { ports = "", ...more }: Partial<Container> & { ports?: string } = {},
): Container => ({
  ...{ id: "0123456789ab", name, image: "an/image", labels: {}, published: readPublished(ports) },
  ...{ running: true, mounts: [], networks: ["bridge"] },
  ...more,
});
const withContainers = (...containers: Container[]): Partial<Machine> => withEngine({ containers });
const ours = { "sextant.config": "shop/prod/proxy" };
const db = container("db", { ports: "0.0.0.0:5432->5432/tcp" });
const deny = { incoming: "deny", rules: [] };

/** The ids of what is found, each once. */
function found(change: Partial<Machine>, words: Partial<Asked> = {}): string[] {
  const machine = { ...clean, ...change };
  return findings.flatMap(({ id, match }) => (match(machine, { ...asked, ...words }).length > 0 ? [id] : []));
}

type Case = [string, Partial<Machine>, Partial<Asked>?];

const cases: Case[] = [
  ["docker-missing", docker({ is: "missing", daemon: false })],
  ["docker-snap", { dockerPath: "/snap/docker/2915/bin/docker" }],
  ["docker-snap", { dockerPath: "/usr/bin/snap" }],
  ["docker-podman", docker({ is: "podman" })],
  ["docker-silent", docker({ is: "silent", error: "no answer" })],
  ["docker-old", withEngine({ version: "20.9", major: 20, minor: 9 })],
  ["docker-old", withEngine({ version: "dev", major: 0, minor: 0 })],
  ["docker-rootless", withEngine({ security: ["name=rootless"] })],
  [
    "docker-rootless",
    { ...docker({ is: "missing", daemon: false }), processes: new Set(["sshd", "rootlesskit"]) },
  ],
  ["docker-unpackaged", withEngine({ package: "" })],
  ["docker-live-restore", withEngine({ liveRestore: false })],
  ["docker-iptables", withEngine({ leavesIptables: true })],
  ["docker-nftables", withEngine({ firewall: "nftables+firewalld" })],
  ["docker-selinux", withEngine({ security: ["name=selinux"] })],
  ["memory-limits", withEngine({ memoryLimit: false })],
  ["cgroup-v1", withEngine({ cgroupVersion: "1" })],
  ["login", { login: { id: "1000", name: "deploy" } }],
  ["tool-missing", { commands: new Map([["curl", "-"]]) }],
  ["tool-busybox", { standIns: ["awk"] }],
  ["read-only", { readOnly: ["/usr/local"] }],
  ["architecture", {}, { architecture: "arm64" }],
  ["private-address", {}, { private: "10.0.0.8" }],
  ["ipv6-off", { ipv6: false }],
  ["private-late", { nonlocalBind: false }, { private: "10.0.0.7" }],
  ["memory", { memory: { total: 999, available: 900, swap: 100 } }],
  ["memory-busy", { memory: { total: 4000, available: 399, swap: 0 } }],
  ["swap", { memory: { total: 3499, available: 3000, swap: 0 } }],
  ["disk", { disk: 2047 }],
  ["disk-inodes", { inodes: 49_999 }],
  ["kernel", { kernel: "4.17.0" }],
  ["kernel", { kernel: "3.19.0" }],
  ["clock-off", { clockOff: 61 }],
  ["clock-unsynchronised", { clockKept: false }],
  ["port-taken", { listeners: [{ port: 443, process: "nginx", pid: 1 }] }],
  ["port-taken", withContainers(container("edge", { ports: "[::]:80->3000/tcp" }))],
  ["docker-user", { dockerUserDrops: true }],
  ["ufw-bypassed", { ...withContainers(db), ufw: deny }],
  ["firewall-nft", { commands: new Map([["nft", "-"]]) }, { firewall: true }],
  ["firewall-beside", { processes: new Set(["firewalld"]) }, { firewall: true }],
  ["firewall-beside", { ufw: deny }, { firewall: true }],
  ["firewall-published", withContainers(db), { firewall: true }],
  ["firewalld", { processes: new Set(["firewalld"]) }],
  ["nft-rules", { droppingChains: ["inet filter input"] }],
  ["tool-coolify", withContainers(container("coolify-db"))],
  ["tool-coolify", withContainers(container("abc", { labels: { "coolify.managed": "true" } }))],
  ["tool-kamal", withContainers(container("web", { labels: { service: "shop", role: "web" } }))],
  ["tool-kamal", withContainers(container("kamal-proxy")), { ports: [] }],
  ["kamal-missing", withContainers(container("a")), { takeOver: "kamal" }],
  ...["v0.9.1", "v0.8.7"].map((tag): Case => [
    "kamal-proxy-old",
    withContainers(container("kamal-proxy", { image: `basecamp/kamal-proxy:${tag}`, networks: ["kamal"] })),
    { takeOver: "kamal" },
  ]),
  ["tool-dokku", withContainers(container("a", { labels: { "com.dokku.app-name": "a" } }))],
  ["tool-caprover", withContainers(container("captain-nginx"))],
  ["tool-dokploy", withContainers(container("dokploy"))],
  ["tool-portainer", withContainers(container("p", { image: "portainer/portainer-ce" }))],
  ["tool-watchtower", withContainers(container("w", { image: "containrrr/watchtower" }))],
  ["swarm", withEngine({ swarm: true, liveRestore: false })],
  ["kubernetes", { processes: new Set(["kubelet"]) }],
  ["prune-job", { pruneJobs: ["/etc/cron.d/tidy"] }],
  ["sshd-root", sshd("permitrootlogin", "forced-commands-only")],
  ["sudo-log", { login: { ...ubuntu, sudo: { user: "ubuntu", settings: "env_reset, use_pty, log_input" } } }],
  ["docker-packages", withEngine({ package: "docker.io" }), { packages: { from: "docker.com" } }],
  [
    "docker-packages",
    withEngine({ package: "docker-ce" }),
    { packages: { from: "docker.com", version: "1.2" } },
  ],
  ["root-by-docker", { login: { id: "0", name: "root", docker: "deploy" } }],
  ["sshd-startups", sshd("maxstartups", "29:30:100")],
  ["sshd-penalties", sshd("persourcepenalties", "crash:90 max:121.000000")],
  ["sshd-sessions", sshd("maxsessions", "9")],
  ["sshd-passwords", sshd("passwordauthentication", "yes")],
  ["fail2ban", { processes: new Set(["fail2ban-server"]) }],
  ["unreadable", { unknown: [{ what: "df", why: "it took too long", needed: true }] }],
  ["not-looked-at", { unknown: [{ what: "sshd -T", why: "it took too long", needed: false }] }],
];

describe("a finding", () => {
  it.each(cases)("%s is found by its facts alone (%#)", (id, change, words) => {
    // A machine with a rootless Docker alone has none.
    const others = change.processes?.has("rootlesskit") === true ? ["docker-missing"] : [];
    expect(found(change, words)).toEqual([...others, id]);
  });

  it("kamal-proxy is found beside the note on Kamal", () => {
    expect(found(withContainers(container("kamal-proxy")))).toEqual(["kamal-proxy", "tool-kamal"]);
  });

  it("has a case here, each", () => {
    const tried = new Set([...cases.map(([id]) => id), "kamal-proxy"]);
    expect(findings.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });

  const within: [string, Partial<Machine>, Partial<Asked>?][] = [
    ["a clean machine", {}, { architecture: "amd64", private: "10.0.0.7" }],
    ["the oldest engine", withEngine({ major: 20, minor: 10 })],
    ["a Docker of which nobody knows the package", withEngine({ package: undefined } as Partial<Engine>)],
    ["rules by iptables", withEngine({ firewall: "iptables" })],
    ["just enough", { disk: 2048, inodes: 50_000, memory: { total: 3500, available: 350, swap: 0 } }],
    ["swap on a small machine", { memory: { total: 1000, available: 900, swap: 1 } }],
    ["a kernel that does", { kernel: "4.18.0" }],
    ["a clock that is a minute off", { clockOff: 60 }],
    ["a private address that nobody asks for", { nonlocalBind: false, addresses: [] }],
    ["a missing nft that nobody asks for", { commands: new Map([["nft", "-"]]) }],
    [
      "a missing nft that is installed",
      { commands: new Map([["nft", "-"]]) },
      { firewall: true, install: true },
    ],
    [
      "what the program itself publishes behind its own firewall, and what is not public",
      withContainers({ ...db, labels: ours }, container("a", { ports: "10.0.0.7:1->1/tcp" })),
      { firewall: true },
    ],
    ["a port that nobody asks for", { listeners: [{ port: 443 }] }, { ports: [80] }],
    ["a port of UDP", withContainers(container("dns", { ports: "0.0.0.0:80->80/udp" }))],
    ["our proxy", withContainers(container("kamal-proxy", { ports: "0.0.0.0:80->80/tcp", labels: ours }))],
    ["our containers past UFW", { ...withContainers({ ...db, labels: ours }), ufw: deny }],
    [
      "a closed port that is ours alone",
      { ...withContainers(container("a", { ports: "127.0.0.1:1->1/tcp" })), ufw: deny },
    ],
    [
      "a machine of Kamal's that is taken over",
      withContainers(
        container("kamal-proxy", {
          ...{ image: "r.test:5000/kamal-proxy:v0.9.2", ports: "0.0.0.0:80->80/tcp", networks: ["kamal"] },
        }),
        container("shop-web-1", { labels: { service: "shop", role: "web" }, networks: ["kamal"] }),
      ),
      { takeOver: "kamal" },
    ],
    ["a service that Kamal has not made", withContainers(container("a", { labels: { service: "a" } }))],
    [
      "a login of root that is shut, for who comes by sudo",
      { ...sshd("permitrootlogin", "no"), login: ubuntu },
    ],
    ["a rootless Docker beside the system's", { processes: new Set(["sshd", "dockerd", "rootlesskit"]) }],
    [
      "docker.com's packages of the version that is asked for",
      withEngine({ package: "docker-ce", version: "28.5.2" }),
      { packages: { from: "docker.com", version: "28.5" } },
    ],
    ["short penalties", sshd("persourcepenalties", "crash:90 max:120")],
    ["no penalties", sshd("persourcepenalties", "no")],
    ["just enough logins", sshd("maxstartups", "30:30:100")],
    ["sshd's settings without any that counts", sshd("port", "22")],
  ];
  it.each(within)("is none for %s", (_, change, words) => {
    expect(found(change, words)).toEqual([]);
  });

  it("is none by what is not known, which `unknown` says", () => {
    const nothing: Machine = {
      ...{ commands: new Map(), standIns: [], readOnly: [], processes: new Set(), pruneJobs: [] },
      ...{ listeners: [], dockerUserDrops: false, droppingChains: [], unknown: [] },
    };
    const words = { ...asked, architecture: "arm64", private: "10.0.0.8" };
    expect(findings.filter(({ match }) => match(nothing, words).length > 0)).toEqual([]);
  });

  it("has a name of its own, and a page that says what it finds and its cure", () => {
    const ids = findings.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, docs } of findings) {
      expect(id).toMatch(/^[a-z0-9-]+$/);
      expect(docs.finds, id).toMatch(/\.$/);
      expect(docs.cure, id).toMatch(/\.$/);
    }
  });
});

it("names what another's container publishes and the program's own firewall holds from then on", () => {
  const finding = findings.find(({ id }) => id === "firewall-published");
  const files = container("files", { ports: "0.0.0.0:8000-8010->8000-8010/tcp" });
  expect(finding?.match({ ...clean, ...withContainers(db, files) }, { ...asked, firewall: true })).toEqual([
    "Containers that the program has not made publish 5432/tcp (db), 8000-8010/tcp (files). From outside these are reached by the rules of firewall alone: one that no rule lets in is shut.",
  ]);
});

describe("who has a port", () => {
  const portTaken = findings.find(({ id }) => id === "port-taken");
  const said = (change: Partial<Machine>): readonly string[] =>
    portTaken?.match({ ...clean, ...change }, { ...asked, ports: [80] }) ?? [];
  const listener = { port: 80, process: "nginx", pid: 812 };

  it("is the unit of a process, the process, or a container by its control group", () => {
    const group = "0::/system.slice/nginx.service";
    expect(said({ listeners: [{ ...listener, group }] })).toEqual([
      'Port 80 belongs to the web server nginx (process 812, unit nginx.service). Stop it (systemctl disable --now nginx.service), or give the proxy other ports (httpPort, httpsPort; 8080 with behind: "nginx") and name them in preflight.ports, so that nginx passes requests on.',
    ]);
    expect(said({ listeners: [listener] })[0]).toContain("the web server nginx (process 812). Stop it");
    const edge = container("edge");
    const inside = { ...listener, group: `0::/system.slice/docker-${edge.id}cdef.scope` };
    expect(said({ ...withContainers(edge), listeners: [inside] })[0]).toMatch(
      /^Port 80 belongs to the container edge\. /,
    );
  });

  it("is the container that publishes it, before who listens", () => {
    const edge = container("edge", { ports: "0.0.0.0:79-81->79-81/tcp" });
    expect(
      said({ ...withContainers(edge), listeners: [{ ...listener, process: "docker-proxy" }] })[0],
    ).toMatch(/^Port 80 belongs to the container edge\. /);
  });
});
