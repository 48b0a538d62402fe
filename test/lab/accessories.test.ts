/** Data on a server, through every edit that official images take: kept, or refused before anything is touched. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chance } from "../../lab/chance";
import type { Outcome } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { tryOn } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { plain, servers, type Edit } from "./accessories/edit";

/** Everything that some program on the way could read as its own: shells, SQL, URLs, files of settings. */
const odd = `abcXYZ019 '"\\\`$%#:/?@&=;!{}[]<>|~^*()+,.-_é語`;
const drawn = chance("passwords of accessories");
const passwords = [0, 1].map(() => `${drawn.text(8, 40, odd)}x`) as [string, string];
const redisPassword = `${drawn.text(8, 40, odd)}x`;
const prefix = "accessories-accessories";
const caches = servers.map(({ name }) => name);

let workspace: Workspace;
let address: string;
let edit: Edit = plain;

async function pulumi(command: string, change: Partial<Edit> = {}, ...flags: string[]): Promise<Ran> {
  const edited = { ...edit, ...change };
  const args = command === "preview" ? [command, ...flags] : [command, "--yes", "--skip-preview", ...flags];
  const outcome = await workspace.tryPulumi(args, { ACCESSORIES: JSON.stringify(edited) });
  console.log(
    `pulumi ${command} ${JSON.stringify(change)}: exit ${outcome.code}, ${outcome.seconds.toFixed(1)} s`,
  );
  return outcome;
}

async function up(change: Partial<Edit> = {}): Promise<Ran> {
  edit = { ...edit, ...change };
  const outcome = await pulumi("up");
  expect(outcome.code, outcome.text).toBe(0);
  return outcome;
}

function ssh(command: string, input?: string): Promise<Outcome> {
  return tryOn({ address, keyFile: workspace.keyFile }, command, input);
}

async function on(command: string, input?: string): Promise<string> {
  const outcome = await ssh(command, input);
  expect(outcome, command).toMatchObject({ code: 0 });
  return outcome.stdout.trim();
}

/** What SQL answers in a database, over the socket of its container. */
const sql = (db: string, text: string): Promise<string> =>
  on(`docker exec --interactive ${prefix}-${db} psql -qAtX -v ON_ERROR_STOP=1 -U app app`, text);

/** What a client says that logs in by a URL from a container of its own; the URL goes by standard input. */
const byUrl = (url: string, text: string): Promise<Outcome> =>
  ssh(
    `docker run --rm --interactive --network sextant --entrypoint sh ${workspace.facts.registry.address}/postgres:15 -c 'read -r url; psql -qAtX "$url" -c "${text}"'`,
    `${url}\n`,
  );

/** What Redis or Valkey answers to commands. */
const redis = (name: string, ...commands: string[]): Promise<string> =>
  on(
    `docker exec --interactive ${prefix}-${name} sh -c '[ -z "$REDIS_PASSWORD" ] || export REDISCLI_AUTH="$REDIS_PASSWORD"; $(command -v redis-cli || command -v valkey-cli)'`,
    commands.join("\n"),
  );

async function urls(): Promise<Record<"older" | "newer" | "cache", string>> {
  const text = await workspace.pulumi(["stack", "output", "--json", "--show-secrets"]);
  return (JSON.parse(text) as { urls: Record<"older" | "newer" | "cache", string> }).urls;
}

const idOf = (name: string): Promise<string> => on(`docker inspect --format '{{.Id}}' ${prefix}-${name}`);
const volumes = async (): Promise<string[]> => (await on("docker volume ls --quiet")).split("\n").sort();

/** How the last container of a name ended, and how many seconds after it was told to. */
async function lastEnd(name: string): Promise<{ exitCode: string; seconds: number }> {
  const format = '{{.TimeNano}} {{.Action}} {{index .Actor.Attributes "exitCode"}}';
  const filters = `--filter container=${name} --filter event=kill --filter event=die`;
  const lines = (await on(`docker events --since 10m --until 0s ${filters} --format '${format}'`)).split(
    "\n",
  );
  const events = lines.map((line) => line.split(" "));
  const died = events.findLast(([, action]) => action === "die") ?? [];
  const told = events.find(([, action], at) => action === "kill" && at >= events.indexOf(died) - 2) ?? [];
  return { exitCode: died[2] ?? "", seconds: (Number(died[0]) - Number(told[0])) / 1e9 };
}

