import * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import { libcOf, majorOf } from "../../provider/docker/data-format";
import { Step } from "../host/step";
import { isMutableTag } from "../image/reference";
import { Accessory } from "./accessory";
import { checkPassword, checkVersion } from "./checks/check-version";
import { lateSecret } from "./late-password";
import { checkPgdata, dataFormatCheck } from "./postgres-data";
import { mountFor, pgdataOf } from "../../provider/docker/postgres-place";
import { withPreset } from "./preset";
import { refuseShape } from "../core/shape";
import type { PostgresArgs } from "./postgres-args";
import { postgresShape } from "./shape";

/**
 * PostgreSQL in a container, with its data in the volume `data`, ready when it takes connections over TCP. For the official image,
 * 14 to 18, and those that are made from it, such as those of pgvector and PostGIS.
 *
 * @example const db = new Postgres("db", { server: web1, version: "17", password: config.requireSecret("dbPassword") });
 */
export class Postgres extends Accessory {
  /** `postgres://user:password@host:port/database`; a secret. Known once the database has the password. */
  readonly url: pulumi.Output<string>;
  /** The password, as a secret. Known once the database has it. */
  readonly password: pulumi.Output<string>;
  readonly user: string;
  readonly database: string;
  /** Done when the user has the password. */
  readonly login: Step<"PostgresLogin">;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, postgresShape, args);
    const { version, password, user = "app", database = user, image = "postgres", ...others } = args;
    const { major, libc: _, ...rest } = others;
    const known = major ?? majorOf(String(version)) ?? NaN;
    super(
      name,
      withPreset(
        {
          ...rest,
          image: `${image}:${version}`,
          port: 5432,
          shm: args.shm ?? "256m",
          volumes: { data: mountFor(known, pgdataOf(args.env)) },
          env: { POSTGRES_USER: user, POSTGRES_DB: database, ...args.env },
          secrets: { POSTGRES_PASSWORD: password, ...args.secrets },
          // Over TCP: the server of the first set-up listens on its socket only.
          ready: { command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", user, "-d", database] },
        },
        {
          refused: checkPostgres(args),
          made: ["image", "secrets.POSTGRES_PASSWORD"],
          warned: [],
          firstEnvs: ["POSTGRES_PASSWORD"],
          data: {
            image: `${image}:${version}`,
            major: known,
            libc: args.libc ?? libcOf(String(version)),
            user,
            database,
          },
          ...(image === "postgres" ? { keepsAt: [mountFor(known, undefined)] } : {}),
        },
      ),
      opts,
    );
    this.user = user;
    this.database = database;
    this.login = this.setPassword(args, user, database);
    this.password = pulumi.secret(pulumi.all([password, this.login.id]).apply(([known]) => known));
    this.url = pulumi.interpolate`postgres://${user}:${this.password.apply(encodeURIComponent)}@${this.host}:${this.port}/${database}`;
  }

  /** The image takes a password with an empty volume only; so it is set each time that it is another one. */
  private setPassword(
    { server, password, takeOver }: PostgresArgs,
    user: string,
    database: string,
  ): Step<"PostgresLogin"> {
    return new Step(
      "PostgresLogin",
      `${this.componentName}-login`,
      server,
      {
        container: this.container.name,
        instance: this.container.id,
        user,
        database,
        ...(takeOver === undefined ? {} : { taken: true }),
        password: lateSecret(this.label, "password", password),
      },
      { parent: this, dependsOn: [this.ready] },
    );
  }
}

function checkPostgres(args: PostgresArgs): Problem[] {
  const { version, major, password, env } = args;
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
  const wrong = checkVersion(version, "17");
  const known = major ?? majorOf(String(version));
  return [
    ...wrong,
    ...check.whole("major", major, 9, 99),
    ...check.oneOf("libc", args.libc, ["glibc", "musl"]),
    ...(wrong.length > 0 || known !== undefined || isMutableTag(version)
      ? []
      : [
          {
            argument: "version",
            value: version,
            rule: "it does not say which major version of PostgreSQL it is, and the place of the data depends on that",
            cure: "give it as major",
            check: dataFormatCheck,
          },
        ]),
    ...(known === undefined ? [] : checkPgdata(known, pgdataOf(env))),
    ...checkPassword(password),
    ...name("user", args.user),
    ...name("database", args.database),
  ];
}
