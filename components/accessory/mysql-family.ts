/** What the presets of MariaDB and MySQL have in common: their arguments, and the login of the app. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../core/problem";
import { seriesOf, type MysqlFormat } from "../../provider/docker/mysql-format";
import { Step } from "../host/step";
import { isMutableTag } from "../image/reference";
import { Accessory } from "./accessory";
import type { AccessoryArgs } from "./args";
import { checkPassword, checkVersion, passwordFault } from "./checks/check-version";
import { lateSecret } from "./late-password";
import type { MariaDbArgs, MySqlArgs } from "./mysql-args";
import { dataFormatCheck } from "./postgres-data";
import { withPreset, type Served } from "./preset";

/** What tells the two apart. */
export interface Family {
  server: MysqlFormat["server"];
  /** How people call it. */
  called: string;
  /** The official image. */
  image: string;
  /** What the names of the image's variables begin with. */
  prefix: "MARIADB" | "MYSQL";
  /** Variables of the image. */
  env: Readonly<Record<string, string>>;
  /** A version, for sentences. */
  example: string;
  /** What is wrong with a password of root. */
  rootFault(password: string): string | undefined;
}

export const mariaDb: Family = {
  server: "mariadb",
  called: "MariaDB",
  image: "mariadb",
  prefix: "MARIADB",
  // Data of an older series is upgraded at the start, by a server that nobody can reach.
  env: { MARIADB_ROOT_HOST: "localhost", MARIADB_AUTO_UPGRADE: "1" },
  example: "11.4",
  rootFault: passwordFault,
};

