/**
 * Releases that really have a fault, each with the cause that its report has to name. They are deployed over a release
 * that serves: from an image that has the fault, or on a host that was set up to have it.
 */
import { chance } from "../../../lab/chance";
import { quote } from "../../../lab/machine/fabric";
import type { Edit } from "./edit";

/** Where a deploy ends: in front of it, at a step of the release, or while the proxy is made. */
export type Stage = "preview" | "pull" | "start" | "ready" | "release" | "switch" | "proxy";

/**
 * Shell commands, run as root on the server after the deploy and before what was set up is taken away, which end with 0 when the fault was
 * there: words stand for the same as in a set-up, $FAILED for the newest container of the app, SINCE for when the deploy began. Or what
 * the registry says of a tag to the login of the release, where it has one beside it for sure, or what its log says became of the logins
 * that came.
 */
export type Proof =
  string | { tag: string; status: number; says?: RegExp; beside?: string } | { logins: string[] };

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
  /** What shows that the fault was there, and that the release did not fail of something else before it. */
  proof: Proof;
  /** False where the fault itself takes the traffic away. @default true */
  serves?: boolean;
}

/** The container's log has these words. */
const logged = (words: string): string => `docker logs "$FAILED" 2>&1 | grep -qF -e ${quote(words)}`;
/** The app noted a question at its health path and its answer so; a pattern. See witness.rb of the image. */
const answered = (pattern: string): string =>
  `docker cp "$FAILED:/tmp/witness" - | tar -xO | grep -qE -e ${quote(pattern)}`;
/** A file in the container has a line like this; a pattern. */
const containerFile = (path: string, pattern: string): string =>
  `docker cp "$FAILED:${path}" - | tar -xO | grep -qaE -e ${quote(pattern)}`;
/** Docker's record of the container says so. */
const recorded = (format: string, value: string): string =>
  `[ "$(docker inspect -f ${quote(format)} "$FAILED")" = ${quote(value)} ]`;
const both = (...proofs: string[]): string => proofs.join(" && ");
/** The container's own command. */
const command = '{{join .Config.Cmd " "}}';
const exitCode = "{{.State.ExitCode}}";
/** The command of the proxy that runs has this flag. */
const proxyFlag = (flag: string): string =>
  `docker exec kamal-proxy kamal-proxy deploy --help 2>&1 | grep -qF -e ${flag}`;
/** The server's Docker has the image that serves, and not this one. */
const notPulled = (image: string): string =>
  both(
    "docker image inspect REGISTRY/lite:v1 >/dev/null",
    `! docker image inspect REGISTRY/${image} >/dev/null 2>&1`,
  );
/** The database's log has these words since the deploy began. */
const databaseLogged = (words: string): string =>
  `docker logs --since SINCE "$(docker ps --quiet --filter name=fault-db)" 2>&1 | grep -qF -e ${quote(words)}`;
/** A process of that name listens on a port of the host. */
const listens = (port: number, program: string): string =>
  `ss -Hltnp "sport = :${port}" | grep -qF ${program}`;
/**
 * A container ended by itself with this exit code since the deploy began. Docker starts it again, so that its record may
 * already hold how the next run of it was stopped.
 */
const endedWith = (code: number): string =>
  `docker events --since SINCE --until "$(date +%s)" --filter container="$FAILED" --filter event=die | grep -q 'exitCode=${code}[,)]'`;
/** A container of the release ended with another code than 0; those of a release command are not kept. */
const ended = `docker events --since SINCE --until "$(date +%s)" --filter type=container --filter event=die | grep -q 'exitCode=[1-9]'`;
/** Packets met a rule of a chain. */
const met = (chain: string, target: string): string =>
  `iptables -vxnL ${chain} | awk '$3 == "${target}" && $1 > 0 { found = 1 } END { exit !found }'`;