beforeAll(async () => {
  const onDemand = servers.map(({ image, version }) => `sextant/${image}:${version}`);
  const docker = await labUp((line) => {
    console.log(line);
  }, onDemand);
  const facts = await factsOfLab(docker);
  workspace = await Workspace.make(facts, "test/lab/accessories/program", "accessories");
  await workspace.setSecret("dbPassword", passwords[0]);
  await workspace.setSecret("redisPassword", redisPassword);
  const preview = await pulumi("preview");
  expect(preview.text).toContain(
    `it keeps data at /data, which volumes does not name, so that it is kept in the Docker volume ${prefix}-bare-image-data; add`,
  );
  await up();
  ({ address } = await workspace.outputs<{ address: string }>());
  for (const db of ["older", "newer"])
    await sql(db, `create table kept (round text); insert into kept values ('one');`);
  for (const name of [...caches, "bare"]) expect(await redis(name, "set kept one")).toBe("OK");
});

afterAll(async () => {
  await pulumi("destroy", {}, "--refresh");
  workspace.remove();
});

describe("an accessory of an official image", () => {
  test("takes the password as it is, and shows it to nobody", async () => {
    const { older, newer } = await urls();
    for (const url of [older, newer])
      expect(await byUrl(url, "select 1")).toMatchObject({ code: 0, stdout: "1\n" });
    for (const [at, { version }] of servers.entries()) {
      const name = caches[at] ?? "";
      const strange = `$(command -v redis-cli || command -v valkey-cli) get kept`;
      expect(await on(`docker exec ${prefix}-${name} sh -c '${strange}'`)).toContain("NOAUTH");
      expect(await redis(name, "config get appendonly")).toBe("appendonly\nyes");
      const info = await redis(name, "info server");
      // Valkey says besides which Redis it is as good as.
      const said = /valkey_version:(\d+)/.exec(info) ?? /redis_version:(\d+)/.exec(info);
      expect(said?.[1]).toBe(version);
    }
    const shown = `docker inspect --format '{{json .Config.Cmd}}{{json .Config.Labels}}' $(docker ps -q); ps -eo args`;
    const text = await on(shown);
    for (const secret of [...passwords, redisPassword]) expect(text).not.toContain(secret);
    expect(await on(`docker exec ${prefix}-older df -m /dev/shm | awk 'END { print $2 }'`)).toBe("256");
  });

  test("keeps what it holds when its container is replaced, and leaves no volume behind", async () => {
    const before = await volumes();
    expect(before.filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual([]);
    const label = `docker volume inspect --format '{{index .Labels "sextant.owner"}}' ${prefix}-bare-image-data`;
    expect(await on(label)).toBe("accessories/accessories/accessory/bare/image-data");
    const ids = await Promise.all(["older", "newer", ...caches, "bare"].map(idOf));
    await up({ round: "two" });
    const after = await Promise.all(["older", "newer", ...caches, "bare"].map(idOf));
    expect(after.filter((id) => ids.includes(id))).toEqual([]);
    for (const db of ["older", "newer"]) expect(await sql(db, "select round from kept")).toBe("one");
    for (const name of [...caches, "bare"]) expect(await redis(name, "get kept")).toBe("one");
    expect(await volumes()).toEqual(before);
    for (const name of caches) {
      const end = await lastEnd(`${prefix}-${name}`);
      console.log(`the end of ${name}`, JSON.stringify(end));
      expect(end.exitCode).toBe("0");
      expect(end.seconds).toBeLessThan(5);
    }
  });

  test("loses nothing when Redis or Valkey is told to append no more, and to append again", async () => {
    await up({ persistent: false });
    for (const name of caches) {
      expect(await redis(name, "config get appendonly")).toBe("appendonly\nno");
      expect(await redis(name, "get kept", "set second two")).toBe("one\nOK");
    }
    await up({ persistent: true });
    for (const name of caches) {
      expect(await redis(name, "get kept", "get second")).toBe("one\ntwo");
      // A server that is killed has what was appended, and nothing else.
      expect(await redis(name, "set third three")).toBe("OK");
    }
    await sleep(1200);
    for (const name of caches) await on(`docker kill ${prefix}-${name} && docker start ${prefix}-${name}`);
    await up({ persistent: false });
    for (const name of caches)
      expect(await redis(name, "get kept", "get second", "get third")).toBe("one\ntwo\nthree");
  });

  test("of another major version, C library or user is refused at preview, and nothing is touched", async () => {
    const id = await idOf("older");
    const volume = `${prefix}-older-data`;
    const major = await pulumi("preview", { version: "16" });
    expect(major.code).not.toBe(0);
    expect(major.text).toContain(
      `Postgres "older": version asks for PostgreSQL 16, but the volume ${volume} holds data of PostgreSQL 15, which 16 does not read`,
    );
    const alpine = await pulumi("preview", { version: "15-alpine" });
    expect(alpine.code).not.toBe(0);
    expect(alpine.text).toContain(
      `Postgres "older": version changes the C library from glibc to musl, but the indexes in the volume ${volume}`,
    );
    const user = await pulumi("preview", { user: "shop" });
    expect(user.code).not.toBe(0);
    expect(user.text).toContain(
      `Postgres "older": user changes from app to shop, but PostgreSQL makes it with an empty volume only, and the volume ${volume} holds data`,
    );
    // As if the image were one on Alpine, which no tag says.
    const files = `"$(docker volume inspect --format '{{.Mountpoint}}' ${volume})"`;
    await on(`cd ${files} && chown 70 PG_VERSION`);
    const untold = await pulumi("preview", { version: "15-3" });
    await on(`cd ${files} && chown --reference=postgresql.conf PG_VERSION`);
    expect(untold.text).toContain(
      `Postgres "older": version changes the C library from musl to glibc, but the indexes in the volume ${volume}`,
    );
    const unseen = await pulumi("up", { version: "16" });
    expect(unseen.code).not.toBe(0);
    expect(await idOf("older")).toBe(id);
    expect(await sql("older", "select round from kept")).toBe("one");
  });

  test("is given another password while clients are connected, and takes the former one no more", async () => {
    const id = await idOf("older");
    const former = await urls();
    const session = byUrl(former.older, "select pg_sleep(25); select round from kept");
    await sleep(1000);
    await workspace.setSecret("dbPassword", passwords[1]);
    await up();
    const { older, newer } = await urls();
    for (const url of [older, newer])
      expect(await byUrl(url, "select 1")).toMatchObject({ code: 0, stdout: "1\n" });
    expect((await byUrl(former.older, "select 1")).stderr).toContain("password authentication failed");
    expect(await session).toMatchObject({ code: 0, stdout: expect.stringMatching(/one\n$/) as string });
    expect(await idOf("older")).toBe(id);
    expect(await pulumi("preview", {}, "--expect-no-changes")).toMatchObject({ code: 0 });
    expect(workspace.stateText()).not.toContain(JSON.stringify(passwords[1]).slice(1, -1));
  });
});

describe("an accessory with a route", () => {
  /** How the proxy of the server answers for a host. */
  const status = async (host: string): Promise<string> =>
    on(
      `curl --silent --output /dev/null --write-out '%{http_code}' --header 'Host: ${host}' http://127.0.0.1/up`,
    );

  test("is reached through the proxy, by its next container too, and no more once the route is taken out", async () => {
    expect(await status("page.test")).toBe("404");
    const id = await idOf("page");
    await up({ page: "page.test" });
    expect(await status("page.test")).toBe("200");
    await up({ page: "other.test" });
    expect([await status("page.test"), await status("other.test")]).toEqual(["404", "200"]);
    // The container is not touched by its route.
    expect(await idOf("page")).toBe(id);
    expect(await pulumi("preview", {}, "--expect-no-changes")).toMatchObject({ code: 0 });
    await up({ round: "routed" });
    expect(await idOf("page")).not.toBe(id);
    expect(await status("other.test")).toBe("200");
    // What somebody took away by hand comes back.
    await on("docker exec kamal-proxy kamal-proxy remove page");
    expect(await status("other.test")).toBe("404");
    expect((await pulumi("up", {}, "--refresh")).code).toBe(0);
    expect(await status("other.test")).toBe("200");
    await up({ page: undefined });
    expect(await status("other.test")).toBe("404");
    expect(await on(`docker inspect --format '{{.State.Running}}' ${prefix}-page`)).toBe("true");
  });
});
