import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askLine, freeIn } from "../../../../../cli/operate/copy/ask";
import { compared, comparedTable, differing } from "../../../../../cli/operate/copy/compare";
import { databasesOf, twoOf, type Database } from "../../../../../cli/operate/copy/databases";
import { countsIn, jsonLines } from "../../../../../cli/operate/copy/facts";
import * as mysql from "../../../../../cli/operate/copy/mysql";
import * as postgres from "../../../../../cli/operate/copy/postgres";
import { Progress, wordsOf } from "../../../../../cli/operate/copy/stream";
import { stillWriting, writerLines, writersIn } from "../../../../../cli/operate/copy/writers";
import { nextSteps, progressLine, silence } from "../../../../../cli/operate/copy-data";

const shell = { name: "web-1", destination: "root@web-1.test", port: 22 };
const hidden = (value: string): object => ({ plaintext: JSON.stringify(value) });
const container = (name: string): object => ({
  type: "sextant:index:Container",
  inputs: { shell, name: `demo-prod-${name}`, labels: { "sextant.accessory": name } },
});
const state = {
  deployment: {
    resources: [
      container("db"),
      container("my"),
      {
        type: "sextant:index:PostgresLogin",
        inputs: {
          shell,
          container: "demo-prod-db",
          user: "app",
          database: "app",
          password: hidden("canary-p"),
        },
      },
      {
        type: "sextant:index:MysqlLogin",
        inputs: {
          ...{ shell, container: "demo-prod-my", user: "app", database: "shop" },
          ...{ password: hidden("canary-m"), rootPassword: hidden('ca"nary\\r') },
        },
      },
      { type: "sextant:index:PostgresLogin", delete: true, inputs: { shell, container: "gone" } },
    ],
  },
};

describe("the databases of a stack", () => {
  it("are found by their logins, with the name that the program has for them", () => {
    const common = { host: "web-1", user: "app" };
    expect(databasesOf(state)).toEqual([
      {
        ...common,
        name: "db",
        server: "postgres",
        container: "demo-prod-db",
        database: "app",
        secret: "canary-p",
      },
      {
        ...{ ...common, name: "my", server: "mysql", container: "demo-prod-my", database: "shop" },
        secret: String.raw`"ca\"nary\\r"`,
      },
    ]);
  });

  it("are two of one kind", () => {
    const all = databasesOf(state);
    const [db] = all as [Database, ...Database[]];
    const other = { ...db, name: "db18", container: "demo-prod-db18" };
    expect(twoOf([...all, other], "db", "db18")).toEqual([db, other]);
    expect(() => twoOf(all, "db", "db18")).toThrow(
      "copy-data: this stack has no Postgres, MariaDb or MySql db18 that is deployed; it has db, my.",
    );
    expect(() => twoOf(all, "db", "db")).toThrow("db is both");
    expect(() => twoOf(all, "db", "my")).toThrow("servers of two kinds");
    expect(() => twoOf([...all, { ...db, host: "web-2" }], "db", "my")).toThrow("db is on web-1, web-2");
  });

  it("are asked without a password in any argument", () => {
    for (const { name, ...each } of databasesOf(state)) {
      const line = askLine({ ...each, name }, "demo-prod-old");
      expect(line).not.toContain("nary");
      expect(line).toContain(`docker exec --interactive demo-prod-${name} sh -c `);
    }
  });
});

describe("what is counted", () => {
  it("is the same exactly where nothing differs", () => {
    const counts = fc.dictionary(fc.string({ minLength: 1 }), fc.nat(9).map(String));
    fc.assert(
      fc.property(counts, counts, (one, other) => {
        const [a, b] = [one, other].map((each) => new Map(Object.entries(each))) as [
          Map<string, string>,
          Map<string, string>,
        ];
        const same = a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
        expect(differing(compared(a, b)).length === 0).toBe(same);
        expect(differing(compared(a, a))).toEqual([]);
      }),
    );
  });

  it("is one table, which says what differs", () => {
    const all = compared(
      new Map([
        ["users", "12"],
        ["gone", "1"],
      ]),
      new Map([
        ["users", "12"],
        ["more", "2"],
      ]),
    );
    expect(comparedTable("app", ["db", "db18"], all)).toBe(
      ["app    db  db18", "users  12  12", "gone   1   -     differs", "more   -   2     differs"].join("\n"),
    );
  });

  it("is read from whole lines, whatever a table is called", () => {
    expect(countsIn(`["public.\\"a\\\\nb\\"", "9007199254740993"]\n["x", 1]\n`)).toEqual(
      new Map([
        ['public."a\\nb"', "9007199254740993"],
        ["x", "1"],
      ]),
    );
    expect(() => jsonLines('["a", "1"]\n["b", ')).toThrow("is not whole");
  });
});

