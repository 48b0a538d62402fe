/**
 * Where the official image of PostgreSQL keeps its data. Pure. The rules are those of
 * docker-library/postgres at 6edb0a8: up to 17 `VOLUME /var/lib/postgresql/data` is PGDATA itself; from 18 on the volume is
 * /var/lib/postgresql, PGDATA a directory of the major version in it, and docker-entrypoint.sh ends where
 * /var/lib/postgresql/data is a mount point (18/trixie/Dockerfile, `docker_setup_env` in 18/trixie/docker-entrypoint.sh). The
 * images on Alpine have the same.
 */
const before18 = "/var/lib/postgresql/data";
const from18 = "/var/lib/postgresql";

/** Where the volume `data` is mounted. A PGDATA of the program's own below the old place keeps the volume there. */
export function mountFor(major: number, pgdata: string | undefined): string {
  if (major < 18) return before18;
  return pgdata !== undefined && insideOf(before18, pgdata) ? before18 : from18;
}

/** PGDATA as the program gives it, where it is known now. */
export function pgdataOf(env: Record<string, unknown> | undefined): string | undefined {
  const given = env?.["PGDATA"];
  return typeof given === "string" ? given.replace(/\/+$/, "") : undefined;
}

/** Whether a path is a directory or below it. */
export function insideOf(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
