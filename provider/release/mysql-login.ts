/** The step that makes the database and the user of a MariaDB or MySQL accessory, gives the user its password, and logs in as it. */
import type { Step, StepInputs } from "./step";

/** Who gets which password in which database. */
export interface MysqlLoginInputs extends StepInputs {
  /** The container. */
  container: string;
  /** The container's id: in another one of the same name the login is tried anew. */
  instance: string;
  user: string;
  database: string;
  /** The user's password, on one line; a secret. */
  password: string;
  /** That of root, on one line; a secret. */
  rootPassword: string;
}

/** A text between quotes in SQL, where backslashes escape. */
export function sqlText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/**
 * A password as the value of an option in a file that the clients read, between double quotes (MariaDB mysys/my_default.c, which also MySQL
 * has): a backslash escapes itself and quotes, and `#` begins no comment in there.
 */
export function optionText(text: string): string {
  return `"${text.replace(/[\\"']/g, "\\$&")}"`;
}

/**
 * What root's client is told. All of it may be so already. In names for grants an underscore is a wildcard, as in the official image's own
 * grant.
 */
export function loginSql({
  user,
  database,
  password,
}: Pick<MysqlLoginInputs, "user" | "database" | "password">): string {
  const who = `${sqlText(user)}@'%'`;
  return [
    "SET SESSION sql_mode = '';",
    `CREATE DATABASE IF NOT EXISTS \`${database}\`;`,
    `CREATE USER IF NOT EXISTS ${who} IDENTIFIED BY ${sqlText(password)};`,
    `ALTER USER ${who} IDENTIFIED BY ${sqlText(password)};`,
    `GRANT ALL ON \`${database.replaceAll("_", "\\_")}\`.* TO ${who};`,
  ].join("\n");
}

export const mysqlLoginStep: Step<MysqlLoginInputs> = {
  call: (inputs) => ({
    verb: "mysql-login",
    words: [`container=${inputs.container}`, `user=${inputs.user}`, `database=${inputs.database}`],
    stdin: `${optionText(inputs.rootPassword)}\n${optionText(inputs.password)}\n${loginSql(inputs)}\n`,
  }),
  about: ({ container }) => container,
};
