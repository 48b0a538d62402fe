/** PostgreSQL before and after a copy: what it is asked, and what it answered. Pure. */
import type { Facts, Held } from "./facts";
import { jsonLines } from "./facts";

/** By which the sessions of a copy are known (PGAPPNAME in host/database-copy.sh). */
const ours = "application_name = 'sextant copy'";

/** What the whole server is asked, from its own database: one object. */
export const serverSql = `select json_build_object(
  'version', current_setting('server_version'),
  'databases', (select json_agg(json_build_object('name', datname, 'bytes', pg_database_size(oid)) order by datname)
    from pg_database where datallowconn and not datistemplate),
  'sessions', (select count(*) from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid() and not (${ours})),
  'copying', (select count(*) from pg_stat_activity where ${ours}),
  'roles', (select coalesce(json_agg(rolname order by rolname), '[]') from pg_roles where rolname !~ '^pg_'),
  'available', (select coalesce(json_agg(name), '[]') from pg_available_extensions),
  'settings', (select count(*) from pg_db_role_setting)
);`;

/** What an extension has made is no part of a dump. */
const own = (catalog: string, alias: string): string =>
  `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${alias}.oid and d.deptype = 'e')`;
const mine = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/** All that is in a database: a row each, tables first. */
const things = `select case c.relkind when 'r' then 0 when 'p' then 0 else 1 end as place, format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c') and ${mine} and ${own("pg_class", "c")}
  union all select 2, 'the function ' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where ${mine} and ${own("pg_proc", "p")}
  union all select 3, 'the type ' || t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where t.typtype in ('e', 'd', 'r') and ${mine} and ${own("pg_type", "t")}
  union all select 4, 'the schema ' || n.nspname from pg_namespace n
    where ${mine} and n.nspname <> 'public' and ${own("pg_namespace", "n")}
  union all select 5, 'a large object' from pg_largeobject_metadata`;

/** What each of its databases is asked: one object. */
export const databaseSql = `with things as (${things})
select json_build_object(
  'name', current_database(),
  'things', (select count(*) from things),
  'first', (select coalesce(json_agg(name), '[]') from (select name from things order by place, name limit 5) few),
  'tables', (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and ${mine} and ${own("pg_class", "c")}),
  'roles', (select coalesce(json_agg(distinct r.rolname), '[]') from pg_shdepend s join pg_roles r on r.oid = s.refobjid
    where s.refclassid = 'pg_authid'::regclass and s.dbid = (select oid from pg_database where datname = current_database())),
  'extensions', (select coalesce(json_agg(extname order by extname), '[]') from pg_extension)
);`;

/** SQL for each of several databases, in one session of psql. */
export const inEach = (databases: readonly string[], sql: string): string =>
  databases.map((name) => `\\connect "${name.replaceAll('"', '""')}"\n${sql}\n`).join("");

interface ServerAnswer extends Omit<Facts, "product" | "databases" | "free"> {
  databases: readonly { name: string; bytes: number }[];
}

/** The names of a server's databases, by its answer. */
export const namesIn = (printed: string): string[] => serverIn(printed).databases.map(({ name }) => name);

/** All that is known of a server. */
export function factsIn(server: string, databases: string, free: number | undefined): Facts {
  const answer = serverIn(server);
  const bytes = new Map(answer.databases.map((each) => [each.name, each.bytes]));
  const held = (jsonLines(databases) as Omit<Held, "bytes" | "unfinished">[]).map((each) => ({
    ...each,
    bytes: bytes.get(each.name) ?? 0,
    unfinished: false,
  }));
  return { ...answer, product: "PostgreSQL", databases: held, ...(free === undefined ? {} : { free }) };
}

function serverIn(printed: string): ServerAnswer {
  const [answer] = jsonLines(printed);
  if (answer === undefined) throw new Error("the database has answered nothing; run it again");
  return answer as ServerAnswer;
}

/** Rows of each table that a dump has, values of sequences, and large objects: a line each. psql runs what the first query prints. */
export const countSql = `select format('select json_build_array(%L, count(*)::text) from %s %I.%I', format('%I.%I', n.nspname, c.relname),
    case c.relkind when 'r' then 'only' else '' end, n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where (c.relkind = 'r' or (c.relkind = 'm' and c.relispopulated)) and ${mine} and ${own("pg_class", "c")}
  order by n.nspname, c.relname \\gexec
select format('select json_build_array(%L, last_value::text || case when is_called then '''' else '', not used yet'' end) from %I.%I',
    format('the sequence %I.%I', n.nspname, c.relname), n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'S' and ${mine} and ${own("pg_class", "c")}
  order by n.nspname, c.relname \\gexec
select json_build_array('large objects', count(*)::text) from pg_largeobject_metadata having count(*) > 0;
`;

/** How far a copy into a database has come: its bytes, and whether the server works for it rather than waits for more to come, for a lock or a standby. */
export const progressSql = `select json_build_array(pg_database_size(current_database()),
  (select count(*) from pg_stat_activity where ${ours} and state = 'active' and coalesce(wait_event_type, '') not in ('Client', 'Lock') and coalesce(wait_event, '') <> 'SyncRep'));`;

/** The database that a copy goes into, where the image has not made it. */
export const createSql = (name: string): string => `CREATE DATABASE "${name.replaceAll('"', '""')}";`;
