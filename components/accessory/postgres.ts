import * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import { Accessory } from "./accessory";
import type { AccessoryArgs } from "./args";

/** Arguments of `Postgres`: those of an accessory, less what the preset knows. */
export interface PostgresArgs extends Omit<AccessoryArgs, "image" | "port" | "volumes" | "ready"> {
  /** The major version, the tag of the image. An upgrade of a major version needs a dump and a restore. @example "15" */
  version: string;
  /** The password of the user. */
  password: pulumi.Input<string>;
  /** The user that owns the database. @default "app" */
  user?: string;
  /** The database that is made at first start. @default the user's name */
  database?: string;
  /** The image, without its tag. @default "postgres" */
  image?: string;
}

/**
 * PostgreSQL in a container, with its data in the volume `data`, ready when it takes connections over TCP.
 *
 * @example const db = new Postgres("db", { server: web1, version: "15", password: config.requireSecret("dbPassword") });
 */
export class Postgres extends Accessory {
  /** `postgres://user:password@host:port/database`; a secret. */
  readonly url: pulumi.Output<string>;
  /** The password, as a secret. */
  readonly password: pulumi.Output<string>;
  readonly user: string;
  readonly database: string;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    const { version, password, user = "app", database = user, image = "postgres", ...rest } = args;
    super(
      name,
      {
        ...rest,
        image: `${image}:${version}`,
        port: 5432,
        volumes: { data: "/var/lib/postgresql/data" },
        env: { POSTGRES_USER: user, POSTGRES_DB: database, ...args.env },
        secrets: { POSTGRES_PASSWORD: password, ...args.secrets },
        // Over TCP: the server of the first set-up listens on its socket only.
        ready: { command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", user, "-d", database] },
      },
      opts,
    );
    this.refuse(checkPostgres(args));
    this.user = user;
    this.database = database;
    this.password = pulumi.secret(password);
    this.url = pulumi.interpolate`postgres://${user}:${this.password.apply(encodeURIComponent)}@${this.host}:${this.port}/${database}`;
  }
}

function checkPostgres(args: PostgresArgs): Problem[] {
  const name = (argument: string, value: string | undefined): Problem[] =>
    value === undefined || /^[a-z_][a-z0-9_]*$/.test(value)
      ? []
      : [
          {
            argument,
            value,
            rule: "such a name has lower-case letters, digits and underscores",
            cure: 'write it like "shop"',
          },
        ];
  return [
    ...check.notEmpty("version", args.version, 'name the major version, such as "15"'),
    ...name("user", args.user),
    ...name("database", args.database),
  ];
}
