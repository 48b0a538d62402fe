/**
 * The main job on the real engine: from nothing to a Rails shop that serves, then releases, failures, edits and repairs
 * under load, and away again. One stack, one life: each test stands on those before it.
 */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quote } from "../../provider/host/scripts";
import type { LoadReport } from "../../lab/load/load";
import { type Edit, plain } from "./deploy/edit";
import { get, getSecurely, versions } from "./deploy/http";
import { certificate } from "./deploy/certificate";
import type { Ran } from "../../lab/workspace";
import { currentChoice, imageStore } from "../../lab/machine/system";
import { appPort, names } from "./deploy/names";
import { World, deployed, roleLabel } from "./deploy/world";

const host = "shop.test";
const { web } = names;
let world: World;
let targets: string[] = [];
/** The program as it is deployed now. */
let now: Edit = plain;
/** All that Pulumi printed, for the canaries. */
let printed = "";
/** Process lists of all hosts, taken while releases went on. */
let processes = "";
/** The certificate of the route over TLS. */
let shown: Awaited<ReturnType<typeof certificate>>;

/** Deploys an edit with requests all the while, and expects none to be lost. */
async function release(change: Partial<Edit>): Promise<{ done: Ran; load: LoadReport }> {
  now = { ...now, ...change };
  const outcome = await world.underLoad(targets, host, () => world.up(now, "--diff"));
  printed += outcome.done.text;
  expect(outcome.load, "requests").toMatchObject({ lost: 0, losses: [], wentBack: false });
  // The proxy keeps its clients' connections through a release; only its own replacement closes idle ones.
  if (change.proxy === undefined) expect(outcome.load.retries, "connections closed under a request").toBe(0);
  expect(outcome.load.rate).toBeGreaterThan(50);
  expect(outcome.load.slow).toMatchObject({ lost: 0, finishedOnOtherVersion: 0 });
  return outcome;
}

/** The same for an edit whose plan is known: a line for each resource that it touches. */
async function releaseAsPlanned(name: string, change: Partial<Edit>): Promise<LoadReport> {
  const plan = await world.plan({ ...now, ...change });
  await expect(`${plan.join("\n")}\n`).toMatchFileSnapshot(`deploy/golden/${name}.txt`);
  return (await release(change)).load;
}

async function serving(version: string): Promise<void> {
  expect(await versions(targets, host)).toEqual(targets.map(() => `200 ${version}`));
}

/** What the route over TLS answers. */
function overTls(): { status: number; certificate: string } {
  return { status: 200, certificate: shown.fingerprint };
}

/** Whether a TCP connection to a port opens from here, outside the server. */
function opens(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 1500 });
    const end = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.on("connect", end(true)).on("timeout", end(false)).on("error", end(false));
  });
}

beforeAll(async () => {
  shown = await certificate("secure.test");
  world = await World.start("deploy");
});

afterAll(async () => {
  await world.end(now);
  shown.remove();
});

