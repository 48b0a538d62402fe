/** Questions to a database in its container, by its own client: the password goes by standard input, and in no argument list. */
import { quote } from "../../../provider/host/scripts";
import { runOverSsh, type Ran } from "../../../provider/ssh/run";
import type { Placed } from "./databases";

/** Seconds for a look. */
export const lookSeconds = 60;
/** Seconds for counting each row. */
export const countSeconds = 6 * 3600;

/** What psql is run by; the third word is another host than its own socket. */
const postgres = `IFS= read -r PGPASSWORD
export PGPASSWORD PGAPPNAME="sextant look"
unset PGHOST PGHOSTADDR
exec psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --set VERBOSITY=terse \${3:+--host "$3"} --username "$1" --dbname "$2"`;

const mysql = `client=$(command -v mariadb || command -v mysql) || { echo "there is neither mariadb nor mysql in it" >&2; exit 1; }
IFS= read -r password
exec 4<<OPTIONS
[client]
password=$password
OPTIONS
exec "$client" --defaults-extra-file=/dev/fd/4 --protocol=socket --user=root --default-character-set=utf8mb4 --batch --raw --skip-column-names`;

/** The line that reads a password and then SQL. @param at the host that psql asks, in place of the container's own server */
export function askLine({ server, container, user, database }: Omit<Placed, "on">, at?: string): string {
  const words = server === "postgres" ? [user, database, ...(at === undefined ? [] : [at])] : [];
  const script = server === "postgres" ? postgres : mysql;
  return [
    "docker exec --interactive",
    quote(container),
    "sh -c",
    quote(script),
    "sh",
    ...words.map(quote),
  ].join(" ");
}

/**
 * What the database answers.
 * @throws Error with its own words
 */
export async function ask(of: Placed, sql: string, what: string, timeout = lookSeconds): Promise<string> {
  // A text between quotes in SQL is read by the mode of the session.
  const first = of.server === "mysql" ? "SET SESSION sql_mode = '';\n" : "";
  const ran = await run(of, askLine(of), `${of.secret}\n${first}${sql}\n`, what, timeout);
  if (ran.code === 0) return ran.stdout;
  throw new Error(`copy-data: ${what} of ${of.name} on ${of.host} failed: ${lastOf(ran)}`);
}

/** Whether a client in the new one's container reaches the old server by the name of its container. */
export async function reaches(fresh: Placed, old: Placed): Promise<boolean> {
  if (fresh.host !== old.host || fresh.server !== "postgres") return false;
  const line = askLine({ ...old, container: fresh.container }, old.container);
  const ran = await run(fresh, line, `${old.secret}\nselect 1;\n`, `the way to ${old.name}`, lookSeconds);
  return ran.code === 0;
}

/** Bytes that are free where the data is; undefined where nobody could look. */
export async function freeOf(of: Placed): Promise<number | undefined> {
  const place = of.server === "postgres" ? '"${PGDATA:-/var/lib/postgresql}"' : "/var/lib/mysql";
  const line = `docker exec ${quote(of.container)} sh -c ${quote(`df -P -k ${place}`)}`;
  const ran = await run(of, line, "", "free room", lookSeconds);
  return ran.code === 0 ? freeIn(ran.stdout) : undefined;
}

/** The bytes that df -P -k says are free. */
export function freeIn(printed: string): number | undefined {
  const blocks = /\s(\d+)\s+\d+%\s/.exec(printed.trim().split("\n").at(-1) ?? "")?.[1];
  return blocks === undefined ? undefined : Number(blocks) * 1024;
}

const run = (of: Placed, line: string, stdin: string, what: string, timeout: number): Promise<Ran> =>
  runOverSsh(of.on.shell, line, { timeout, what, stdin });

const lastOf = ({ stderr, stdout }: Ran): string =>
  (stderr.trim() || stdout.trim()).split("\n").slice(-2).join(" ").slice(0, 400);
