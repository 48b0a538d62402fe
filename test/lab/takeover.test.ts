/**
 * A server that Kamal deploys to, taken over in place under load, with Kamal's own proxy, Redis and database; taken back by mistake, taken over
 * again by an update that is killed, edited, and given back. One server, the real Kamal.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Machines } from "../../bench/hosts/machines";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { on } from "../../lab/ssh";
import { Workspace } from "../../lab/workspace";
import { deployed, routeHost, type Edit } from "./takeover/edit";
import { Kamal } from "./takeover/kamal";

let machines: Machines;
let kamal: Kamal;
let workspace: Workspace;
let edit: Edit;

const onServer = (command: string): Promise<string> =>
  on({ address: edit.server.address, keyFile: machines.keyFile }, command);

/** The containers of Kamal's app, and whether each runs. */
const kamals = async (): Promise<string[]> =>
  (
    await onServer(
      `docker ps --all --filter label=service=lite --filter label=destination= --format '{{.Names}} {{.State}}' | sort`,
    )
  ).split("\n");

/** The containers of ours that run, each without what makes its name unique. */
const ours = async (): Promise<string[]> =>
  (await onServer("docker ps --filter label=sextant.app --format '{{.Names}}' | sort"))
    .split("\n")
    .map((name) => name.replace(/-[0-9a-f]{7}$/, ""));

/** What Redis has, asked from where the app's container is, by the name that the app has for it. */
const row = (): Promise<string> =>
  onServer(
    `docker run --rm --network "container:$(docker ps --quiet --filter label=sextant.role=takeover/test/lite/web)" ${redis()} redis-cli -h lite-redis get order`,
  );
const file = (): Promise<string> =>
  onServer(`docker run --rm --volume lite-files:/files ${redis()} cat /files/invoice`);
const redis = (): string => `${workspace.facts.registry.address}/redis:7`;

/** A row in the database, by whoever asks it from inside. */
const order = (): Promise<string> =>
  onServer(`docker exec lite-db psql -qAtX -U lite lite -c "select word from orders"`);
/** The containers of the accessories: whose each is, and since when it runs. */
const accessories = (): Promise<string> =>
  onServer(
    `docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}} {{.State.Running}}' lite-redis lite-db`,
  );
/** The containers with the database's directory. */
const onDirectory = async (): Promise<string[]> =>
  (
    await onServer(
      `docker inspect --format '{{.Name}}{{range .Mounts}} {{.Source}}{{end}}' $(docker ps --all --quiet) | grep /root/lite-db/data`,
    )
  ).split("\n");

