/** MariaDB, Memcached and an accessory with all that Kamal's have, on a server: ready for the app's own login, and nothing of the data lost; and databases that are copied into new ones. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chance } from "../../lab/chance";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { repoRoot } from "../../lab/paths";
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
  const facts = await factsOfLab(docker);
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

describe("a copy into a new database", () => {
  const node = [process.execPath, "--import", "tsx", join(repoRoot, "cli/main.ts")] as const;
  const [program, ...args] = node;

  async function copy(...words: string[]): Promise<Outcome> {
    const { directory: cwd, env } = workspace;
    const outcome = await tryRun(program, [...args, "copy-data", ...words], { cwd, env });
    console.log(
      `sextant copy-data ${words.join(" ")}: exit ${outcome.code}\n${outcome.stdout}${outcome.stderr}`,
    );
    for (const secret of [...passwords, rootPassword])
      expect(outcome.stdout + outcome.stderr).not.toContain(secret);
    return outcome;
  }

  /** What psql says inside of a container, over its socket. */
  const psql = (name: string, user: string, database: string, sql: string): Promise<string> =>
    on(
      `docker exec --interactive ${prefix}-${name} psql -qAtX -v ON_ERROR_STOP=1 -U ${user} ${database}`,
      sql,
    );
  const things = `select count(*) from pg_class where relnamespace = 'public'::regnamespace`;

  /** What root's client says inside of a container of MariaDB's, to whom its password goes by standard input. */
  async function root(name: string, sql: string): Promise<string> {
    const client = 'IFS= read -r MYSQL_PWD; export MYSQL_PWD; exec mariadb --no-defaults -N -u root "$0"';
    const line = `docker exec --interactive ${prefix}-${name} sh -c '${client}' ${name === "db" ? "shop_production" : "moved"}`;
    return on(line, `${rootPassword}\n${sql}\n`);
  }

  /** Kills a copy once so many bytes of it are there. */
  async function cutOff(): Promise<void> {
    const { directory: cwd, env } = workspace;
    const child = spawn(program, [...args, "copy-data", "pg", "pg18", "--yes"], {
      cwd,
      env,
      stdio: "ignore",
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      child.on("exit", (_code, signal) => {
        resolve(signal);
      });
    });
    await expect
      .poll(async () => Number(await psql("pg18", "shop", "orders", "select pg_database_size('orders')")), {
        timeout: 120_000,
        interval: 200,
      })
      .toBeGreaterThan(40_000_000);
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
  }

  beforeAll(async () => {
    await up({ copies: true });
    await psql(
      "pg",
      "app",
      "app",
      `create table users (id serial primary key, name text not null);
       insert into users (name) select repeat('x', 80) || g from generate_series(1, 1000000) g;
       create table "Odd Name" (word text); insert into "Odd Name" values (E'a\\\\b\\tc\\nd');
       create view names as select name from users; create index on users (name); create database queue;`,
    );
    await psql("pg", "app", "queue", "create table jobs (id int); insert into jobs values (1), (2);");
  });

  afterAll(() => up({ copies: false }));

  test("is asked for, and says who may write meanwhile", async () => {
    const asked = await copy("pg", "pg18");
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain("pg (PostgreSQL 15.");
    expect(asked.stderr).toContain("queue: 1 table");
    expect(asked.stderr).toContain("lite/web serves, and may write to the old database");
    expect(asked.stderr).toContain("say --yes where it is meant");
    expect(await psql("pg18", "shop", "orders", things)).toBe("0");
    expect((await copy("pg", "db")).stderr).toContain("servers of two kinds");
  });

  test("that is killed half-way leaves nothing in the new one, and all in the old one", async () => {
    await cutOff();
    // The dump ends by itself, and what had come is taken back.
    const left = "select count(*) from pg_stat_activity where application_name = 'sextant copy'";
    for (const [name, user, database] of [
      ["pg", "app", "app"],
      ["pg18", "shop", "orders"],
    ] as const)
      await expect.poll(() => psql(name, user, database, left), { timeout: 60_000 }).toBe("0");
    expect(await psql("pg18", "shop", "orders", things)).toBe("0");
    expect(await psql("pg", "app", "app", "select count(*) from users")).toBe("1000000");
  });

  test("has every row of all databases, while the app is in maintenance", async () => {
    const whole = await copy("pg", "pg18", "--yes", "--maintenance");
    expect(whole.code).toBe(0);
    expect(whole.stdout).toMatch(/^public\.users +1000000 +1000000$/m);
    expect(whole.stdout).toMatch(/^the sequence public\.users_id_seq +1000000 +1000000$/m);
    expect(whole.stdout).toMatch(/^public\.jobs +2 +2$/m);
    expect(whole.stdout).toContain("give the app the url of pg18 in place of that of pg");
    expect(await on("docker exec kamal-proxy kamal-proxy list")).toContain("stopped");
    // Its pg_dump is the new one's, over the network, and what it read is what was written.
    expect(
      await psql("pg18", "shop", "orders", `select encode(convert_to(word, 'UTF8'), 'hex') from "Odd Name"`),
    ).toBe(await psql("pg", "app", "app", `select encode(convert_to(word, 'UTF8'), 'hex') from "Odd Name"`));
    expect(
      await psql("pg18", "shop", "orders", "select tableowner from pg_tables where tablename = 'users'"),
    ).toBe("shop");
    // Neither server takes what a dump leaves behind for a crash of its own.
    for (const name of ["pg", "pg18"])
      expect(await on(`docker logs ${prefix}-${name} 2>&1`)).not.toContain(
        "terminating any other active server",
      );
    const said = await on("cat /var/lib/sextant/audit/*; ps -eo args");
    expect(said).toContain('"what":"copy-data","of":"pg to pg18"');
    for (const secret of passwords) expect(said).not.toContain(secret);
  });

  test("that was made already is not made again, and goes into nothing that holds something else", async () => {
    const again = await copy("pg", "pg18", "--yes");
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("there already");
    await psql("pg18", "shop", "orders", "delete from users where id = 7");
    const refused = await copy("pg", "pg18", "--yes");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'the database orders of pg18 is not empty: it holds public."Odd Name", public.users',
    );
    expect(await psql("pg18", "shop", "orders", "select count(*) from users")).toBe("999999");
  });

  test("of MariaDB has all that it has, also over what one has left that was cut off", async () => {
    await root(
      "db",
      `create table moved_1 (id int auto_increment primary key, word varchar(20), content blob);
       insert into moved_1 (word, content) values ('語', x'00ff'), ('two', null);
       create view moved_2 as select word from moved_1; create sequence moved_3 start 5; select nextval(moved_3);
       create trigger moved_4 before insert on moved_1 for each row set new.word = upper(new.word);
       create procedure moved_5() select 1;`,
    );
    await root(
      "fresh",
      "create table sextant_copy_unfinished (since timestamp); create table moved_1 (id int);",
    );
    const whole = await copy("db", "fresh", "--yes");
    expect(whole.code).toBe(0);
    expect(whole.stderr).toContain("over what an earlier copy has left that was cut off");
    expect(whole.stdout).toMatch(/^moved_1 +2 +2$/m);
    expect(whole.stdout).toMatch(/^routines +1 +1$/m);
    expect(await root("fresh", "show tables")).toBe("moved_1\nmoved_2\nmoved_3");
    expect(await root("fresh", "select hex(word), hex(content) from moved_1")).toBe(
      "E8AA9E\t00FF\n74776F\tNULL",
    );
    await root("fresh", "delete from moved_1");
    expect((await copy("db", "fresh", "--yes")).stderr).toContain("the database moved of fresh is not empty");
    await root("db", "drop table moved_1; drop view moved_2; drop sequence moved_3; drop procedure moved_5;");
  });
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
