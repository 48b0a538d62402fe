/** The databases of a stack that a copy can be about: the presets, which have a login in the state. Pure. */
import { accessoryLabel } from "../../../provider/docker/container-body";
import { optionText } from "../../../provider/release/mysql-login";
import type { DeployedHost } from "../../hosts";
import { plain, resourcesOf } from "../../state";

/** A `Postgres`, `MariaDb` or `MySql`. */
export interface Database {
  /** The accessory's name: `db`. */
  readonly name: string;
  readonly server: "postgres" | "mysql";
  /** The name of its host. */
  readonly host: string;
  readonly container: string;
  readonly user: string;
  readonly database: string;
  /** What the verb reads from standard input: the user's password, or that of root as an option of MySQL's clients has it. */
  readonly secret: string;
}

/** The same, with the way to its host. */
export type Placed = Database & { readonly on: DeployedHost };

interface Resource {
  type: string;
  delete?: boolean;
  inputs?: Readonly<Record<string, unknown>>;
}

/** Those of a state with its secrets in clear. */
export function databasesOf(state: unknown): Database[] {
  const all = resourcesOf<Resource>(state).filter((each) => each.delete !== true);
  const hostOf = ({ inputs }: Resource): string =>
    (plain(inputs?.["shell"]) as { name?: string } | undefined)?.name ?? "";
  const names = new Map<string, string>();
  for (const each of all) {
    if (each.type !== "sextant:index:Container") continue;
    const labels = (each.inputs?.["labels"] ?? {}) as Record<string, string>;
    const name = labels[accessoryLabel];
    if (name !== undefined) names.set(`${hostOf(each)}/${String(each.inputs?.["name"])}`, name);
  }
  return all.flatMap((each) => {
    const server = servers[each.type];
    const { container, user, database, password, rootPassword } = each.inputs ?? {};
    if (server === undefined || typeof container !== "string") return [];
    const name = names.get(`${hostOf(each)}/${container}`) ?? container;
    const secret = server === "mysql" ? optionText(String(plain(rootPassword))) : String(plain(password));
    const login = { user: String(plain(user)), database: String(plain(database)) };
    return [{ name, server, host: hostOf(each), container, ...login, secret }];
  });
}

const servers: Readonly<Record<string, Database["server"]>> = {
  "sextant:index:PostgresLogin": "postgres",
  "sextant:index:MysqlLogin": "mysql",
};

/** The two that a copy is about. @throws Error where there are no such two, or they do not read each other's dumps */
export function twoOf<Of extends Database>(
  all: readonly Of[],
  old: string,
  fresh: string,
): [old: Of, fresh: Of] {
  const [one, other] = [old, fresh].map((name) => {
    const found = all.filter((each) => each.name === name);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const there = [...new Set(all.map((each) => each.name))].sort().join(", ") || "none";
    throw new Error(
      found.length > 1
        ? `copy-data: ${name} is on ${found.map(({ host }) => host).join(", ")}, and a copy is about one server of a database; such a one is copied by its own tools.`
        : `copy-data: this stack has no Postgres, MariaDb or MySql ${name} that is deployed; it has ${there}.`,
    );
  });
  if (one === undefined || other === undefined) throw new Error("copy-data: it takes two names.");
  if (one === other)
    throw new Error(`copy-data: ${old} is both; name the one that has the data first, then the new one.`);
  if (one.server !== other.server)
    throw new Error(
      `copy-data: ${old} and ${fresh} are servers of two kinds, and neither reads the other's dump; make the new one of the same component.`,
    );
  return [one, other];
}
