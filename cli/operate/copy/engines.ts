/** The two kinds of servers, by what a copy asks of each. */
import { ask, countSeconds, freeOf } from "./ask";
import type { Placed } from "./databases";
import { countsIn, type Counts, type Facts } from "./facts";
import type { Pair } from "./judge";
import * as mysql from "./mysql";
import * as postgres from "./postgres";

export interface Engine {
  /** All that is known of a server. */
  look(of: Placed): Promise<Facts>;
  /** What is counted of a database. */
  count(of: Placed, database: string): Promise<Counts>;
  /** Makes what a copy goes into. */
  prepare(of: Placed, pair: Pair): Promise<void>;
  /** How far a copy has come: bytes, and how many sessions are at work. */
  progress(of: Placed, database: string): Promise<readonly [bytes: number, busy: number]>;
}

const pairIn = (printed: string): readonly [number, number] => {
  const [bytes = 0, busy = 0] = (JSON.parse(printed.trim()) as unknown[]).map(Number);
  return [bytes, busy];
};

export const engines: Readonly<Record<Placed["server"], Engine>> = {
  postgres: {
    async look(of) {
      const server = await ask(of, postgres.serverSql, "a look at the server");
      const sql = postgres.inEach(postgres.namesIn(server), postgres.databaseSql);
      return postgres.factsIn(server, await ask(of, sql, "a look at the databases"), await freeOf(of));
    },
    async count(of, database) {
      return countsIn(
        await ask({ ...of, database }, postgres.countSql, `counting ${database}`, countSeconds),
      );
    },
    async prepare(of, { into, now }) {
      if (now === "missing") await ask(of, postgres.createSql(into), `making the database ${into}`);
    },
    async progress(of, database) {
      return pairIn(await ask({ ...of, database }, postgres.progressSql, "a look at the copy"));
    },
  },
  mysql: {
    async look(of) {
      return mysql.factsIn(await ask(of, mysql.serverSql, "a look at the server"), await freeOf(of));
    },
    async count(of, database) {
      const things = await ask(of, mysql.serverSql, "a look at the server");
      const sql = mysql.countSql(things, database);
      return countsIn(await ask(of, sql, `counting ${database}`, countSeconds));
    },
    async prepare(of, { into, held }) {
      await ask(of, mysql.prepareSql(into, held), `making the database ${into} ready`);
    },
    async progress(of, database) {
      return pairIn(await ask(of, mysql.progressSql(database), "a look at the copy"));
    },
  },
};
