import type * as pulumi from "@pulumi/pulumi";
import { refuseShape } from "../core/shape";
import type { MariaDbArgs } from "./mysql-args";
import { mariaDb, MysqlFamily } from "./mysql-family";
import { mariaDbShape } from "./shape";

/**
 * MariaDB in a container, with its data in the volume `data`, ready when it takes the login of the app: its user, its password and its
 * database, over TCP. For the official image, 10.6 and newer, and those that are made from it.
 *
 * @example
 * const db = new MariaDb("db", {
 *   server: web1, version: "11.4",
 *   password: config.requireSecret("dbPassword"), rootPassword: config.requireSecret("dbRootPassword"),
 * });
 */
export class MariaDb extends MysqlFamily {
  constructor(name: string, args: MariaDbArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, mariaDbShape, args);
    super(mariaDb, name, args, opts);
  }
}
