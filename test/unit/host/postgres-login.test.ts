/** What is said where psql cannot set a password, by psql's own words; a real server is asked in the lab's tests. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DockerApi } from "./docker-api";
import { VerbsHere } from "./verbs-here";

let docker: DockerApi;
let verbs: VerbsHere;

beforeEach(async () => {
  docker = await new DockerApi().listen();
  verbs = new VerbsHere(docker);
});
afterEach(() => {
  docker.close();
  verbs.remove();
});

/** @param said psql's error */
async function login(said: string, ...more: string[]): Promise<string> {
  verbs.command("docker", `cat >/dev/null; echo '${said}' >&2; exit 2`);
  const words = ["container=shop-db", "user=shop", "database=orders", ...more];
  const { code, stderr } = await verbs.run("postgres-login", words, "canary-7f31\n");
  expect(code).not.toBe(0);
  expect(stderr).not.toContain("canary-7f31");
  return stderr;
}

describe("a password that cannot be set", () => {
  const failed = 'psql: error: connection to server on socket "/run/.s.PGSQL.5432" failed: FATAL:  ';

  it.each(['role "shop" does not exist', 'database "orders" does not exist'])(
    "since the data was made with other names is no matter of the password: %s",
    async (said) => {
      const told = await login(`${failed}${said}`);
      expect(told).toContain(said);
      expect(told).toContain(
        "the data of shop-db was made with another user or database than shop and orders",
      );
      expect(told).not.toContain("\\password");
    },
  );

  it("and is only asked for says that nothing was changed", async () => {
    const told = await login(
      'psql: error: FATAL:  password authentication failed for user "shop"',
      "check=yes",
    );
    expect(told).toContain("password authentication failed");
    expect(told).toContain(
      "does not let shop in with the password that the program has; nothing was changed",
    );
  });

  it("for any other reason is set by hand", async () => {
    expect(await login(`${failed}Peer authentication failed for user "shop"`)).toContain(
      "then \\password shop",
    );
  });
});
