/**
 * Releases that really have a fault, each with the cause that its report has to name. They are deployed over a release
 * that serves: from an image that has the fault, or on a host that was set up to have it.
 */
import type { Edit } from "./edit";

/** Where a deploy ends: in front of it, at a step of the release, or while the proxy is made. */
export type Stage = "preview" | "pull" | "start" | "ready" | "release" | "switch" | "proxy";

export interface Fixture {
  name: string;
  /** The cause that has to be named: its anchor in docs/troubleshooting.md. */
  cause: string;
  stage: Stage;
  /** For a fault that is refused at preview: words of the sentence. */
  says?: string;
  /** What the release differs in from the one that serves. */
  edit: Partial<Edit>;
  /**
   * Shell commands, run as root on the server before and after. REGISTRY stands for the registry's address, REGISTRY_HOST
   * and REGISTRY_PORT for its parts, NETWORK for the apps' Docker network, APP_LABEL for a label of the app's containers.
   */
  setUp?: string;
  tearDown?: string;
  /** The server that they are run on. @default "fault-1" */
  on?: "fault-1" | "fault-2";
  /**
   * Seconds until the fault can be seen at all, from the container's own start; where there is no container, from the
   * start of the step.
   */
  shows: number;
  /** False where the fault itself takes the traffic away. @default true */
  serves?: boolean;
}

/** Seconds that Rails takes to boot. */
const boot = 3;
/** The gate's time limit in seconds, for what only patience can tell. */
const patience = 10;

const rails = (env: Record<string, string>, more: Partial<Edit> = {}): Partial<Edit> => ({
  image: "faulty",
  version: "rails",
  env,
  ...more,
});

/** The same where the cause shows no sooner than at the time limit. */
const patient: typeof rails = (env, more = {}) => rails(env, { readyTimeout: `${patience}s`, ...more });

/** What the app answers to the health question. */
const answers: Fixture[] = [
  {
    name: "force_ssl",
    cause: "force-ssl",
    stage: "ready",
    edit: rails({ FORCE_SSL: "1" }),
    shows: boot,
  },
  {
    name: "redirect to the login page",
    cause: "redirect",
    stage: "ready",
    edit: rails({ LOGIN: "form" }),
    shows: boot,
  },
  {
    name: "host authorization",
    cause: "host-authorization",
    stage: "ready",
    edit: rails({ HOSTS_ALLOWED: "www.example.com" }),
    shows: boot,
  },
  {
    name: "Rack::Attack throttle",
    cause: "rate-limited",
    stage: "ready",
    edit: rails({ RACK_ATTACK: "throttle", RACK_ATTACK_LIMIT: "0" }),
    shows: boot,
  },
  {
    name: "Rack::Attack blocklist",
    cause: "blocklisted",
    stage: "ready",
    edit: rails({ RACK_ATTACK: "agents" }),
    shows: boot,
  },
  {
    name: "members only",
    cause: "forbidden",
    stage: "ready",
    edit: rails({ LOGIN: "members" }),
    shows: boot,
  },
  {
    name: "basic authentication",
    cause: "forbidden",
    stage: "ready",
    edit: rails({ LOGIN: "basic" }),
    shows: boot,
  },
  {
    name: "no such health path",
    cause: "not-found",
    stage: "ready",
    edit: patient({}, { healthPath: "/healthz" }),
    shows: patience,
  },
  {
    name: "exception in the health path",
    cause: "app-error",
    stage: "ready",
    edit: patient({ UP_RAISES: "1" }),
    shows: patience,
  },
  {
    name: "hang in the health path",
    cause: "hang",
    stage: "ready",
    edit: patient({ HANG_UP: "1" }),
    shows: patience,
  },
];

/** Where the app listens, and when. */
const sockets: Fixture[] = [
  {
    name: "wrong port",
    cause: "wrong-port",
    stage: "ready",
    edit: { version: "v2", env: { LISTEN_PORT: "4000" }, readyTimeout: "4s" },
    shows: 4,
  },
  {
    name: "wrong port, edited alone",
    cause: "wrong-port",
    stage: "ready",
    // The release that serves is asked at the new port; it goes on.
    edit: { port: 3999 },
    shows: 2,
  },
  {
    name: "loopback bind",
    cause: "loopback-bind",
    stage: "ready",
    edit: { version: "v2", env: { LISTEN_HOST: "127.0.0.1" }, readyTimeout: "4s" },
    shows: 4,
  },
  {
    name: "a server that does not speak HTTP",
    cause: "not-http",
    stage: "ready",
    edit: { image: "redis", version: "7", port: 6379, readyTimeout: "4s" },
    shows: 4,
  },
  {
    name: "slow boot",
    cause: "slow-boot",
    stage: "ready",
    edit: patient({ BOOT_DELAY: "60" }),
    shows: patience,
  },
];

