/** Databases, caches and queues that the app needs: not there, not ready, not for this login, without tables. */
import type { Cause } from "../cause";
import type { Dependency, Evidence } from "../evidence";
import { answers, complains, failed, named, refused, texts } from "../facts";
import { short } from "../log";

/** A name of one label is a container's or an accessory's; one with dots is known to name servers. */
export function isLocalName(host: string): boolean {
  return !host.includes(".") && !host.includes(":");
}

/** The server that a line of the log is about, where the evidence names one. */
function about(evidence: Evidence, line: string): Dependency | undefined {
  const all = evidence.dependencies ?? [];
  return (
    all.find(({ host }) => line.includes(host)) ??
    all.find(({ port }) => port !== undefined && line.includes(String(port)))
  );
}

/** The container of an accessory, in words. */
function state(dependency: Dependency | undefined): string[] {
  if (dependency === undefined) return [];
  const { host, container, connects, resolves } = dependency;
  const said: string[] = [];
  if (resolves === false) said.push(`${host} is not known in the container's network`);
  if (connects !== undefined)
    said.push(
      connects === "yes"
        ? `${named(dependency)} takes connections now`
        : `${named(dependency)}: ${connects === "refused" ? "connection refused" : connects}`,
    );
  if (container !== undefined) said.push(`the container ${host} on this host is ${container}`);
  else if (isLocalName(host) && host !== "localhost" && resolves === false)
    said.push(`no container on this host is called ${host}`);
  return said;
}

