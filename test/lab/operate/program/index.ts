/** Two servers with an app behind the proxy, a role of another one with a shell in its image, and Redis. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Postgres, Proxy, Redis, Registry, Server, http, ssh } from "../../../../components";

const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const edge = new Firewall("test-operate", { allow: [ssh.from(config.require("operator")), http] });
const servers = ["test-operate-1", "test-operate-2"].map(
  (name) =>
    new Server(name, {
      type: "cx23",
      firewalls: [edge],
      registries: [registry],
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    }),
);
const [first, second] = servers as [Server, Server];
const proxy = new Proxy("proxy", { servers, image: `${images}/kamal-proxy:v0.9.2` });
new Redis("cache", { server: first, image: `${images}/redis`, version: "7" });

const hooks = config.require("hooks");

/** The releases that serve. */
new App("lite", {
  image: `${images}/lite`,
  version: config.require("version"),
  proxy,
  route: { hosts: ["lite.test"], port: 3000 },
  errorPages: "pages",
  hooks: {
    beforeRelease: `echo "before $KAMAL_VERSION of $KAMAL_SERVICE in $KAMAL_DESTINATION" >>${hooks}; [ ! -e ${hooks}.fail-before ]`,
    beforeBatch: `[ ! -e ${hooks}.fail-before-batch ]`,
    afterBatch: `[ ! -e ${hooks}.fail-after-batch ]`,
    afterRelease: `echo "$KAMAL_RUNTIME $KAMAL_LOCK" >>${hooks}.run; echo "after $KAMAL_VERSION on $KAMAL_HOSTS" >>${hooks}; [ ! -e ${hooks}.fail-after ]`,
  },
  // The second server comes first: the primary one is the program's, and not the alphabet's.
  roles: { web: { servers: [second, first] } },
});

/** What a person types into. */
new App("tools", {
  image: `${images}/redis`,
  version: "7",
  roles: {
    job: {
      servers: [second, first],
      command: [
        "sh",
        "-c",
        'echo "tools on $KAMAL_HOST"; while sleep 1; do echo "beat of $KAMAL_HOST"; done',
      ],
    },
  },
  env: { GREETING: "hello" },
  secrets: { TOKEN: config.requireSecret("token") },
  commands: { console: ["sh", "-i"], greet: ["sh", "-c", 'echo "$GREETING, $1" >&2; cat', "greet"] },
});

/** A database, and an app whose image has what `bin/rails dbconsole` runs. */
if (config.getBoolean("database") === true) {
  const postgres = { image: `${images}/postgres`, version: "15" };
  const password = config.requireSecret("dbPassword");
  const db = new Postgres("db", { ...postgres, server: first, password, data: "discard" });
  // As Rails does it: the login is in the environment of psql, the password only where that is asked for (activerecord, PostgreSQLAdapter).
  const rails = [
    "#!/bin/sh",
    '[ "$1" = dbconsole ] || exit 64',
    'case " $* " in *" --include-password "*) export PGPASSWORD="$DATABASE_PASSWORD" ;; esac',
    "exec psql",
  ];
  const written = rails.map((line) => `'${line}'`).join(" ");
  new App("books", {
    ...postgres,
    roles: {
      job: {
        servers: [first],
        command: [
          "sh",
          "-c",
          `printf '%s\\n' ${written} >bin/rails; chmod 755 bin/rails; while sleep 1; do :; done`,
        ],
      },
    },
    env: { PGHOST: db.host, PGUSER: db.user, PGDATABASE: db.database },
    secrets: { DATABASE_PASSWORD: db.password },
  });
}

export const addresses = servers.map(({ address }) => address);