/** What process 1 does. */
const processes: Fixture[] = [
  {
    name: "missing CMD: irb",
    cause: "missing-cmd",
    stage: "start",
    edit: { image: "faulty", version: "console" },
    shows: 1,
  },
  {
    name: "missing CMD: bash",
    cause: "missing-cmd",
    stage: "start",
    edit: { image: "faulty", version: "shell" },
    shows: 0.5,
  },
  {
    name: "CMD that goes to the background",
    cause: "exited-zero",
    stage: "start",
    edit: rails({}, { command: ["sh", "-c", "bin/server >/dev/null 2>&1 &"] }),
    shows: 0.5,
  },
  {
    name: "no such command",
    cause: "command-not-found",
    stage: "start",
    edit: rails({}, { command: ["bin/serve"] }),
    shows: 0.2,
  },
  {
    name: "exception in an initializer",
    cause: "crash",
    stage: "start",
    edit: rails({ PAYMENTS_CONFIG: "payments" }),
    shows: boot,
  },
  {
    name: "crash loop",
    cause: "crash-loop",
    stage: "start",
    edit: { version: "v2", command: ["lite", "serve"] },
    shows: 1,
  },
  {
    name: "missing environment variable",
    cause: "missing-env",
    stage: "start",
    edit: rails({ PAYMENTS: "1" }),
    shows: boot,
  },
  {
    name: "wrong RAILS_MASTER_KEY",
    cause: "wrong-master-key",
    stage: "start",
    edit: rails({}, { secrets: { RAILS_MASTER_KEY: "0123456789abcdef0123456789abcdef" } }),
    shows: boot,
  },
  {
    name: "read-only file system",
    cause: "read-only-path",
    stage: "start",
    edit: rails({ STORAGE: "/rails/storage" }, { readOnly: true }),
    shows: boot,
  },
  {
    name: "a volume of root's",
    cause: "permission-denied",
    stage: "start",
    edit: rails({ STORAGE: "/data" }, { volumes: { uploads: "/data" } }),
    shows: boot,
  },
];

/** Memory and processor. */
const machine: Fixture[] = [
  {
    name: "OOM kill",
    cause: "out-of-memory",
    stage: "start",
    edit: rails({ LEAK_MEMORY: "300" }, { memory: "64m" }),
    shows: boot,
  },
  {
    name: "memory pressure with swap",
    cause: "memory-pressure",
    stage: "ready",
    edit: patient({ CATALOGUE_MB: "170", CATALOGUE_PASSES: "60" }, { memory: "120m" }),
    // In memory, as a disk that is written slowly makes the kernel kill instead of wait; and in none that is itself swapped, where
    // what holds the swap can be moved into it, and the kernel waits for ever.
    setUp: `mkdir -p /run/swap && mount -t ramfs ramfs /run/swap && truncate -s 512M /run/swap/file &&
      chmod 600 /run/swap/file && mkswap /run/swap/file >/dev/null &&
      for n in 0 1 2 3 4 5 6 7; do [ -e /dev/loop$n ] || mknod /dev/loop$n b 7 $n; done &&
      swapon "$(losetup --find --show /run/swap/file)"`,
    // The container that failed is stopped while the report is shown, and its memory has nowhere to go until then.
    tearDown: `device=$(losetup --noheadings --output NAME --associated /run/swap/file) &&
      timeout 30 sh -c 'until swapoff "$1" 2>/dev/null; do sleep 0.2; done' swap "$device" &&
      losetup --detach "$device" && umount /run/swap`,
    shows: patience,
  },
  {
    name: "image for another architecture",
    cause: "architecture",
    stage: "start",
    edit: { image: "foreign", version: "arm64" },
    shows: 0.5,
  },
  {
    name: "program for another architecture in an image for this one",
    cause: "architecture",
    stage: "start",
    edit: { image: "mislabelled", version: "v2" },
    shows: 0.5,
  },
  {
    name: "index without this architecture",
    cause: "architecture",
    stage: "pull",
    edit: { image: "foreign", version: "index" },
    shows: 0.5,
  },
];

const database = { UP_CHECKS_DATABASE: "1" };