export const mySql: Family = {
  server: "mysql",
  called: "MySQL",
  image: "mysql",
  prefix: "MYSQL",
  env: { MYSQL_ROOT_HOST: "localhost" },
  example: "8.4",
  // The image's own script puts it between quotes as it is (docker-library/mysql at 7f30fdb, docker-entrypoint.sh, `docker_setup_db`).
  rootFault: (password) =>
    passwordFault(password) ??
    (/["'\\]/.test(password)
      ? "holds a quote or a backslash, which the official image does not take"
      : undefined),
};

const dataDirectory = "/var/lib/mysql";

/**
 * The server of the first set-up, and that of an upgrade, listen on a socket only. One that answers over TCP is there for clients, also with
 * a refusal, which root gets there; whether it takes the app's login is tried by the step after this one. What the client's own exit code
 * says of a refusal depends on its version: that of 10.11.19 takes the refusal of a host for an error of TLS.
 */
export const serverAnswers = `admin=$(command -v mariadb-admin || command -v mysqladmin)
said=$("$admin" --protocol=tcp --host=127.0.0.1 --port=3306 --user=root --connect-timeout=5 --loose-ssl-verify-server-cert=0 ping 2>&1) && exit 0
case $said in *"Access denied"* | *"is not allowed to connect"*) exit 0 ;; esac
printf '%s\\n' "$said" >&2
exit 1`;

/** An accessory that is a server of MySQL's protocol, with a user and a database for the app. */
export class MysqlFamily extends Accessory {
  /** `mysql://user:password@host:port/database`; a secret. Known once the server takes this login. */
  readonly url: pulumi.Output<string>;
  /** The password, as a secret. Known once the server takes it. */
  readonly password: pulumi.Output<string>;
  readonly user: string;
  readonly database: string;
  /** Done when the user has the password, and has logged in with it over TCP. */
  readonly login: Step<"MysqlLogin">;

  constructor(
    family: Family,
    name: string,
    args: MariaDbArgs | MySqlArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { user = "app", database = user, password } = args;
    let step: Step<"MysqlLogin"> | undefined;
    super(
      name,
      withPreset(accessoryArgs(family, args, database), {
        refused: checkFamily(family, args),
        made: ["image", `secrets.${family.prefix}_ROOT_PASSWORD`],
        warned: [],
        firstEnvs: [`${family.prefix}_ROOT_PASSWORD`],
        data: formatOf(family, args),
        login: (accessory) => (step = loginStep(family, accessory, args, user, database)),
        ...(args.image === undefined ? { keepsAt: [dataDirectory] } : {}),
      }),
      opts,
    );
    if (step === undefined) throw new Error(`${this.label} has no login`);
    this.login = step;
    this.user = user;
    this.database = database;
    this.password = pulumi.secret(pulumi.all([password, this.login.id]).apply(([known]) => known));
    this.url = pulumi.interpolate`mysql://${user}:${this.password.apply(encodeURIComponent)}@${this.host}:${this.port}/${database}`;
  }
}

/** The arguments of the accessory. */
function accessoryArgs(family: Family, args: MariaDbArgs | MySqlArgs, database: string): AccessoryArgs {
  const { version, image = family.image, rootPassword, ...others } = args;
  const { user: _, database: __, password: ___, series: ____, ...rest } = others;
  return {
    ...rest,
    image: `${image}:${version}`,
    port: 3306,
    volumes: { data: dataDirectory },
    env: { ...family.env, [`${family.prefix}_DATABASE`]: database, ...args.env },
    secrets: { [`${family.prefix}_ROOT_PASSWORD`]: rootPassword, ...args.secrets },
    // It writes what it has in memory to the disk before it ends.
    stopTimeout: args.stopTimeout ?? "120s",
    ready: { command: ["sh", "-c", serverAnswers], timeout: "10m" },
  };
}

function formatOf({ server, image }: Family, args: MariaDbArgs | MySqlArgs): MysqlFormat {
  const { version, series = seriesOf(String(version)) ?? "" } = args;
  return { server, image: `${args.image ?? image}:${version}`, series };
}

function loginStep(
  family: Family,
  accessory: Served,
  args: MariaDbArgs | MySqlArgs,
  user: string,
  database: string,
): Step<"MysqlLogin"> {
  const { label, container } = accessory;
  return new Step(
    "MysqlLogin",
    `${accessory.componentName}-login`,
    args.server,
    {
      container: container.name,
      instance: container.id,
      user,
      database,
      password: lateSecret(label, "password", args.password),
      rootPassword: lateSecret(label, "rootPassword", args.rootPassword, family.rootFault),
    },
    { parent: accessory, dependsOn: [accessory.ready] },
  );
}

function checkFamily(family: Family, args: MariaDbArgs | MySqlArgs): Problem[] {
  const { version, series, rootPassword } = args;
  const wrong = checkVersion(version, family.example);
  const known = series ?? seriesOf(String(version));
  const rootWrong = checkPassword(rootPassword).map((problem) => ({ ...problem, argument: "rootPassword" }));
  const rootFault =
    rootWrong.length === 0 && typeof rootPassword === "string" ? family.rootFault(rootPassword) : undefined;
  return [
    ...wrong,
    ...(wrong.length > 0 || known !== undefined || isMutableTag(version)
      ? []
      : [
          {
            argument: "version",
            value: version,
            rule: `it does not say which series of ${family.called} it is, and the data is read by the right one alone`,
            cure: `write it like "${family.example}", or give it as series`,
            check: dataFormatCheck,
          },
        ]),
    ...(series === undefined || seriesOf(series) === series
      ? []
      : [
          {
            ...{ argument: "series", value: series, rule: "a series is two numbers with a dot" },
            cure: `write it like "${family.example}"`,
          },
        ]),
    ...checkPassword(args.password),
    ...rootWrong,
    ...(rootFault === undefined
      ? []
      : [{ argument: "rootPassword", fault: rootFault, cure: "choose another one" }]),
    ...checkName("user", args.user, 32),
    ...checkName("database", args.database, 64),
    ...(args.user === "root"
      ? [
          {
            ...{
              argument: "user",
              value: "root",
              rule: "root is for who looks after the server, and logs in inside of it",
            },
            cure: "give the app a user of its own",
          },
        ]
      : []),
  ];
}

function checkName(argument: string, name: string | undefined, most: number): Problem[] {
  if (name === undefined || (name.length <= most && /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name))) return [];
  return [
    {
      argument,
      value: name,
      rule: `such a name has up to ${most} letters, digits, hyphens and underscores, and does not start with a digit`,
      cure: 'write it like "shop"',
    },
  ];
}
