/** MariaDB, Memcached and an accessory with all that Kamal's have, on a server: ready for the app's own login, and nothing of the data lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chance } from "../../lab/chance";
import type { Outcome } from "../../lab/docker/exec";
import { labFacts } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { tryOn } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { plain, type Edit } from "./databases/edit";

/** Everything that some program on the way could read as its own: shells, SQL, URLs, files of options. */
const odd = `abcXYZ019 '"\\\`$%#:/?@&=;!{}[]<>|~^*()+,.-_é語`;
const drawn = chance("passwords of databases");
const passwords = [0, 1].map(() => `${drawn.text(8, 40, odd)}'"\\#x`) as [string, string];
const rootPassword = `${drawn.text(8, 40, odd)}'"\\#r`;
const prefix = "databases-databases";

let workspace: Workspace;
let address: string;
let edit: Edit = plain;
let firstSeconds: number;

async function pulumi(command: string, change: Partial<Edit> = {}, ...flags: string[]): Promise<Ran> {
  const edited = { ...edit, ...change };
  const args = command === "preview" ? [command, ...flags] : [command, "--yes", "--skip-preview", ...flags];
  const outcome = await workspace.tryPulumi(args, { DATABASES: JSON.stringify(edited) });
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

/** What a client says that logs in over TCP from a container of its own; who it is goes by standard input. */
function login(user: string, password: string, text: string, database = "shop_production"): Promise<Outcome> {
  const client = `read -r MYSQL_PWD; export MYSQL_PWD; exec mariadb --no-defaults --default-character-set=utf8mb4 -N -h ${prefix}-db -u ${user} ${database} -e "${text}"`;
  return ssh(
    `docker run --rm --interactive --network sextant --entrypoint sh ${workspace.facts.registry.address}/mariadb:10.11 -c '${client.replace("read -r", "IFS= read -r")}'`,
    `${password}\n`,
  );
}

/** What the app's user is answered, by the URL that the program has. */
async function byUrl(text: string): Promise<string> {
  const stdout = await workspace.pulumi(["stack", "output", "--json", "--show-secrets"]);
  const url = new URL((JSON.parse(stdout) as { url: string }).url);
  expect(url.hostname).toBe(`${prefix}-db`);
  const outcome = await login(url.username, decodeURIComponent(url.password), text, url.pathname.slice(1));
  expect(outcome).toMatchObject({ code: 0 });
  return outcome.stdout.trim();
}

const idOf = (name: string): Promise<string> => on(`docker inspect --format '{{.Id}}' ${name}`);

beforeAll(async () => {
  const docker = await labUp(
    (line) => {
      console.log(line);
    },
    ["sextant/mariadb:10.11", "sextant/mariadb:11.8", "sextant/memcached:1.6"],
  );
  const facts = await labFacts(docker);
  if (!facts) throw new Error("the lab does not answer after it was brought up");
  workspace = await Workspace.make(facts, "test/lab/databases/program", "databases");
  await workspace.setSecret("dbPassword", passwords[0]);
  await workspace.setSecret("rootPassword", rootPassword);
  const preview = await pulumi("preview");
  expect(preview.text).toContain(
    'Accessory "store": directories./srv/store is "/data", but a path of the host is not guarded as a Docker volume is',
  );
  expect(preview.text).not.toContain("volumes./etc/ssl");
  firstSeconds = (await up()).seconds;
  ({ address } = await workspace.outputs<{ address: string }>());
});

afterAll(async () => {
  const destroyed = await pulumi("destroy", {}, "--refresh");
  workspace.remove();
  expect(destroyed.code, destroyed.text).toBe(0);
  expect(destroyed.text).toContain(
    "/srv/store is kept, with what is in it, for as long as the server is there",
  );
});

describe("MariaDB", () => {
  test("is ready when it takes the login of the app, and not while its first start goes on", async () => {
    expect(firstSeconds).toBeGreaterThan(8);
    expect(
      await byUrl("create table kept (word text); insert into kept values (0x6f6e65); select word from kept"),
    ).toBe("one");
    const log = await on(`docker logs ${prefix}-db 2>&1`);
    expect(log).toContain("MariaDB init process done");
    // The first server refused nobody, since nobody could reach it.
    expect(log.split("MariaDB init process done")[0]).not.toContain("Access denied");
  });

  test("takes passwords as they are, and shows them to nobody; root stays in its container", async () => {
    const shown = `docker inspect --format '{{json .Config.Cmd}}{{json .Config.Labels}}' $(docker ps -q); ps -eo args; docker logs ${prefix}-db 2>&1`;
    const text = await on(shown);
    const state = workspace.stateText();
    for (const secret of [...passwords, rootPassword]) {
      expect(text).not.toContain(secret);
      expect(state).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
    expect(await on(`docker inspect --format '{{json .Config.Env}}' ${prefix}-db`)).not.toContain(
      JSON.stringify(passwords[0]).slice(1, -1),
    );
    const root = await login("root", rootPassword, "select 1");
    expect(root.code).not.toBe(0);
    expect(root.stderr).toMatch(/Access denied|not allowed to connect/);
    expect((await login("shop", "wrong", "select 1")).stderr).toContain("Access denied");
  });

  test("keeps what it holds when its container is replaced, and stops in its own time", async () => {
    const id = await idOf(`${prefix}-db`);
    await up({ round: "two" });
    expect(await idOf(`${prefix}-db`)).not.toBe(id);
    expect(await byUrl("select word from kept")).toBe("one");
    const events = `docker events --since 10m --until 0s --filter container=${prefix}-db --filter event=die --format '{{index .Actor.Attributes "exitCode"}}'`;
    expect(await on(events)).toBe("0");
    expect(await pulumi("preview", {}, "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("says of another password of root that the data has its own, and changes nothing", async () => {
    await workspace.setSecret("rootPassword", "another");
    const failed = await pulumi("up");
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain(`rootPassword is not that of root in the data of ${prefix}-db`);
    expect(await byUrl("select word from kept")).toBe("one");
    await workspace.setSecret("rootPassword", rootPassword);
    await up();
  });

  test("is given another password while clients are connected, and takes the former one no more", async () => {
    const id = await idOf(`${prefix}-db`);
    const session = login("shop", passwords[0], "select sleep(20); select word from kept");
    await sleep(2000);
    await workspace.setSecret("dbPassword", passwords[1]);
    await up();
    expect(await byUrl("select word from kept")).toBe("one");
    expect((await login("shop", passwords[0], "select 1")).stderr).toContain("Access denied");
    expect(await session).toMatchObject({ code: 0, stdout: expect.stringMatching(/one\n$/) as string });
    expect(await idOf(`${prefix}-db`)).toBe(id);
  });

  test("upgrades data of an older series before anybody can connect, and is refused data of a newer one", async () => {
    await up({ version: "11.8" });
    expect(await byUrl("select version(); select word from kept")).toMatch(/^11\.8\.[^\n]*\none$/);
    expect(await on(`docker logs ${prefix}-db 2>&1`)).toContain("MariaDB upgrade done");
    const older = await pulumi("preview", { version: "10.11" });
    expect(older.code).not.toBe(0);
    expect(older.text).toContain(
      `MariaDb "db": version asks for MariaDB 10.11, but the volume ${prefix}-db-data holds data of MariaDB 11.8, which an older one does not read`,
    );
    expect(await byUrl("select word from kept")).toBe("one");
  });
});

describe("Memcached", () => {
  test("answers on the port of its host, with as much memory as the program says", async () => {
    const asked = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/11211; printf "set a 0 0 3\\r\\none\\r\\nget a\\r\\nstats settings\\r\\nquit\\r\\n" >&3; cat <&3'`;
    const said = await on(asked);
    expect(said).toMatch(/STORED\s+VALUE a 0 3\s+one/);
    expect(said).toContain("STAT maxbytes 33554432");
    expect(await workspace.outputs<{ cacheAddress: string }>()).toMatchObject({
      cacheAddress: `${prefix}-cache:11211`,
    });
  });
});

describe("an accessory with what Kamal's have", () => {
  test("has the name of the program, directories with mode and owner, options of mounts, and files of its own", async () => {
    expect(await workspace.outputs<{ storeHost: string }>()).toMatchObject({ storeHost: "kept-store" });
    expect(await on("stat --format '%a %u:%g' /srv/logs")).toBe("2750 1234:1235");
    expect(await on("docker exec kept-store stat --format '%a %u:%g' /etc/app.key /etc/template.conf")).toBe(
      "400 1234:1235\n644 0:0",
    );
    expect(await on("docker exec kept-store cat /etc/template.conf")).toBe(`round = ${edit.round}`);
    expect((await ssh("docker exec kept-store touch /certs/new")).stderr).toContain("Read-only file system");
    expect(await on("docker port kept-store")).toBe("8125/udp -> 127.0.0.1:8125");
    expect(
      await on("docker exec kept-store redis-cli set kept one && docker exec kept-store redis-cli save"),
    ).toBe("OK\nOK");
    expect(await on("ls /srv/store")).toContain("dump.rdb");
  });

  test("gets another mode of a directory in place, and a further network with a new container that has its data", async () => {
    const id = await idOf("kept-store");
    await up({ mode: "0700" });
    expect(await on("stat --format '%a %u:%g' /srv/logs")).toBe("700 1234:1235");
    expect(await idOf("kept-store")).toBe(id);
    await on("docker network create monitoring");
    await up({ networks: ["monitoring"] });
    const networks = `docker inspect --format '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' kept-store`;
    expect(await on(networks)).toBe("monitoring sextant");
    expect(await on("docker exec kept-store redis-cli get kept")).toBe("one");
    expect(await pulumi("preview", {}, "--expect-no-changes")).toMatchObject({ code: 0 });
  });
});
