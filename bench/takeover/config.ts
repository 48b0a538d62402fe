/** Kamal's configuration of the shop, and what its user edits of the program that is made from it. Pure. */
import { stringify } from "yaml";

/** The host name of the route. */
export const routeHost = "shop.bench";

export interface Site {
  /** The two servers; the first one has the database, Redis and the worker. */
  servers: readonly [string, string];
  registry: { address: string; username: string };
  keyFile: string;
}

/** `config/deploy.yml`: the web role on both servers, a worker, PostgreSQL in a directory of the host, Redis in a Docker volume. */
export function deployYml({ servers, registry, keyFile }: Site): string {
  const [first] = servers;
  return stringify({
    service: "shop",
    image: "shop",
    servers: { web: { hosts: [...servers] }, job: { hosts: [first], cmd: "bin/jobs" } },
    registry: {
      server: registry.address,
      username: registry.username,
      password: ["KAMAL_REGISTRY_PASSWORD"],
    },
    builder: { arch: "amd64" },
    env: {
      // The second server reaches it past the host, as Kamal's users have it.
      clear: {
        DB_HOST: first,
        POSTGRES_USER: "shop",
        POSTGRES_DB: "shop_production",
        REDIS_URL: `redis://${first}:6379/0`,
      },
      secret: ["POSTGRES_PASSWORD", "SECRET_KEY_BASE"],
    },
    proxy: {
      host: routeHost,
      app_port: 3000,
      run: { registry: registry.address, repository: "kamal-proxy", version: "v0.9.2" },
    },
    accessories: {
      db: {
        image: `${registry.address}/postgres:15`,
        host: first,
        port: "5432:5432",
        env: {
          clear: { POSTGRES_USER: "shop", POSTGRES_DB: "shop_production" },
          secret: ["POSTGRES_PASSWORD"],
        },
        directories: ["data:/var/lib/postgresql/data"],
      },
      redis: {
        image: `${registry.address}/redis:7`,
        host: first,
        port: "6379:6379",
        volumes: ["shop-redis:/data"],
      },
    },
    ssh: { keys: [keyFile], keys_only: true, config: false },
    deploy_timeout: 60,
    drain_timeout: 10,
    readiness_delay: 1,
  });
}

/** What is in `.kamal/secrets` beside the registry's password. */
export const secrets = { POSTGRES_PASSWORD: "shop's database", SECRET_KEY_BASE: "ab".repeat(64) };

/** `config/deploy.yml` as it is imported: the image is in the registry already, so that nobody builds it. */
export const forImport = (yml: string): string => yml.replace(/^builder:\n(?: .*\n)+/m, "");

/**
 * The program as it runs on the lab: with the library of this checkout, a registry that speaks plain HTTP, and servers that are smaller
 * than any that one buys. All else is as `sextant import` has written it.
 */
export function onLab(program: string): string {
  return program
    .replace('"pulumi-sextant"', '"../../../components"')
    .replaceAll(/(new Registry\("[^"]*", \{)/g, "$1\n  insecure: true,")
    .replaceAll(/(new ExistingServer\("[^"]*", \{)/g, '$1\n  preflight: { disk: "100m" },');
}

/**
 * What of the library is on a server, a line each: containers, volumes and files. Directories, verbs and the network stay for as long as another
 * stack has the server, such as the one that makes it here.
 */
export const leftLines = [
  "docker ps --all --filter label=sextant.creation --format 'container {{.Names}}'",
  "docker volume ls --filter label=sextant.owner --format 'volume {{.Name}}'",
  "find /var/lib/sextant -type f 2>/dev/null || true",
].join("; ");
