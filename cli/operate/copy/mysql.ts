/** MariaDB and MySQL before and after a copy: what they are asked, and what they answered. Pure. */
import { sqlText } from "../../../provider/release/mysql-login";
import { jsonLines, type Facts, type Held } from "./facts";

/** The table that stands in the new database until the copy is whole: their DDL is in no transaction (host/database-copy.sh drops it). */
export const mark = "sextant_copy_unfinished";

const theirs = (column: string): string =>
  `${column} NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')`;
/** Who is there without anybody having made them. */
const system = "'root', 'mysql.sys', 'mysql.session', 'mysql.infoschema', 'mariadb.sys', 'healthcheck', ''";

/** What a server is asked: lines of a word, and what there is of it. */
export const serverSql = `SELECT JSON_ARRAY('version', VERSION());
SELECT JSON_ARRAY('database', SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME) FROM information_schema.SCHEMATA WHERE ${theirs("SCHEMA_NAME")} ORDER BY SCHEMA_NAME;
SELECT JSON_ARRAY('table', TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, CAST(COALESCE(DATA_LENGTH + INDEX_LENGTH, 0) AS CHAR)) FROM information_schema.TABLES WHERE ${theirs("TABLE_SCHEMA")} ORDER BY TABLE_SCHEMA, TABLE_NAME;
SELECT JSON_ARRAY('triggers', TRIGGER_SCHEMA, CAST(COUNT(*) AS CHAR)) FROM information_schema.TRIGGERS WHERE ${theirs("TRIGGER_SCHEMA")} GROUP BY TRIGGER_SCHEMA;
SELECT JSON_ARRAY('routines', ROUTINE_SCHEMA, CAST(COUNT(*) AS CHAR)) FROM information_schema.ROUTINES WHERE ${theirs("ROUTINE_SCHEMA")} GROUP BY ROUTINE_SCHEMA;
SELECT JSON_ARRAY('events', EVENT_SCHEMA, CAST(COUNT(*) AS CHAR)) FROM information_schema.EVENTS WHERE ${theirs("EVENT_SCHEMA")} GROUP BY EVENT_SCHEMA;
SELECT DISTINCT JSON_ARRAY('user', User) FROM mysql.user WHERE User NOT IN (${system});
SELECT JSON_ARRAY('sessions', CAST(COUNT(*) AS CHAR)) FROM information_schema.PROCESSLIST WHERE USER NOT IN (${system}, 'system user', 'event_scheduler', 'unauthenticated user');
SELECT JSON_ARRAY('copying', CAST(COUNT(*) AS CHAR)) FROM information_schema.PROCESSLIST WHERE USER = 'root' AND DB IS NOT NULL AND ID <> CONNECTION_ID();
`;

/** A line of the answer. */
type Line = readonly [word: string, of: string, ...more: string[]];
const linesIn = (printed: string): Line[] =>
  jsonLines(printed).map((line) => (line as unknown[]).map(String) as unknown as Line);

/** All that is known of a server. */
export function factsIn(printed: string, free: number | undefined): Facts {
  const lines = linesIn(printed);
  const of = (word: string): Line[] => lines.filter(([first]) => first === word);
  const version = of("version")[0]?.[1] ?? "";
  const others = ["triggers", "routines", "events"] as const;
  const held = of("database").map(([, name, set = "", collation = ""]): Held => {
    const tables = of("table").filter(([, schema]) => schema === name);
    const more = others.flatMap((word) => of(word).filter(([, schema]) => schema === name));
    const names = tables.map(([, , table = ""]) => table).filter((table) => table !== mark);
    return {
      name,
      bytes: tables.reduce((sum, [, , , , bytes]) => sum + Number(bytes), 0),
      things: names.length + more.reduce((sum, [, , count]) => sum + Number(count), 0),
      first: [...names, ...more.map(([word, , count]) => `${count ?? ""} ${word}`)].slice(0, 5),
      tables: tables.filter(([, , table, type]) => type === "BASE TABLE" && table !== mark).length,
      unfinished: tables.some(([, , table]) => table === mark),
      roles: [],
      extensions: [],
      charset: { set, collation },
    };
  });
  return {
    product: /mariadb/i.test(version) ? "MariaDB" : "MySQL",
    version,
    databases: held,
    ...(free === undefined ? {} : { free }),
    sessions: Number(of("sessions")[0]?.[1] ?? 0),
    // Root is there for other reasons, too.
    copying: held.some(({ unfinished }) => unfinished) ? Number(of("copying")[0]?.[1] ?? 0) : 0,
    roles: of("user").map(([, user]) => user),
    available: [],
    settings: 0,
  };
}

/** A name in SQL. */
export const named = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** What is asked to count a database, by the answer of its server: rows of its tables, values of its sequences, and how many others there are. */
export function countSql(printed: string, database: string): string {
  const lines = linesIn(printed).filter(([, schema]) => schema === database);
  const count = (name: string, value: string, from = ""): string =>
    `SELECT JSON_ARRAY(${sqlText(name)}, CAST(${value} AS CHAR))${from === "" ? "" : ` FROM ${from}`};`;
  return lines
    .flatMap(([word, , name = "", type]) => {
      const place = `${named(database)}.${named(name)}`;
      if (name === mark || word === "database") return [];
      if (word !== "table") return [count(word, sqlText(name))];
      if (type === "BASE TABLE" || type === "SYSTEM VERSIONED") return [count(name, "COUNT(*)", place)];
      if (type === "SEQUENCE") return [count(`the sequence ${name}`, "next_not_cached_value", place)];
      return [count(`the view ${name}`, "'there'")];
    })
    .map((line) => `${line}\n`)
    .join("");
}

/** What is made before a copy: the database, with what new tables in the old one have, and the mark. */
export function prepareSql(name: string, { charset }: Held): string {
  return [
    `CREATE DATABASE IF NOT EXISTS ${named(name)};`,
    ...(charset === undefined
      ? []
      : [`ALTER DATABASE ${named(name)} CHARACTER SET ${charset.set} COLLATE ${charset.collation};`]),
    `CREATE TABLE IF NOT EXISTS ${named(name)}.${mark} (since TIMESTAMP);`,
    "",
  ].join("\n");
}

/** How far a copy into a database has come: its bytes, and whether the server works for it rather than waits for more to come, or for a lock. */
export const progressSql = (name: string): string =>
  `SELECT JSON_ARRAY(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0), (SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'root' AND DB = ${sqlText(name)} AND COMMAND <> 'Sleep' AND COALESCE(STATE, '') NOT LIKE 'Waiting for % lock' AND ID <> CONNECTION_ID())) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${sqlText(name)};`;