describe("from nothing", () => {
  it("makes network, firewall and servers, migrates, and serves on all web servers in both families", async () => {
    const { text } = await world.up(plain);
    printed += text;
    targets = await world.targets();
    expect(targets).toHaveLength(4);
    await serving("v1");
    const page = await get(targets[0] ?? "", host);
    expect(page.body).toContain("orders: 0");
    expect((await world.servers()).map(({ name }) => name).sort()).toEqual(
      [web(1), web(2), names.worker].sort(),
    );
  });

  it("runs on the engine, the image store and the system that were chosen", async () => {
    const choice = currentChoice();
    const release = choice.os === "debian-12" ? "bookworm" : "trixie";
    for (const { name } of await world.servers()) {
      const [version = "", status = "", codename = ""] = (
        await world.onServer(
          name,
          "docker version --format '{{.Server.Version}}'; docker info --format '{{.DriverStatus}}'; . /etc/os-release; echo $VERSION_CODENAME",
        )
      ).split("\n");
      console.log(`${name}: Docker ${version} on ${codename}, ${status}`);
      expect(version.startsWith(`${choice.engine.split("-")[0] ?? ""}.`), version).toBe(true);
      expect(status.includes("io.containerd.snapshotter"), status).toBe(imageStore(choice) === "containerd");
      expect(codename).toBe(release);
    }
  });

  it("keeps databases off the public addresses, and in reach of the private network", async () => {
    const worker = (await world.servers()).find(({ name }) => name === names.worker);
    const address = worker?.ipv4 ?? "";
    expect(await Promise.all([22, 5432, 6379].map((port) => opens(address, port)))).toEqual([
      true,
      false,
      false,
    ]);
    const reached = await world.onServer(
      web(1),
      `timeout 3 bash -c '</dev/tcp/${worker?.privateIps[0] ?? ""}/5432' && echo reached`,
    );
    expect(reached).toBe("reached");
  });

  it("starts a database before the private address that it is published on is there, as at a boot", async () => {
    const worker = (await world.servers()).find(({ name }) => name === names.worker);
    const address = worker?.privateIps[0] ?? "";
    const restarted = await world.onServer(
      names.worker,
      `set -eu
      set -- $(ip -4 -o address | awk -v at="${address}" 'index($4, at "/") { print $2, $4 }')
      ip route show dev "$1" >/run/routes
      ip address del "$2" dev "$1"
      docker restart --time 20 $(docker ps --quiet --filter publish=5432) >/dev/null && echo started || echo failed
      ip address add "$2" dev "$1"
      while read -r route; do ip route replace $route dev "$1" 2>/dev/null || true; done </run/routes`,
    );
    expect(restarted).toBe("started");
    const reached = await world.onServer(
      web(1),
      `for try in 1 2 3 4 5 6 7 8 9 10; do
        timeout 3 bash -c '</dev/tcp/${address}/5432' 2>/dev/null && echo reached && break; sleep 1
      done`,
    );
    expect(reached).toBe("reached");
  });

  it("changes nothing when the program is the same", async () => {
    const { stdout } = await world.up(plain);
    expect(stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
    expect(await world.plan(plain)).toEqual([]);
  });
});

describe("a release", () => {
  it("goes from v1 to v2 without a lost request, and never back", async () => {
    const watching = watchProcesses();
    const load = await releaseAsPlanned("release", { version: "v2" });
    processes += await watching();
    for (const target of targets) {
      const seen = load.versions.filter((each) => each.target === target).map(({ version }) => version);
      expect(seen, target).toEqual(["v1", "v2"]);
    }
    await serving("v2");
    // It booted with a smaller share of the CPU, and serves with a whole one.
    const container = `$(docker ps -q --filter label=sextant.role=${roleLabel("web")})`;
    const share = `cat $(find /sys/fs/cgroup -path "*${container}*" '(' -name cpu.shares -o -name cpu.weight ')')`;
    expect(["1024", "100"]).toContain(await world.onServer(web(1), share));
  });

  it("that fails on one host switches none, and keeps what failed", async () => {
    const env = { ...now.env, FAIL_UP_ON: web(2) };
    const bad: Edit = { ...now, version: "v3", env, readyTimeout: "12s" };
    const { done, load } = await world.underLoad(targets, host, () => world.tryUp(bad));
    printed += done.text;
    expect(done.code).not.toBe(0);
    expect(done.text).toContain("is not ready after");
    expect(load).toMatchObject({ lost: 0, losses: [] });
    expect(new Set(load.versions.map(({ version }) => version))).toEqual(new Set(["v2"]));
    // The verdict does not wait for what failed to stop.
    await expect
      .poll(() => world.containers(web(2), "web"), { timeout: 10_000 })
      .toEqual(["v2 running", "v3 exited"]);
    const again = await world.doctor("--host", web(2));
    expect(again).toMatch(new RegExp(`^${web(2)}: shop-web-${web(2)}-\\w+ is not ready after \\d+s: `));
    expect(done.text).toContain(again.split("\n")[0] ?? "");
    await serving("v2");
  });

  it("whose release command fails makes no container", async () => {
    const bad = { ...now, version: "v5", release: ["bin/rails", "runner", "abort 'the migration failed'"] };
    const { done, load } = await world.underLoad(targets, host, () => world.tryUp(bad));
    printed += done.text;
    expect(done.code).not.toBe(0);
    expect(done.text).toMatch(/the release command of \S+\/shop:v5 did not succeed/);
    expect(done.text).toContain("the migration failed");
    expect(done.text).toContain("npx sextant docs troubleshooting#release-failed");
    expect(load).toMatchObject({ lost: 0, losses: [] });
    for (const server of [web(1), web(2)]) {
      expect((await world.containers(server, "web")).filter((each) => each.startsWith("v5"))).toEqual([]);
    }
    await serving("v2");
  });

  it("stops what was ready and never switched, when its lease ends", async () => {
    // The lease waits for the gates of the workers, too.
    const deadline = Date.now() + 140_000;
    let seen = await world.containers(web(1), "web");
    while (!seen.includes("v3 exited") && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      seen = await world.containers(web(1), "web");
    }
    expect(seen).toEqual(["v2 running", "v3 exited"]);
  });

  it("goes back to v2 and on to v4, and nothing of v3 is left", async () => {
    await release({});
    await serving("v2");
    await release({ version: "v4" });
    await serving("v4");
    for (const server of [web(1), web(2)]) {
      expect(await world.containers(server, "web")).toEqual(["v4 running"]);
    }
  });
});

describe("an edit under load touches what it should and loses nothing", () => {
  it("environment", async () => {
    await releaseAsPlanned("env", { env: { SHOP_NAME: "Sextant Two" } });
  });

  it("a secret", async () => {
    await releaseAsPlanned("secret", { secret: "canary-two" });
    const answer = await get(`${targets[0] ?? ""}/env-check?name=API_TOKEN`, host);
    // SHA-256 of canary-two.
    const { createHash } = await import("node:crypto");
    expect(answer.body).toContain(createHash("sha256").update("canary-two").digest("hex"));
  });

  it("the route's hosts and paths", async () => {
    await releaseAsPlanned("route", { hosts: [host, "www.shop.test"], paths: ["/", "/orders"] });
    expect((await get(targets[0] ?? "", "www.shop.test")).status).toBe(200);
  });

  it("a route over TLS with a certificate of one's own", async () => {
    await releaseAsPlanned("certificate", { secure: { certificate: shown.certificate, key: shown.key } });
    expect(await getSecurely(new URL(targets[0] ?? "").hostname, "secure.test")).toEqual(overTls());
  });

  it("resources", async () => {
    await releaseAsPlanned("resources", { memory: "500m" });
    const format = "{{.HostConfig.Memory}}";
    expect(
      await world.onServer(
        web(1),
        `docker inspect -f '${format}' $(docker ps -q --filter label=sextant.role=${roleLabel("web")})`,
      ),
    ).toBe(String(500 * 1024 * 1024));
  });

  it("a role, added and removed", async () => {
    await releaseAsPlanned("role-added", { clock: true });
    expect(await world.containers(names.worker, "clock")).toEqual(["v4 running"]);
    await releaseAsPlanned("role-removed", { clock: false });
    expect(await world.containers(names.worker, "clock")).toEqual([]);
  });

  it("a server, added and removed", async () => {
    await releaseAsPlanned("server-added", { web: 3 });
    const [third = ""] = (await world.targets()).slice(2, 3);
    expect(await versions([third], host)).toEqual(["200 v4"]);
    await releaseAsPlanned("server-removed", { web: 2 });
    expect((await world.servers()).map(({ name }) => name)).not.toContain(web(3));
    // The gates ran again and no switch did: what serves must not wait for one.
    expect(await world.onServer(web(1), "ls /run/sextant | grep lease || true")).toBe("");
  });

  it("the proxy's image, with routes, certificates and maintenance state kept", async () => {
    // A second service in maintenance, as an operator would leave it, without a program.
    const deploy = `kamal-proxy deploy closed --target $(docker ps --filter label=sextant.role=${roleLabel("web")} --format '{{.Names}}'):${appPort} --host closed.test`;
    await world.onServer(
      web(1),
      `docker exec kamal-proxy ${deploy} && docker exec kamal-proxy kamal-proxy stop closed`,
    );
    expect((await get(targets[0] ?? "", "closed.test")).status).toBe(503);
    // From here on Docker's free ports of the two families differ, as they do on a server with a history.
    await world.onServer(
      web(1),
      `docker run --rm --publish 0.0.0.0::80 $(docker inspect -f '{{.Config.Image}}' kamal-proxy) kamal-proxy help`,
    );
    await releaseAsPlanned("proxy", { proxy: "v0.9.2-b" });
    expect((await get(targets[0] ?? "", "closed.test")).status).toBe(503);
    expect(await getSecurely(new URL(targets[0] ?? "").hostname, "secure.test")).toEqual(overTls());
    await world.onServer(web(1), "docker exec kamal-proxy kamal-proxy remove closed");
    const image = await world.onServer(web(1), "docker inspect -f '{{.Config.Image}}' kamal-proxy");
    expect(image).toMatch(/:v0\.9\.2-b$/);
    await serving("v4");
  });
});

describe("what was removed by hand comes back with pulumi up --refresh", () => {
  const cases: [string, string][] = [
    ["a container", `docker rm -f $(docker ps -q --filter label=sextant.role=${roleLabel("web")})`],
    ["the proxy", "docker rm -f kamal-proxy"],
    ["a route", "docker exec kamal-proxy kamal-proxy remove shop-web"],
    [
      "the verbs, and a route",
      "docker exec kamal-proxy kamal-proxy remove shop-web; rm -r /usr/local/lib/sextant /usr/local/bin/sextant",
    ],
    [
      "the Docker network",
      "for c in $(docker ps -aq); do docker network disconnect -f sextant $c || true; done; docker network rm sextant",
    ],
  ];
  it.each(cases)("%s", async (_name, removal) => {
    await world.onServer(web(1), removal);
    const broken = await get(targets[0] ?? "", host).then(
      ({ status }) => status,
      () => 0,
    );
    expect(broken).not.toBe(200);
    const { text } = await world.up(now, "--refresh");
    printed += text;
    await serving("v4");
    const again = await world.up(now, "--refresh");
    expect(again.stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
  });
});

describe("secrets", () => {
  const canaries = [
    "canary-one",
    "canary-two",
    ...["database", "redis", "key-base"].map((name) => `canary-${name}`),
  ];
  /** Those, the registry's password, and a line of the certificate's key. */
  const secret = (): string[] => [...canaries, world.registryPassword, shown.keyLine];

  it("are not in what Pulumi prints, in its state, or in its preview", async () => {
    const texts = {
      printed,
      state: world.stateText(),
      export: await world.pulumi(["stack", "export"]),
      preview: await world.pulumi(
        ["preview", "--diff"],
        deployed({ ...now, version: "v5", secret: "canary-one" }),
      ),
      json: await world.pulumi(
        ["preview", "--json"],
        deployed({ ...now, version: "v5", secret: "canary-one" }),
      ),
      log: await world.pulumi(["stack", "history", "--json"]),
    };
    for (const [where, text] of Object.entries(texts)) {
      expect(text.length, where).toBeGreaterThan(100);
      for (const canary of secret()) expect(text.includes(canary), `${canary} in ${where}`).toBe(false);
    }
  });

  it("are in no process list and no log of a host, and in no file but Docker's own", async () => {
    expect(processes).toContain("docker");
    for (const canary of secret()) expect(processes.includes(canary), `${canary} in ps`).toBe(false);
    for (const server of [web(1), web(2), names.worker]) {
      const logs = await world.onServer(
        server,
        "for c in $(docker ps -aq); do docker logs $c 2>&1; done; cat /var/log/*.log /var/log/*/*.log 2>/dev/null; true",
      );
      for (const canary of secret())
        expect(logs.includes(canary), `${canary} in the logs of ${server}`).toBe(false);
      const files = await world.onServer(
        server,
        `grep -rlsF -e canary- -e ${quote(world.registryPassword)} /etc /root /home /tmp /var/lib/sextant /var/log /usr/local /run --exclude-dir=docker || true`,
      );
      expect(files, server).toBe("");
    }
    const environment = await world.onServer(
      web(1),
      `docker exec $(docker ps -q --filter label=sextant.role=${roleLabel("web")}) env`,
    );
    expect(environment).toContain("API_TOKEN=canary-two");
  });
});

describe("pulumi destroy", () => {
  it("leaves nothing, also when a server was deleted behind Pulumi's back", async () => {
    await world.deleteServer(web(2));
    // Hetzner's plugin cannot delete what is gone, so that the first destroy ends with that server, and only with it.
    const first = await world.tryPulumi(["destroy", "--yes", "--skip-preview"], deployed(now));
    expect(first.code).not.toBe(0);
    expect(first.text.match(/\*\*deleting failed\*\*/g)).toHaveLength(1);
    await world.pulumi(["destroy", "--yes", "--skip-preview", "--refresh"], deployed(now));
    for (const kind of ["servers", "firewalls", "networks", "ssh_keys"]) {
      const { [kind]: left = [] } = await world.api(`/${kind}`);
      expect(
        left.map(({ name }) => name).filter((name) => name?.startsWith("test-") ?? false),
        kind,
      ).toEqual([]);
    }
    const exported = JSON.parse(await world.pulumi(["stack", "export"])) as {
      deployment: { resources?: unknown[] };
    };
    expect(exported.deployment.resources ?? []).toEqual([]);
  });
});

/** Takes process lists of all hosts until told to stop; answers with all of them. */
function watchProcesses(): () => Promise<string> {
  const lists = [web(1), web(2), names.worker].map((server) =>
    world.ssh(
      server,
      "rm -f /tmp/stop; while [ ! -e /tmp/stop ]; do ps -eo args; sleep 0.1; done; rm -f /tmp/stop",
    ),
  );
  return async () => {
    await Promise.all([web(1), web(2), names.worker].map((server) => world.ssh(server, "touch /tmp/stop")));
    const all = await Promise.all(lists);
    return all.map(({ stdout }) => stdout).join("\n");
  };
}