/** What the app needs besides itself. */
const dependencies: Fixture[] = [
  {
    name: "database not there: refused",
    cause: "dependency-not-there",
    stage: "ready",
    edit: patient(database, { database: { port: 5499 } }),
    shows: patience,
  },
  {
    name: "database not there: no such name",
    cause: "dependency-not-there",
    stage: "ready",
    edit: patient(database, { database: { host: "db-main" } }),
    shows: patience,
  },
  {
    name: "database not ready",
    cause: "dependency-not-ready",
    stage: "ready",
    edit: patient(database, { database: { host: "db-recovering" } }),
    // A server that restores a backup and waits for the archive.
    setUp: `docker run --detach --name db-recovering --network NETWORK --user postgres --entrypoint sh REGISTRY/postgres:15 -c '
      initdb --auth=trust >/dev/null && touch "$PGDATA/recovery.signal" &&
      echo "restore_command = '"'sleep 3600'"'" >>"$PGDATA/postgresql.conf" &&
      echo "host all all all trust" >>"$PGDATA/pg_hba.conf" && exec postgres' >/dev/null &&
      until docker exec db-recovering pg_isready -h 127.0.0.1 2>&1 | grep -q rejecting; do sleep 0.2; done`,
    tearDown: "docker rm --force --volumes db-recovering >/dev/null",
    shows: patience,
  },
  {
    name: "wrong password",
    cause: "wrong-password",
    stage: "ready",
    edit: patient(database, { database: { password: "not-the-password" } }),
    shows: patience,
  },
  {
    name: "wrong password in the release command",
    cause: "wrong-password",
    stage: "release",
    edit: rails({}, { database: { password: "not-the-password" }, release: ["bin/rails", "db:prepare"] }),
    shows: boot,
  },
  {
    name: "missing table",
    cause: "missing-tables",
    stage: "ready",
    edit: patient({ UP_READS_CACHE: "1" }),
    shows: patience,
  },
  {
    name: "DNS failure in the container",
    cause: "dns",
    stage: "start",
    // The name server of the host's own loopback address, which the container does not have. Without the options the
    // resolver takes ten seconds to give up.
    edit: rails(
      { PRICES_URL: "http://prices.example.com/today" },
      { dns: ["127.0.0.53"], dnsOptions: ["timeout:1", "attempts:1"] },
    ),
    setUp: "echo '192.0.2.80 prices.example.com' >>/etc/hosts",
    tearDown: "sed '/prices.example.com/d' /etc/hosts >/run/hosts && cat /run/hosts >/etc/hosts",
    shows: boot + 2,
  },
  {
    name: "no outbound network",
    cause: "no-outbound",
    stage: "start",
    edit: rails({ PRICES_URL: "http://REGISTRY/v2/" }),
    setUp: `iptables -I DOCKER-USER -s "$(docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' NETWORK)" -o eth0 -m conntrack --ctstate NEW -j DROP`,
    tearDown: `iptables -D DOCKER-USER -s "$(docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' NETWORK)" -o eth0 -m conntrack --ctstate NEW -j DROP`,
    shows: boot + 2,
  },
  {
    name: "release command that fails",
    cause: "release-failed",
    stage: "release",
    edit: { version: "v2", release: ["lite", "migrate"] },
    shows: 0.5,
  },
];

/** Leaves so many MB of the disk. */
const leave = (megabytes: number): string =>
  `fallocate -l $(($(df -Pm /var/lib/docker | awk 'NR == 2 { print $4 }') - ${megabytes}))M /var/lib/docker/filler`;
const removeFiller = "rm -f /var/lib/docker/filler";

/** Disk and registry. */
const pulls: Fixture[] = [
  {
    name: "disk full at the pull",
    cause: "disk-full",
    stage: "pull",
    edit: { image: "faulty", version: "large" },
    setUp: leave(40),
    tearDown: removeFiller,
    shows: 1,
  },
  {
    name: "disk full at the extraction",
    cause: "disk-full",
    stage: "pull",
    edit: { image: "faulty", version: "sparse" },
    setUp: leave(150),
    tearDown: removeFiller,
    shows: 1,
  },
  {
    name: "disk full at the start",
    cause: "disk-full",
    stage: "start",
    edit: rails({ STORAGE: "/rails/storage", STORAGE_MB: "120" }),
    setUp: leave(60),
    tearDown: removeFiller,
    shows: boot,
  },
  {
    name: "pull unauthorized",
    cause: "pull-unauthorized",
    stage: "pull",
    edit: { version: "v3", registryPassword: "not-the-password" },
    shows: 0.5,
  },
  {
    name: "tag not found",
    cause: "image-not-found",
    stage: "pull",
    edit: { version: "v404" },
    shows: 0.5,
  },
  {
    name: "registry down",
    cause: "registry-unreachable",
    stage: "pull",
    edit: { version: "v4" },
    setUp:
      "iptables -I OUTPUT -p tcp -d REGISTRY_HOST --dport REGISTRY_PORT -j REJECT --reject-with tcp-reset",
    tearDown:
      "iptables -D OUTPUT -p tcp -d REGISTRY_HOST --dport REGISTRY_PORT -j REJECT --reject-with tcp-reset",
    shows: 0.5,
  },
];