async function up(version: string, edited = deployed({ ...edit, version })): Promise<string> {
  const ran = await workspace.tryPulumi(["up", "--yes", "--skip-preview"], edited);
  console.log(`pulumi up ${version}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  expect(ran.code, ran.text).toBe(0);
  return ran.text;
}

/** The work with requests all the while; none may be lost. Answers with the releases that were seen. */
async function underLoad(work: () => Promise<void>): Promise<string[]> {
  const targets = [`http://${edit.server.address}`];
  const load = startLoad({ targets, host: routeHost, rate: 40, timeoutMs: 30_000 });
  try {
    await work();
  } catch (error) {
    console.log("load", JSON.stringify(await load.stop()));
    throw error;
  }
  const { requests, lost, losses, longestGap, p99, versions } = await load.stop();
  console.log("load", JSON.stringify({ requests, lost, longestGap, p99, losses, versions }));
  expect({ lost, losses }).toEqual({ lost: 0, losses: [] });
  expect(requests).toBeGreaterThan(20);
  return versions.map(({ version }) => version);
}

beforeAll(async () => {
  const docker = await labUp((line) => {
    console.log(line);
  });
  const facts = await factsOfLab(docker);
  machines = await Machines.make(facts);
  const [server] = (await machines.count(1)).list;
  if (server === undefined) throw new Error("the lab made no server");
  const { address, hostKey } = server;
  edit = { server: { address, hostKey }, version: "v2" };
  kamal = await Kamal.make(facts, { address, keyFile: machines.keyFile });
  workspace = await Workspace.make(facts, "test/lab/takeover/program", "test");
  await workspace.pulumi(["config", "set", "serverKeyFile", machines.keyFile]);
  await kamal.run("setup", "--skip-push", "--version", "v1");
  await onServer("docker exec lite-redis redis-cli set order 4711");
  await onServer(
    `docker exec lite-db sh -c 'until pg_isready -q -h 127.0.0.1; do sleep 0.2; done; psql -qX -U lite lite -c "create table orders (word text); insert into orders values (4711)"'`,
  );
  await onServer(`docker run --rm --volume lite-files:/files ${redis()} sh -c 'echo paid >/files/invoice'`);
});

afterAll(async () => {
  await machines.remove();
  workspace.remove();
  kamal.remove();
});

describe.sequential("a server that Kamal deploys to", () => {
  it("is taken over in place, with its proxy and its data, and no request is lost", async () => {
    expect(await kamals()).toEqual(["lite-job-v1 running", "lite-web-v1 running"]);
    const proxy = await onServer("docker inspect --format '{{.Id}} {{.State.StartedAt}}' kamal-proxy");
    const before = await accessories();
    const { text: previewed } = await workspace.tryPulumi(["preview"], deployed(edit));
    for (const words of [
      "web-1: Kamal's proxy (",
      "web-1: Kamal's app lite, role web, release v1 (lite-web-v1): an App with takeOver",
      "without one it goes on; it has lite-files mounted",
      "web-1: Kamal's app lite, role job, release v1 (lite-job-v1): an App with takeOver",
      "web-1: Kamal's accessory lite-db (",
      "with its data in /root/lite-db/data: stays as it is",
      "web-1: Kamal's Docker network kamal (",
      "Kamal's container lite-redis is kept as it is, with its data in the volume lite-redis: it is neither restarted nor made anew. Otherwise in the program is the command",
      "Kamal's container lite-db is kept as it is, with its data in the directory /root/lite-db/data: it is neither restarted nor made anew. Otherwise in the program is the size of /dev/shm",
    ])
      expect(previewed).toContain(words);
    let said = "";
    const versions = await underLoad(async () => {
      const other = await workspace.tryPulumi(
        ["up", "--yes", "--skip-preview"],
        deployed({ ...edit, password: "another" }),
      );
      expect(other.text).toMatch(/lite-db does not let lite in with the password that the program has/);
      expect(other.code).not.toBe(0);
      expect(await kamals()).toEqual(["lite-job-v1 running", "lite-web-v1 running"]);
      // The preflight speaks once, and had the machine seen by then.
      said = other.text + (await up("v2"));
    });
    expect(versions).toEqual(["v1", "v2"]);
    for (const words of [
      /Kamal's proxy \(\S+\/kamal-proxy:v0\.9\.2\): stays/,
      /Kamal's app lite, role web, release v1 \(lite-web-v1\): an App with takeOver/,
      /Kamal's accessory lite-redis \(\S+\/redis:7\), with its data in lite-redis: stays/,
      "lite-web has taken over Kamal's route lite-web, which led to lite-web-v1.",
      "Kamal's lite-web-v1 (lite, role web) is stopped and left over: kamal rollback v1 brings the app back.",
      "Kamal's lite-job-v1 (lite, role job) is stopped and left over: kamal rollback v1 brings the app back.",
    ])
      expect(said).toMatch(words);
    expect(await kamals()).toEqual(["lite-job-v1 exited", "lite-web-v1 exited"]);
    expect(await ours()).toEqual(["lite-job-web-1", "lite-web-web-1"]);
    expect(await onServer("docker inspect --format '{{.Id}} {{.State.StartedAt}}' kamal-proxy")).toBe(proxy);
    expect([await row(), await file(), await order()]).toEqual(["4711", "paid", "4711"]);
    expect(await accessories()).toBe(before);
    await workspace.pulumi(["preview", "--expect-no-changes"], deployed(edit));
    await workspace.pulumi(["preview", "--refresh", "--expect-no-changes"], deployed(edit));
  });

  it("which deploys again by mistake is said by a refresh, and an update that is killed converges", async () => {
    const versions = await underLoad(async () => {
      await kamal.run("deploy", "--skip-push", "--version", "v3");
      expect(await kamals()).toContain("lite-web-v3 running");
      const { text } = await workspace.tryPulumi(["preview", "--refresh"], deployed({ ...edit }));
      expect(text).toMatch(/lite-web leads to lite-web-v3, a container of Kamal's, which has deployed since/);
      expect(text).toMatch(/takeover\/test\/lite\/job has lite-job-v3 beside it, a container of Kamal's/);
      await workspace.killPulumi(
        ["up", "--yes", "--skip-preview", "--refresh"],
        /Switch lite-web-web-1-switch updating/,
        deployed({ ...edit, version: "v4" }),
      );
      await up("v4");
    });
    expect(versions).toEqual(["v2", "v3", "v4"]);
    expect((await kamals()).filter((line) => line.endsWith(" running"))).toEqual([]);
    expect(await ours()).toEqual(["lite-job-web-1", "lite-web-web-1"]);
    expect([await row(), await file()]).toEqual(["4711", "paid"]);
  });

  it("has an accessory replaced by a later edit alone, on its data where it lies", async () => {
    const [redisBefore] = (await accessories()).split("\n");
    const edited = { ...edit, version: "v4", timeZone: "Europe/Berlin" };
    const { text } = await workspace.tryPulumi(["preview"], deployed(edited));
    expect(text).toMatch(
      /Kamal's container lite-db is stopped and replaced by the program's own, .*, with its data in the directory \/root\/lite-db\/data, where it lies\./,
    );
    await workspace.killPulumi(["up", "--yes", "--skip-preview"], /Container db deleting/, deployed(edited));
    await underLoad(async () => {
      await up("v4", deployed(edited));
    });
    expect((await accessories()).split("\n")[0]).toBe(redisBefore);
    expect(await onDirectory()).toEqual(["/lite-db /root/lite-db/data"]);
    expect(
      await onServer(`docker inspect --format '{{index .Config.Labels "sextant.accessory"}}' lite-db`),
    ).toBe("db");
    expect([await row(), await order()]).toEqual(["4711", "4711"]);
    expect(
      await onServer(
        `docker run --rm --network kamal ${workspace.facts.registry.address}/postgres:15 pg_isready -h lite-db`,
      ),
    ).toMatch(/accepting connections/);
    await workspace.pulumi(["preview", "--refresh", "--expect-no-changes"], deployed(edited));
    await up("v4");
    expect(await order()).toBe("4711");
  });

  it("has its app back by a rollback of its own, and the program goes without harm to it", async () => {
    const versions = await underLoad(async () => {
      await kamal.run("rollback", "v3");
      await workspace.pulumi(["destroy", "--yes", "--skip-preview"], deployed(edit));
    });
    expect(versions).toEqual(["v4", "v3"]);
    expect(await onServer("docker exec lite-redis redis-cli get order")).toBe("4711");
    expect(await onServer("ls /root/lite-db/data/PG_VERSION")).toMatch(/PG_VERSION/);
    await kamal.run("accessory", "boot", "db");
    await onServer("docker exec lite-db sh -c 'until pg_isready -q -h 127.0.0.1; do sleep 0.2; done'");
    expect(await order()).toBe("4711");
    expect(await file()).toBe("paid");
    expect(await kamals()).toEqual(expect.arrayContaining(["lite-job-v3 running", "lite-web-v3 running"]));
  });
});
