import type * as pulumi from "@pulumi/pulumi";
import { refuseShape } from "../core/shape";
import type { MySqlArgs } from "./mysql-args";
import { mySql, MysqlFamily } from "./mysql-family";
import { mySqlShape } from "./shape";

/**
 * MySQL in a container, with its data in the volume `data`, ready when it takes the login of the app: its user, its password and its
 * database, over TCP. For the official image, 8.0 and newer, and those that are made like it. It shares all with `MariaDb` but its image;
 * this library's own tests run MariaDB.
 *
 * @example
 * const db = new MySql("db", {
 *   server: web1, version: "8.4",
 *   password: config.requireSecret("dbPassword"), rootPassword: config.requireSecret("dbRootPassword"),
 * });
 */
export class MySql extends MysqlFamily {
  constructor(name: string, args: MySqlArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, mySqlShape, args);
    super(mySql, name, args, opts);
  }
}