describe("PostgreSQL", () => {
  it("is asked of each of its databases, whatever they are called", () => {
    expect(postgres.inEach(['a"b'], "select 1;")).toBe('\\connect "a""b"\nselect 1;\n');
    expect(postgres.createSql('a"b')).toBe('CREATE DATABASE "a""b";');
  });

  it("answers with what is known of it", () => {
    const server = JSON.stringify({
      ...{ version: "15.8", databases: [{ name: "app", bytes: 7 }], sessions: 1, copying: 0 },
      ...{ roles: ["app"], available: [], settings: 0 },
    });
    const one = { name: "app", things: 1, first: ["public.a"], tables: 1, roles: [], extensions: [] };
    expect(postgres.factsIn(server, `${JSON.stringify(one)}\n`, 5)).toMatchObject({
      ...{ product: "PostgreSQL", version: "15.8", free: 5, sessions: 1 },
      databases: [{ ...one, bytes: 7, unfinished: false }],
    });
  });
});

describe("MariaDB and MySQL", () => {
  const answer = [
    ["version", "11.8.2-MariaDB-deb13"],
    ["database", "other", "utf8mb4", "utf8mb4_bin"],
    ["database", "shop", "utf8mb4", "utf8mb4_bin"],
    ["table", "shop", "it's", "BASE TABLE", "100"],
    ["table", "shop", "back`tick", "BASE TABLE", "20"],
    ["table", "shop", "seq", "SEQUENCE", "1"],
    ["table", "shop", "v", "VIEW", "0"],
    ["triggers", "shop", "2"],
    ["user", "app"],
    ["sessions", "3"],
  ]
    .map((line) => JSON.stringify(line))
    .join("\n");

  it("answer with what is known of them", () => {
    const facts = mysql.factsIn(answer, undefined);
    expect(facts).toMatchObject({ product: "MariaDB", sessions: 3, copying: 0, roles: ["app"] });
    expect(facts.databases).toMatchObject([
      { name: "other", things: 0, tables: 0, unfinished: false },
      {
        name: "shop",
        things: 6,
        tables: 2,
        bytes: 121,
        first: ["it's", "back`tick", "seq", "v", "2 triggers"],
      },
    ]);
    expect(mysql.factsIn('["version","8.4.1"]', 1).product).toBe("MySQL");
  });

  it("are counted by SQL that each name is written into as one", () => {
    expect(mysql.countSql(answer, "shop").trim().split("\n")).toEqual([
      "SELECT JSON_ARRAY('it\\'s', CAST(COUNT(*) AS CHAR)) FROM `shop`.`it's`;",
      "SELECT JSON_ARRAY('back`tick', CAST(COUNT(*) AS CHAR)) FROM `shop`.`back``tick`;",
      "SELECT JSON_ARRAY('the sequence seq', CAST(next_not_cached_value AS CHAR)) FROM `shop`.`seq`;",
      "SELECT JSON_ARRAY('the view v', CAST('there' AS CHAR));",
      "SELECT JSON_ARRAY('triggers', CAST('2' AS CHAR));",
    ]);
  });

  it("are known to hold what a copy has left that was cut off, by its mark", () => {
    const cut = `${answer}\n${JSON.stringify(["table", "shop", mysql.mark, "BASE TABLE", "9"])}`;
    const [, shop] = mysql.factsIn(cut, undefined).databases;
    expect(shop).toMatchObject({ unfinished: true, things: 6, tables: 2 });
    expect(mysql.countSql(cut, "shop")).toBe(mysql.countSql(answer, "shop"));
    expect(mysql.prepareSql("new", { ...(shop as NonNullable<typeof shop>) })).toBe(
      "CREATE DATABASE IF NOT EXISTS `new`;\nALTER DATABASE `new` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;\nCREATE TABLE IF NOT EXISTS `new`.sextant_copy_unfinished (since TIMESTAMP);\n",
    );
  });
});