/** Ports that the fixtures need to be any, by the lab's seed: where the app listens wrongly, where no database is, which is taken. */
const otherPort = chance("port that the app listens on wrongly").integer(4000, 4999);
const noDatabase = chance("port where no database is").integer(5500, 5999);
const takenPort = chance("port that is taken").integer(8000, 8999);

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
    proof: answered("^GET /up 301 https://"),
    shows: boot,
  },
  {
    name: "redirect to the login page",
    cause: "redirect",
    stage: "ready",
    edit: rails({ LOGIN: "form" }),
    proof: answered("^GET /up 302 .*/login"),
    shows: boot,
  },
  {
    name: "host authorization",
    cause: "host-authorization",
    stage: "ready",
    edit: rails({ HOSTS_ALLOWED: "www.example.com" }),
    proof: answered("^GET /up 403 - - -$"),
    shows: boot,
  },
  {
    name: "Rack::Attack throttle",
    cause: "rate-limited",
    stage: "ready",
    edit: rails({ RACK_ATTACK: "throttle", RACK_ATTACK_LIMIT: "0" }),
    proof: answered("^GET /up 429 - throttle "),
    shows: boot,
  },
  {
    name: "Rack::Attack blocklist",
    cause: "blocklisted",
    stage: "ready",
    edit: rails({ RACK_ATTACK: "agents" }),
    proof: answered("^GET /up 403 - blocklist "),
    shows: boot,
  },
  {
    name: "members only",
    cause: "forbidden",
    stage: "ready",
    edit: rails({ LOGIN: "members" }),
    proof: answered("^GET /up 403 - - health$"),
    shows: boot,
  },
  {
    name: "basic authentication",
    cause: "forbidden",
    stage: "ready",
    edit: rails({ LOGIN: "basic" }),
    proof: answered("^GET /up 401 - - health$"),
    shows: boot,
  },
  {
    name: "no such health path",
    cause: "not-found",
    stage: "ready",
    edit: patient({}, { healthPath: "/healthz" }),
    proof: answered("^GET /healthz 404 "),
    shows: patience,
  },
  {
    name: "exception in the health path",
    cause: "app-error",
    stage: "ready",
    edit: patient({ UP_RAISES: "1" }),
    proof: both(answered("^GET /up 500 "), logged("invalid currency: XXX")),
    shows: patience,
  },
  {
    name: "hang in the health path",
    cause: "hang",
    stage: "ready",
    edit: patient({ HANG_UP: "1" }),
    proof: both(answered("^GET /up asked$"), `! ${answered("^GET /up 200 ")}`),
    shows: patience,
  },
];

