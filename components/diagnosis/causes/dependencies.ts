/** Databases, caches and queues that the app needs: not there, not ready, not for this login, without tables. */
import type { Cause } from "../cause";
import type { Dependency, Evidence } from "../evidence";
import { answers, complains, failed, named } from "../facts";
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

export const dependencyNotThere: Cause = {
  id: "dependency-not-there",
  title: "Connection refused to the database or Redis; could not translate host name",
  final: false,
  match: (evidence) => {
    if (!failed(evidence)) return undefined;
    const refusedLine = complains(evidence, "refused");
    const unresolvedLine = complains(evidence, "unresolved");
    const unreachableLine = complains(evidence, "unreachable");
    const line = refusedLine ?? unresolvedLine ?? unreachableLine;
    const broken = (evidence.dependencies ?? []).find(
      ({ connects, resolves, host }) =>
        connects === "refused" ||
        (resolves === false && isLocalName(host)) ||
        connects === "timeout" ||
        connects === "unreachable",
    );
    const dependency = (line === undefined ? undefined : about(evidence, line)) ?? broken;
    if (line === undefined) {
      // Nothing was said; a server that is not there explains an app that waits or fails all the same.
      const waits = answers(evidence).at(-1)?.curl === 28 || (answers(evidence).at(-1)?.status ?? 0) >= 500;
      if (broken === undefined || !waits) return undefined;
    }
    const confirmed =
      dependency !== undefined &&
      (dependency.connects === "refused" ||
        dependency.resolves === false ||
        dependency.connects === "timeout" ||
        dependency.connects === "unreachable");
    const what = kind(line ?? "", dependency);
    const place = dependency === undefined ? "" : ` at ${named(dependency)}`;
    const local =
      dependency?.host === "localhost" ||
      dependency?.host === "127.0.0.1" ||
      /\b(localhost|127\.0\.0\.1|\[?::1\]?)\b/.test(line ?? "");
    return {
      // A server that takes connections by now was late, and is not what the app waits for at the end.
      confidence: line === undefined ? 0.7 : confirmed ? 0.93 : dependency?.connects === "yes" ? 0.66 : 0.82,
      verdict: `${what}${place} is not there${line === unresolvedLine && line !== undefined && refusedLine === undefined ? " (its name is not known)" : refusedLine === undefined && line !== undefined ? " (no answer)" : line === undefined ? "" : " (connection refused)"}`,
      seen: [...(line === undefined ? [] : [`its log says: ${short(line)}`]), ...state(dependency)],
      why: "The app fails because it cannot reach a server that it needs.",
      cure: local
        ? "inside a container localhost is the container itself: name the accessory's host, such as db.host or db.url of the Postgres component"
        : dependency?.container !== undefined && !dependency.container.startsWith("running")
          ? `start it: its container is ${dependency.container} (docker logs ${dependency.host} on the host)`
          : `${dependency === undefined ? "name the server that is there" : `set ${dependency.from === "log" ? "its address" : dependency.from} to a server that is there`} (db.host or db.url of the accessory), and see that the accessory runs (sextant doctor)`,
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
    const user = /user "?'?([\w-]+)/.exec(line)?.[1] ?? /role "([\w-]+)"/.exec(line)?.[1];
    return {
      confidence: 0.95,
      verdict: `${kind(line, dependency)} refuses the login${user === undefined ? "" : ` of ${user}`}`,
      seen: [
        `its log says: ${short(line)}`,
        ...(dependency === undefined ? [] : [`it is ${named(dependency)}`]),
      ],
      why: "The server was reached and turned the name or the password down.",
      cure: "give the app the accessory's own password (secrets: { DATABASE_URL: db.url }); a database keeps the password that its volume was first made with, change it there with ALTER ROLE",
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      '`FATAL: password authentication failed for user`, `Access denied for user`, `WRONGPASS`, `NOAUTH Authentication required`, `role "shop" does not exist`.',
    cause:
      "The app's password is not the database's. Images of databases take `POSTGRES_PASSWORD` only when their volume is empty: a new value in the config does not change an old database. A password in a URL has to be percent-encoded.",
    proof: "`docker exec ACCESSORY psql -h 127.0.0.1 -U USER` with the password that the app has.",
    cure: "Use `db.url` or `db.password` of the accessory. Change an existing password with `ALTER ROLE shop PASSWORD '…'`.",
  },
};

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
          ? 'make it before the release: release: ["bin/rails", "db:prepare"]'
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