/** A database by its port or the words of its client. */
function kind(line: string, dependency?: Dependency): string {
  const port = dependency?.port;
  if (port === 6379 || /redis|valkey/i.test(line)) return "Redis";
  if (port === 3306 || /mysql|mariadb|trilogy/i.test(line)) return "MySQL";
  if (port === 5432 || /\bPG::|postgres|psycopg|libpq|pq:|server at "|FATAL:/i.test(line)) return "Postgres";
  return "a server that the app needs";
}

/** How a line says that a server is not there. */
function said(evidence: Evidence): { line: string; how: string } | undefined {
  for (const [complaint, how] of [
    ["refused", "connection refused"],
    ["unresolved", "its name is not known"],
    ["unreachable", "no answer"],
  ] as const) {
    const line = complains(evidence, complaint);
    if (line !== undefined) return { line, how };
  }
  return undefined;
}

/** True for a server that is not there, as the host has tried itself. */
function absent({ connects = "yes", resolves, host }: Dependency): boolean {
  return connects !== "yes" || (resolves === false && isLocalName(host));
}

/** True for a name of the internet that the container does not know: a matter of name servers. */
function foreign({ from, host, resolves, resolvesOnHost }: Dependency): boolean {
  return resolves === false && !isLocalName(host) && (from === "log" || resolvesOnHost !== false);
}

/** How sure it is: a server that takes connections by now was late, and is not what the app waits for at the end. */
function confidence(line: string | undefined, dependency: Dependency | undefined): number {
  if (line === undefined) return 0.75;
  if (dependency === undefined) return 0.82;
  if (foreign(dependency)) return 0.6;
  if (absent(dependency) || dependency.resolves === false) return 0.93;
  return dependency.connects === "yes" ? 0.66 : 0.82;
}

export const dependencyNotThere: Cause = {
  id: "dependency-not-there",
  title: "Connection refused to the database or Redis; could not translate host name",
  final: false,
  match: (evidence) => {
    if (!failed(evidence)) return undefined;
    const told = said(evidence);
    const broken = evidence.dependencies?.find(absent);
    const last = answers(evidence).at(-1);
    // Nothing was said; a server that is not there explains an app that waits or fails all the same.
    const waits = evidence.ending === "timeout" && refused(evidence) && evidence.sockets?.length === 0;
    if (
      told === undefined &&
      (broken === undefined || !(last?.curl === 28 || (last?.status ?? 0) >= 500 || waits))
    )
      return undefined;
    const dependency = (told === undefined ? undefined : about(evidence, told.line)) ?? broken;
    const line = told?.line;
    const at = dependency === undefined ? "" : ` at ${named(dependency)}`;
    return {
      confidence: confidence(line, dependency),
      verdict: `${kind(line ?? "", dependency)}${at} is not there${told === undefined ? "" : ` (${told.how})`}`,
      seen: [...(line === undefined ? [] : [`its log says: ${short(line)}`]), ...state(dependency)],
      why: "The app fails because it cannot reach a server that it needs.",
      cure: cureOf(evidence, dependency),
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      '`Connection refused`, `could not translate host name "db" to address`, `getaddrinfo ENOTFOUND redis`, `connect ECONNREFUSED`, and the app ends or answers 5xx.',
    cause:
      "The database, cache or queue does not run, listens on another port, or the name in the app's environment is not that of the accessory. `localhost` in a container is the container itself.",
    proof:
      "The report says whether the name is known inside the container's network, whether the port takes connections, and how the container of that name is.",
    cure: "Take address and URL from the accessory: `env: { DATABASE_HOST: db.host }`, `secrets: { DATABASE_URL: db.url }`, which also makes the app wait for it. An accessory on another server needs `publish` and the private network.",
  },
};

function cureOf(evidence: Evidence, dependency: Dependency | undefined): string {
  const own = /(host|connect\w*|to|at|for) "?\[?(localhost|127\.0\.0\.1|::1)\b/i;
  if (dependency?.host === "localhost" || texts(evidence).some((line) => own.test(line)))
    return "inside a container localhost is the container itself: name the accessory's host, such as db.host or db.url of the Postgres component";
  if (dependency?.container !== undefined && !dependency.container.startsWith("running"))
    return `start it: its container is ${dependency.container} (docker logs ${dependency.host} on the host)`;
  if (dependency !== undefined && dependency.resolves === false && isLocalName(dependency.host))
    return `the name of an accessory is known on its own server only: where it runs on another one, set publish: "private" on it and give both servers a Network, or run it on this one; else take its address from the accessory (db.host or db.url)`;
  const variable = dependency === undefined || dependency.from === "log" ? "its address" : dependency.from;
  return `set ${variable} to a server that is there (db.host or db.url of the accessory), and see that the accessory runs (sextant doctor)`;
}

export const dependencyNotReady: Cause = {
  id: "dependency-not-ready",
  title: "FATAL: the database system is starting up; Redis is loading the dataset",
  final: false,
  match: (evidence) => {
    const line = complains(evidence, "startingUp");
    const starting = (evidence.dependencies ?? []).find(({ container }) =>
      /starting|restarting|unhealthy/.test(container ?? ""),
    );
    if (line === undefined) return undefined;
    const dependency = about(evidence, line) ?? starting;
    return {
      confidence: 0.95,
      verdict: `${kind(line, dependency)} is there, but not ready yet`,
      seen: [`its log says: ${short(line)}`, ...state(dependency)],
      why: "The server answered, and said itself that it takes no work yet.",
      cure: "run pulumi up again when it is ready; a recovery after a crash or from a backup takes its time. Take its address from the accessory (db.url), so that the app waits for it",
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      "`FATAL: the database system is starting up`, `the database system is in recovery mode`, `not yet accepting connections`, `LOADING Redis is loading the dataset in memory`.",
    cause:
      "The server runs and replays its log, restores a backup or loads its data. Until then it refuses work.",
    proof: "`docker logs ACCESSORY`; `docker exec ACCESSORY pg_isready`.",
    cure: "Wait and run `pulumi up` again. An app whose address or URL comes from the accessory component waits for its readiness check.",
  },
};

export const wrongPassword: Cause = {
  id: "wrong-password",
  title: "password authentication failed, Access denied, WRONGPASS",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "login");
    if (line === undefined || evidence.stage === "pull") return undefined;
    const dependency = about(evidence, line);
    const [, ...names] = /user "([\w-]+)"|for user '([\w-]+)'|role "([\w-]+)"/.exec(line) ?? [];
    const user = names.find((name) => name !== undefined);
    return {
      confidence: 0.95,
      verdict: `${kind(line, dependency)} refuses the login${user === undefined ? "" : ` of ${user}`}`,
      seen: [
        `its log says: ${short(line)}`,
        ...(dependency === undefined ? [] : [`it is ${named(dependency)}`]),
      ],
      why: "The server was reached and turned the name or the password down.",
      cure: "give the app the accessory's own password (secrets: { DATABASE_URL: db.url }); the Postgres component gives its user that password at each pulumi up that changes it, any other database keeps the one that its volume was first made with",
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      '`FATAL: password authentication failed for user`, `Access denied for user`, `WRONGPASS`, `NOAUTH Authentication required`, `role "shop" does not exist`.',
    cause:
      "The app's password is not the database's. Images of databases take a password only when their volume is empty. `Postgres` sets an edited one in the database itself; any other image keeps the old one. A password in a URL has to be percent-encoded.",
    proof: "`docker exec ACCESSORY psql -h 127.0.0.1 -U USER` with the password that the app has.",
    cure: "Use `db.url` or `db.password` of the accessory. Where it is not a `Postgres`, change the password in the database as well.",
  },
};

export const tooManyConnections: Cause = {
  id: "too-many-connections",
  title: "FATAL: sorry, too many clients already; Too many connections; max number of clients reached",
  final: false,
  match: (evidence) => {
    const line = complains(evidence, "tooMany");
    if (line === undefined) return undefined;
    const dependency = about(evidence, line);
    return {
      confidence: 0.95,
      verdict: `${kind(line, dependency)} has no connection left`,
      seen: [`its log says: ${short(line)}`, ...state(dependency)],
      why: "The server was reached and counts its connections. In a release the old and the new container hold theirs at the same time.",
      cure: "make the app's pools smaller (pool size times processes times containers, twice in a release, has to fit), or raise the server's limit (max_connections of Postgres, by its command); a pooler such as PgBouncer shares them",
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      "`FATAL: sorry, too many clients already`, `remaining connection slots are reserved`, `Too many connections`, `max number of clients reached`.",
    cause:
      "All connections of the server are taken: pools that are too large, containers of two generations side by side, sessions that were never closed.",
    proof:
      "`docker exec ACCESSORY psql -U USER -c 'select usename, state, count(*) from pg_stat_activity group by 1, 2'`.",
    cure: "Smaller pools, a higher limit, or a pooler.",
  },
};

export const connectionRule: Cause = {
  id: "connection-rule",
  title: "no pg_hba.conf entry, SSL required, protected mode: the server does not take such connections",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "rule");
    if (line === undefined) return undefined;
    const dependency = about(evidence, line);
    const [demands, lacks, guarded] = [
      /no encryption|SSL off\b|SSL (connection )?is required|insecure/i.test(line),
      /does not support SSL/i.test(line),
      /protected mode/i.test(line),
    ];
    const what = kind(line, dependency);
    return {
      confidence: 0.95,
      verdict: lacks
        ? `${what} has no TLS, and the app asks for it`
        : guarded
          ? `${what} takes no connections from elsewhere without a password (protected mode)`
          : `${what} does not take such a connection${demands ? ": it came without TLS, or from an address that is not allowed" : " from this address"}`,
      seen: [`its log says: ${short(line)}`, ...state(dependency)],
      why: "The server was reached and refused before it looked at the password: it is about how, or from where, the connection comes.",
      cure: lacks
        ? "take TLS out of the app's setting (sslmode=disable in the URL), inside a private network; or give the server a certificate"
        : guarded
          ? "give it a password (requirepass) and put that into the app's URL"
          : `${demands ? "let the app use TLS (sslmode=require in its URL) where the server has it; else allow" : "allow"} this user, database and address in the server's rules (pg_hba.conf, or GRANT … TO 'user'@'%')`,
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      '`no pg_hba.conf entry for host "…", user "…", database "…", no encryption`, `server does not support SSL, but SSL was required`, `Host \'…\' is not allowed to connect to this MySQL server`, `DENIED Redis is running in protected mode`.',
    cause:
      "A managed database that demands TLS, one of your own that has none, or a rule for other addresses, users or databases than the app's.",
    proof: "The line names the address, user and database that the server saw.",
    cure: "`sslmode` in the URL as the server wants it, or another line in its rules.",
  },
};

/** The release command that runs the migrations of a framework. */
function migration(evidence: Evidence): string {
  const told = [...texts(evidence), ...(evidence.imageFacts?.cmd ?? [])].join("\n");
  if (/django/i.test(told)) return 'release: ["python", "manage.py", "migrate"]';
  if (/alembic|sqlalchemy/i.test(told)) return 'release: ["alembic", "upgrade", "head"]';
  if (/prisma/i.test(told)) return 'release: ["npx", "prisma", "migrate", "deploy"]';
  if (/ecto|elixir|phoenix/i.test(told)) return 'release: ["bin/migrate"]';
  if (/illuminate|laravel|artisan/i.test(told)) return 'release: ["php", "artisan", "migrate", "--force"]';
  return 'release: ["bin/rails", "db:prepare"] in Rails';
}

export const missingTables: Cause = {
  id: "missing-tables",
  title: "relation does not exist, pending migrations, no such table (Solid Cache, Solid Queue)",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "schema");
    if (line === undefined) return undefined;
    const what = /(relation|table|column|database) ["'`]?([\w.]+)/i.exec(line);
    const database = /database "[^"]*" does not exist|Unknown database|NoDatabaseError/i.test(line);
    const solid = /solid_(cache|queue|cable)/i.exec(line)?.[1];
    return {
      confidence: 0.94,
      verdict: database
        ? "the database server is there, the database is not"
        : `the database has no ${what === null ? "current schema" : `${what[1]?.toLowerCase()} ${what[2]}`}`,
      seen: [`its log says: ${short(line)}`],
      why: "The server was reached and the login taken; what the app asks for was never made there.",
      cure:
        solid === undefined
          ? `make it before the release, by the app's own migrations: ${migration(evidence)}`
          : `release: ["bin/rails", "db:prepare"], with the ${solid} database in config/database.yml and db/${solid}_schema.rb in the image`,
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      '`PG::UndefinedTable: relation "…" does not exist`, `no such table`, `ActiveRecord::PendingMigrationError`, `database "shop" does not exist`; 500 on the health path.',
    cause:
      "Migrations were not run. Solid Cache, Queue and Cable have schemas of their own, which `db:migrate` alone does not load.",
    proof: "`docker exec ACCESSORY psql -U USER -c '\\dt' DATABASE`.",
    cure: 'Set `release: ["bin/rails", "db:prepare"]`: it makes databases that are missing, loads their schemas, and runs migrations, once a release, before any container starts.',
  },
};