/** Where the app listens, and when. */
const sockets: Fixture[] = [
  {
    name: "wrong port",
    cause: "wrong-port",
    stage: "ready",
    edit: { version: "v2", env: { LISTEN_PORT: String(otherPort) }, readyTimeout: "4s" },
    proof: logged(`listens on :${otherPort}`),
    shows: 4,
  },
  {
    name: "wrong port, edited alone",
    cause: "wrong-port",
    stage: "ready",
    // The release that serves is asked at the new port; it goes on.
    edit: { port: otherPort },
    // The one that runs, and not one that failed before.
    proof: `docker logs "$(docker ps --quiet --filter label=APP_LABEL | head -n 1)" 2>&1 | grep -qF "listens on :3000"`,
    shows: 2,
  },
  {
    name: "loopback bind",
    cause: "loopback-bind",
    stage: "ready",
    edit: { version: "v2", env: { LISTEN_HOST: "127.0.0.1" }, readyTimeout: "4s" },
    proof: logged("listens on 127.0.0.1:3000"),
    shows: 4,
  },
  {
    name: "a server that does not speak HTTP",
    cause: "not-http",
    stage: "ready",
    edit: { image: "redis", version: "7", port: 6379, readyTimeout: "4s" },
    proof: logged("Ready to accept connections"),
    shows: 4,
  },
  {
    name: "a server with TLS of its own",
    cause: "speaks-tls",
    stage: "ready",
    edit: patient({}, { command: ["bin/tls-server"] }),
    proof: both(logged("serves TLS on 3000"), logged("no TLS: ")),
    shows: patience,
  },
  {
    name: "a unix socket in place of a port",
    cause: "unix-socket",
    stage: "ready",
    edit: patient({}, { command: ["bundle", "exec", "puma", "-C", "-", "-b", "unix:///tmp/shop.sock"] }),
    proof: logged("Listening on unix:///tmp/shop.sock"),
    shows: patience,
  },
  {
    name: "slow boot",
    cause: "slow-boot",
    stage: "ready",
    edit: patient({ BOOT_DELAY: "60" }),
    // It began, did not come to listen, and did not end by itself.
    proof: both(logged("Puma starting"), `! ${logged("Listening on")}`, recorded("{{.RestartCount}}", "0")),
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
    proof: both(endedWith(0), recorded(command, "irb")),
    shows: 1,
  },
  {
    name: "missing CMD: bash",
    cause: "missing-cmd",
    stage: "start",
    edit: { image: "faulty", version: "shell" },
    proof: both(endedWith(0), recorded(command, "bash")),
    shows: 0.5,
  },
  {
    name: "CMD that goes to the background",
    cause: "exited-zero",
    stage: "start",
    edit: rails({}, { command: ["sh", "-c", "bin/server >/dev/null 2>&1 &"] }),
    proof: both(endedWith(0), recorded("{{index .Config.Cmd 0}}", "sh")),
    shows: 0.5,
  },
  {
    name: "no such command",
    cause: "command-not-found",
    stage: "start",
    edit: rails({}, { command: ["bin/serve"] }),
    proof: both(
      recorded(exitCode, "127"),
      `docker inspect -f "{{.State.Error}}" "$FAILED" | grep -qF bin/serve`,
    ),
    shows: 0.2,
  },
  {
    name: "an entry point with Windows line ends",
    cause: "command-not-found",
    stage: "start",
    edit: { image: "faulty", version: "crlf" },
    proof: both(logged("no such file or directory"), containerFile("/entry.sh", "\r$")),
    shows: 1,
  },
  {
    name: "a program for another C library",
    cause: "command-not-found",
    stage: "start",
    edit: { image: "faulty", version: "loader" },
    proof: both(logged("no such file or directory"), containerFile("/server", "/lib/ld-musl-x86_64.so.1")),
    shows: 1,
  },
  {
    name: "no such file for the interpreter",
    cause: "entry-missing",
    stage: "start",
    edit: rails({}, { command: ["ruby", "bin/serve.rb"] }),
    proof: both(logged("No such file or directory -- bin/serve.rb"), endedWith(1)),
    shows: 1,
  },
  {
    name: "too many open files",
    cause: "kernel-limit",
    stage: "start",
    edit: rails(
      {},
      {
        command: [
          "sh",
          "-c",
          `ulimit -n 64 && exec ruby -e 'files = Array.new(100) { File.open("/dev/null") }; sleep'`,
        ],
      },
    ),
    proof: logged("Too many open files"),
    shows: 1,
  },
  {
    name: "/dev/shm too small",
    cause: "small-file-system",
    stage: "start",
    edit: rails({ STORAGE: "/dev/shm", STORAGE_MB: "100" }),
    proof: both(
      logged("No space left on device"),
      `[ "$(df -Pm /var/lib/docker | awk 'NR == 2 { print $4 }')" -gt 500 ]`,
    ),
    shows: boot,
  },
  {
    name: "exception in an initializer",
    cause: "crash",
    stage: "start",
    edit: rails({ PAYMENTS_CONFIG: "payments" }),
    proof: logged("Could not load configuration"),
    shows: boot,
  },
  {
    name: "crash loop",
    cause: "crash-loop",
    stage: "start",
    edit: { version: "v2", command: ["lite", "serve"] },
    proof: both(logged('unknown command "serve"'), endedWith(1)),
    shows: 1,
  },
  {
    name: "missing environment variable",
    cause: "missing-env",
    stage: "start",
    edit: rails({ PAYMENTS: "1" }),
    proof: logged('key not found: "STRIPE_API_KEY"'),
    shows: boot,
  },
  {
    name: "wrong RAILS_MASTER_KEY",
    cause: "wrong-master-key",
    stage: "start",
    edit: rails({}, { secrets: { RAILS_MASTER_KEY: "0123456789abcdef0123456789abcdef" } }),
    proof: logged("InvalidMessage"),
    shows: boot,
  },
  {
    name: "read-only file system",
    cause: "read-only-path",
    stage: "start",
    edit: rails({ STORAGE: "/rails/storage" }, { readOnly: true }),
    proof: logged("Read-only file system"),
    shows: boot,
  },
  {
    name: "a volume of root's",
    cause: "permission-denied",
    stage: "start",
    edit: rails({ STORAGE: "/data" }, { volumes: { uploads: "/data" } }),
    proof: logged("Permission denied"),
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
    // Docker's record forgets it when it starts the container again.
    proof: `docker events --since SINCE --until "$(date +%s)" --filter "container=$FAILED" --filter event=oom | grep -q .`,
    shows: boot,
  },
  {
    name: "memory pressure with swap",
    cause: "memory-pressure",
    stage: "ready",
    edit: patient({ CATALOGUE_MB: "170", CATALOGUE_PASSES: "60" }, { memory: "120m" }),
    // In memory, as a disk that is written slowly makes the kernel kill instead of wait; and in none that is itself swapped, where
    // what holds the swap can be moved into it, and the kernel waits for ever.
    setUp: `awk '$1 == "pswpout" { print $2 }' /proc/vmstat >/run/swapped && mkdir -p /run/swap && mount -t ramfs ramfs /run/swap && truncate -s 512M /run/swap/file &&
      chmod 600 /run/swap/file && mkswap /run/swap/file >/dev/null &&
      for n in 0 1 2 3 4 5 6 7; do [ -e /dev/loop$n ] || mknod /dev/loop$n b 7 $n; done &&
      swapon "$(losetup --find --show /run/swap/file)"`,
    // The container that failed is stopped while the report is shown, and its memory has nowhere to go until then.
    tearDown: `device=$(losetup --noheadings --output NAME --associated /run/swap/file) &&
      timeout 30 sh -c 'until swapoff "$1" 2>/dev/null; do sleep 0.2; done' swap "$device" &&
      losetup --detach "$device" && umount /run/swap`,
    proof: `[ "$(awk '$1 == "pswpout" { print $2 }' /proc/vmstat)" -gt "$(cat /run/swapped)" ]`,
    shows: patience,
  },
  {
    name: "image for another architecture",
    cause: "architecture",
    stage: "start",
    edit: { image: "foreign", version: "arm64" },
    proof: `[ "$(docker image inspect -f "{{.Architecture}}" REGISTRY/foreign:arm64)" = arm64 ]`,
    shows: 0.5,
  },
  {
    name: "program for another architecture in an image for this one",
    cause: "architecture",
    stage: "start",
    edit: { image: "mislabelled", version: "v2" },
    proof: both(
      `[ "$(docker image inspect -f "{{.Architecture}}" REGISTRY/mislabelled:v2)" = amd64 ]`,
      `{ docker logs "$FAILED" 2>&1; docker inspect -f "{{.State.Error}}" "$FAILED"; } | grep -qF "exec format error"`,
    ),
    shows: 0.5,
  },
  {
    name: "index without this architecture",
    cause: "architecture",
    stage: "pull",
    edit: { image: "foreign", version: "index" },
    proof: { tag: "foreign:index", status: 200, says: /^(?!.*"amd64").*"arm64"/s },
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
    edit: patient(database, { database: { port: noDatabase } }),
    proof: logged(`port ${noDatabase} failed: Connection refused`),
    shows: patience,
  },
  {
    name: "database not there: no such name",
    cause: "dependency-not-there",
    stage: "ready",
    edit: patient(database, { database: { host: "db-main" } }),
    proof: logged('could not translate host name "db-main"'),
    shows: patience,
  },
  {
    name: "an entry point that waits for a database that is not there",
    cause: "dependency-not-there",
    stage: "ready",
    edit: patient(
      {},
      {
        database: { host: "db-main" },
        command: [
          "sh",
          "-c",
          "until ruby -rsocket -e 'TCPSocket.new(%(db-main), 5432)' 2>/dev/null; do echo waits; sleep 1; done; exec bin/server",
        ],
      },
    ),
    proof: both(logged("waits"), `! ${logged("Listening on")}`),
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
    proof: both(
      "docker exec db-recovering pg_isready -h 127.0.0.1 | grep -q rejecting",
      logged("the database system is"),
    ),
    shows: patience,
  },
  {
    name: "wrong password",
    cause: "wrong-password",
    stage: "ready",
    edit: patient(database, { database: { password: "not-the-password" } }),
    proof: databaseLogged("password authentication failed"),
    shows: patience,
  },
  {
    name: "wrong password in the release command",
    cause: "wrong-password",
    stage: "release",
    edit: rails({}, { database: { password: "not-the-password" }, release: ["bin/rails", "db:prepare"] }),
    proof: databaseLogged("password authentication failed"),
    shows: boot,
  },
  {
    name: "missing table",
    cause: "missing-tables",
    stage: "ready",
    edit: patient({ UP_READS_CACHE: "1" }),
    proof: logged('relation "solid_cache_entries" does not exist'),
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
    proof: logged("getaddrinfo"),
    shows: boot + 2,
  },
  {
    name: "no outbound network",
    cause: "no-outbound",
    stage: "start",
    edit: rails({ PRICES_URL: "http://REGISTRY/v2/" }),
    setUp: `iptables -I DOCKER-USER -s "$(docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' NETWORK)" -o eth0 -m conntrack --ctstate NEW -j DROP`,
    tearDown: `iptables -D DOCKER-USER -s "$(docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' NETWORK)" -o eth0 -m conntrack --ctstate NEW -j DROP`,
    proof: met("DOCKER-USER", "DROP"),
    shows: boot + 2,
  },
  {
    name: "release command that fails",
    cause: "release-failed",
    stage: "release",
    edit: { version: "v2", release: ["lite", "migrate"] },
    proof: ended,
    shows: 0.5,
  },
];