describe("a copy that goes on", () => {
  it("is followed by what both programs say, of which errors alone are kept", () => {
    const progress = new Progress();
    for (const line of [
      "pg_dump: last built-in OID is 16383",
      'pg_dump: dumping contents of table "public.users"',
      'psql:<stdin>:12: ERROR:  role "x" does not exist',
      "pg_dump: error: connection to server failed",
      "sudo: unable to resolve host web-1",
    ])
      progress.said(line);
    for (const line of ["SET", "COPY 5", "COPY 12", "CREATE INDEX"]) progress.printed(line);
    expect(progress).toMatchObject({ tables: 2, rows: 17, now: "public.users", whole: false });
    expect(progress.wrong).toEqual([
      'psql:<stdin>:12: ERROR:  role "x" does not exist',
      "pg_dump: error: connection to server failed",
    ]);
    expect(progressLine("app", progress, 12e6, { tables: 4, bytes: 48e6 })).toBe(
      "app: 2 of 4 tables, 17 rows, 12 MB of about 48 MB; public.users is read",
    );
    progress.printed("sextant: copied");
    expect(progress.whole).toBe(true);
  });

  it("is given up with what it waited for", () => {
    expect(silence("")).toBe("nothing came for 15 minutes");
    expect(silence("public.users")).toBe(
      "nothing came for 15 minutes of public.users, which another session may hold a lock on",
    );
  });

  it("is given to the verb without a password", () => {
    const [one] = databasesOf(state) as [Database];
    const on = { shell, directory: "/x" };
    const what = {
      ...{ old: { ...one, on }, fresh: { ...one, container: "fresh", user: "shop", on } },
      ...{ from: "app", into: "orders", ownerless: true, byNew: true },
    };
    expect(wordsOf(what, "both")).toEqual([
      ...["server=postgres", "old=demo-prod-db", "from=app", "as=app", "by=fresh", "owners=no"],
      ...["new=fresh", "into=orders", "to=shop"],
    ]);
    expect(wordsOf({ ...what, ownerless: false, byNew: false }, "old")).toEqual([
      ...["server=postgres", "old=demo-prod-db", "from=app", "as=app"],
    ]);
    expect(wordsOf(what, "new")).toEqual(["server=postgres", "new=fresh", "into=orders", "to=shop"]);
  });

  it("knows the room by df", () => {
    const df =
      "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 40 60 40% /var/lib/postgresql\n";
    expect(freeIn(df)).toBe(60 * 1024);
    expect(freeIn("df: not found")).toBeUndefined();
  });
});

describe("who may write meanwhile", () => {
  const roles = [
    { name: "shop/web", kind: "role" },
    { name: "shop/job", kind: "role" },
    { name: "shop/nightly", kind: "job" },
  ] as const;
  const running = [
    { part: "shop/web", name: "w", state: "running" },
    { part: "shop/job", name: "j", state: "running" },
  ];

  it("is a role that serves, and one that is behind no proxy", () => {
    const writers = writersIn(roles, [{ running, routes: [{ containers: ["w"], state: "running" }] }]);
    expect(writers).toEqual({ serving: ["shop/web"], working: ["shop/job", "shop/nightly"], unasked: [] });
    expect(writerLines(writers, false)).toEqual([
      "shop/web serves, and may write to the old database: put it in maintenance first, by npx sextant maintenance on or by --maintenance here.",
      "shop/job, shop/nightly may write, too, and is behind no proxy: npx sextant stop --role job,nightly first, where it uses this database.",
    ]);
    expect(writerLines(writers, true)[0]).toBe("shop/web is put in maintenance first.");
  });

  it("is none that is in maintenance or stopped", () => {
    const quiet = [{ part: "shop/web", name: "w", state: "running" }];
    expect(
      writersIn(roles.slice(0, 2), [{ running: quiet, routes: [{ containers: ["w"], state: "stopped" }] }]),
    ).toEqual({ serving: [], working: [], unasked: [] });
  });

  it("is a canary as long as its role serves, and is none that maintenance holds the visitors of back", () => {
    const two = [roles[0], { name: "shop/web-canary", kind: "role", canaryOf: "shop/web" }] as const;
    const runs = [
      { part: "shop/web", name: "w", state: "running" },
      { part: "shop/web-canary", name: "c", state: "running" },
    ];
    const within = (state: string): unknown =>
      writersIn(two, [{ running: runs, routes: [{ containers: ["w"], state }] }]);
    expect(within("running")).toMatchObject({ serving: ["shop/web", "shop/web-canary"], working: [] });
    expect(within("stopped")).toMatchObject({ serving: [], working: [] });
    // Without a route of its role nothing holds it back.
    expect(writersIn(two, [{ running: runs.slice(1), routes: [] }])).toMatchObject({
      working: ["shop/web-canary"],
    });
  });

  it("is not known of a host that does not answer, which is said", () => {
    const writers = writersIn(roles, [{ host: "web-2", why: "web-2 does not answer on port 22." }]);
    expect(writerLines(writers, false)).toEqual([
      "What runs on web-2 may write, too, and could not be asked about: web-2 does not answer on port 22.",
    ]);
  });

  it("keeps a copy from its beginning where maintenance has not come everywhere", () => {
    const none = { serving: [], working: ["shop/job"], unasked: [] };
    expect(stillWriting([], none)).toBeUndefined();
    expect(stillWriting(["web-2: the proxy does not answer: no"])).toMatch(
      /^copy-data: nothing was copied, .*: web-2: the proxy does not answer: no\n/,
    );
    expect(stillWriting([], { ...none, serving: ["shop/web"] })).toContain(": shop/web still serves\n");
    expect(stillWriting([], { ...none, unasked: [{ host: "web-2", why: "no" }] })).toContain(
      ": web-2 could not be asked: no\n",
    );
  });
});

it("what comes next keeps the old data", () => {
  expect(nextSteps("db", "db18").at(-1)).toContain("its volume is kept");
});