/** A web server of the machine's own. */
const webServer = (port: number): Pick<Fixture, "setUp" | "tearDown"> => ({
  setUp: `printf 'defaults\\n mode http\\n timeout client 5s\\n timeout server 5s\\n timeout connect 5s\\nfrontend web\\n bind :${port}\\n' >/run/web.cfg &&
    haproxy -D -p /run/web.pid -f /run/web.cfg`,
  tearDown: 'kill "$(cat /run/web.pid)"',
});

/** Ports and the proxy. */
const proxies: Fixture[] = [
  {
    name: "port taken by another server on the host",
    cause: "port-taken",
    stage: "start",
    edit: { version: "v2", publish: 8080 },
    ...webServer(8080),
    shows: 0.5,
  },
  {
    name: "port taken by a container",
    cause: "port-taken",
    stage: "start",
    edit: { version: "v2", publish: 443 },
    shows: 0.5,
  },
  {
    name: "port 80 of a new server taken",
    cause: "port-taken",
    stage: "proxy",
    edit: { second: true },
    on: "fault-2",
    ...webServer(80),
    shows: 0.5,
  },
  {
    name: "two apps with one host",
    cause: "host-conflict",
    stage: "switch",
    edit: { version: "v2", hosts: ["shop.fault", "www.fault"] },
    setUp:
      // What the proxy serves, and not the newest container: that may be one that failed before.
      "docker exec kamal-proxy kamal-proxy deploy other --target=$(docker exec kamal-proxy kamal-proxy list | sed 's/\\x1b\\[[0-9;]*m//g' | awk 'NR == 2 { print $4 }') --host=www.fault",
    tearDown: "docker exec kamal-proxy kamal-proxy remove other",
    shows: 0.5,
  },
  {
    name: "proxy too old for a flag",
    cause: "proxy-too-old",
    stage: "switch",
    edit: { version: "v2", proxyFlag: "--shed-load=true" },
    shows: 0.5,
  },
  {
    name: "proxy too old",
    cause: "proxy-too-old",
    stage: "preview",
    says: "routes use options that came with v0.9.2",
    edit: { version: "v2", proxy: "v0.8.4" },
    shows: 0,
  },
  {
    name: "proxy gone",
    cause: "proxy-gone",
    stage: "switch",
    edit: { version: "v2" },
    setUp: "docker stop --time 1 kamal-proxy >/dev/null",
    tearDown: "docker start kamal-proxy >/dev/null",
    shows: 0.5,
    serves: false,
  },
];

export const fixtures: readonly Fixture[] = [
  ...answers,
  ...sockets,
  ...processes,
  ...machine,
  ...dependencies,
  ...pulls,
  ...proxies,
];

/** Pairs that look alike from outside and must not be taken for each other, by the names of the fixtures. */
export const lookAlikes: readonly (readonly [string, string])[] = [
  ["force_ssl", "redirect to the login page"],
  ["host authorization", "Rack::Attack blocklist"],
  ["host authorization", "members only"],
  ["Rack::Attack blocklist", "members only"],
  ["Rack::Attack throttle", "Rack::Attack blocklist"],
  ["wrong port", "loopback bind"],
  ["wrong port", "slow boot"],
  ["slow boot", "memory pressure with swap"],
  ["hang in the health path", "memory pressure with swap"],
  ["hang in the health path", "slow boot"],
  ["missing CMD: bash", "CMD that goes to the background"],
  ["crash loop", "exception in an initializer"],
  ["exception in an initializer", "missing environment variable"],
  ["exception in an initializer", "wrong RAILS_MASTER_KEY"],
  ["read-only file system", "a volume of root's"],
  ["a volume of root's", "disk full at the start"],
  ["OOM kill", "memory pressure with swap"],
  ["image for another architecture", "no such command"],
  ["index without this architecture", "tag not found"],
  ["database not there: refused", "database not ready"],
  ["database not there: refused", "wrong password"],
  ["database not there: no such name", "DNS failure in the container"],
  ["DNS failure in the container", "no outbound network"],
  ["missing table", "exception in the health path"],
  ["missing table", "wrong password"],
  ["no such health path", "exception in the health path"],
  ["pull unauthorized", "tag not found"],
  ["pull unauthorized", "registry down"],
  ["wrong password in the release command", "release command that fails"],
  ["port taken by a container", "two apps with one host"],
  ["proxy too old for a flag", "two apps with one host"],
];