/** MB that are free where Docker's data is. */
const free = `$(df -Pm /var/lib/docker | awk 'NR == 2 { print $4 }')`;
/** Leaves so many MB of the disk. */
const leave = (megabytes: number): string =>
  `fallocate -l $((${free} - ${megabytes}))M /var/lib/docker/filler`;
/** No more than so many MB are left. */
const hasLeft = (megabytes: number): string => `[ "${free}" -le ${megabytes} ]`;
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
    proof: both(hasLeft(40), notPulled("faulty:large")),
    shows: 1,
  },
  {
    name: "disk full at the extraction",
    cause: "disk-full",
    stage: "pull",
    edit: { image: "faulty", version: "sparse" },
    setUp: leave(150),
    tearDown: removeFiller,
    proof: both(hasLeft(150), notPulled("faulty:sparse")),
    shows: 1,
  },
  {
    name: "disk full at the start",
    cause: "disk-full",
    stage: "start",
    edit: rails({ STORAGE: "/rails/storage", STORAGE_MB: "120" }),
    setUp: leave(60),
    tearDown: removeFiller,
    proof: logged("No space left on device"),
    shows: boot,
  },
  {
    name: "pull unauthorized",
    cause: "pull-unauthorized",
    stage: "pull",
    edit: { version: "v3", registryPassword: "not-the-password" },
    proof: { logins: ["refused"] },
    shows: 0.5,
  },
  {
    name: "tag not found",
    cause: "image-not-found",
    stage: "pull",
    edit: { version: "v404" },
    proof: { tag: "lite:v404", status: 404, beside: "lite:v1" },
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
    proof: met("OUTPUT", "REJECT"),
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
    edit: { version: "v2", publish: takenPort },
    ...webServer(takenPort),
    proof: listens(takenPort, "haproxy"),
    shows: 0.5,
  },
  {
    name: "port taken by a container",
    cause: "port-taken",
    stage: "start",
    edit: { version: "v2", publish: 443 },
    proof: `[ "$(docker ps --filter publish=443 --format "{{.Names}}")" = kamal-proxy ]`,
    shows: 0.5,
  },
  {
    name: "port 80 of a new server taken",
    cause: "port-taken",
    stage: "proxy",
    edit: { second: true },
    on: "fault-2",
    ...webServer(80),
    proof: listens(80, "haproxy"),
    shows: 0.5,
  },
  {
    name: "two apps with one host",
    cause: "host-conflict",
    stage: "switch",
    edit: { version: "v2", hosts: ["shop.fault", "www.fault"] },
    // Another program's container: a service that leads to the app's own is taken over with its host. It is made from the image of what
    // the proxy serves, and not of the newest container: that may be one that failed before.
    setUp: `served=$(docker exec kamal-proxy kamal-proxy list | sed 's/\\x1b\\[[0-9;]*m//g' | awk 'NR == 2 { print $4 }')
      docker run --detach --name stranger --network NETWORK "$(docker inspect -f '{{.Config.Image}}' "\${served%:*}")" >/dev/null
      docker exec kamal-proxy kamal-proxy deploy other --target=stranger:3000 --host=www.fault`,
    tearDown: "docker exec kamal-proxy kamal-proxy remove other; docker rm --force stranger >/dev/null",
    proof: `docker exec kamal-proxy kamal-proxy list | grep -q "other.*www.fault"`,
    shows: 0.5,
  },
  {
    name: "proxy too old for a flag",
    cause: "proxy-too-old",
    stage: "switch",
    edit: { version: "v2", proxyFlags: { "shed-load": "true" } },
    proof: both(proxyFlag("--target"), `! ${proxyFlag("--shed-load")}`),
    shows: 0.5,
  },
  {
    name: "proxy too old",
    cause: "proxy-too-old",
    stage: "preview",
    says: "routes use options that came with v0.9.2",
    edit: { version: "v2", proxy: "v0.8.4" },
    proof: `docker inspect -f "{{.Config.Image}}" kamal-proxy | grep -q ":v0.9.2$"`,
    shows: 0,
  },
  {
    name: "proxy gone",
    cause: "proxy-gone",
    stage: "switch",
    edit: { version: "v2" },
    setUp: "docker stop --time 1 kamal-proxy >/dev/null",
    tearDown: "docker start kamal-proxy >/dev/null",
    proof: `[ "$(docker inspect -f "{{.State.Running}}" kamal-proxy)" = false ]`,
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
  ["no such command", "no such file for the interpreter"],
  ["a server with TLS of its own", "a server that does not speak HTTP"],
  ["a unix socket in place of a port", "slow boot"],
  ["an entry point that waits for a database that is not there", "slow boot"],
  ["/dev/shm too small", "disk full at the start"],
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
