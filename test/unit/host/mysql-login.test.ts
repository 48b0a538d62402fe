/** The login of an app at MariaDB or MySQL: what the clients are given, and what is said where they refuse it. Real servers are in the lab. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mysqlLoginStep } from "../../../provider/release/mysql-login";
import { shell } from "../provider/release/steps";
import { DockerApi } from "./docker-api";
import { VerbsHere, type Ended } from "./verbs-here";

let docker: DockerApi;
let verbs: VerbsHere;

beforeEach(async () => {
  docker = await new DockerApi().listen();
  verbs = new VerbsHere(docker);
  // `docker exec --interactive NAME COMMAND...` runs the command here.
  verbs.command("docker", 'shift 3; exec "$@"');
});
afterEach(() => {
  docker.close();
  verbs.remove();
});

const password = String.raw`ca$nary "it's" \ #1`;
const rootPassword = "root-canary";

/** @param client what the client does for each of its two calls, `socket` and `tcp`, by its file of options and standard input */
async function login(client: string): Promise<Ended> {
  const seen = join(verbs.directory, "seen");
  verbs.command(
    "mariadb",
    `case "$*" in *protocol=socket*) via=socket ;; *) via=tcp ;; esac
printf '%s\\n' "$*" >>${seen}.arguments; env >>${seen}.environment; cat /dev/fd/3 >${seen}.$via; [ $via = tcp ] || cat >${seen}.sql
${client}`,
  );
  const { words, stdin } = mysqlLoginStep.call({
    ...{ shell, container: "shop-db", instance: "a1", user: "shop", database: "orders" },
    ...{ password, rootPassword },
  });
  const ended = await verbs.run("mysql-login", words, stdin);
  expect(ended.stderr).not.toContain("canary");
  for (const of of ["arguments", "environment"])
    expect(readFileSync(`${seen}.${of}`, "utf8")).not.toContain("canary");
  return ended;
}
const seen = (of: string): string => readFileSync(join(verbs.directory, `seen.${of}`), "utf8");

describe("the login of an app at MariaDB or MySQL", () => {
  it("is made by root over the socket, and tried over TCP, with passwords that no argument and no environment has", async () => {
    expect(await login("")).toEqual({ code: 0, stderr: "" });
    expect(seen("socket")).toBe(`[client]\npassword="root-canary"\n`);
    expect(seen("tcp")).toBe(`[client]\npassword="${String.raw`ca$nary \"it\'s\" \\ #1`}"\n`);
    expect(seen("sql")).toContain("ALTER USER 'shop'@'%'");
    expect(seen("arguments")).toMatch(/--protocol=tcp --host=127.0.0.1 --port=3306 --user=shop .* orders$/m);
  });

  it("is refused where root's password is another one, and nothing was changed", async () => {
    const denied = `echo "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)" >&2; exit 1`;
    const { code, stderr } = await login(denied);
    expect(code).toBe(1);
    expect(stderr).toContain("rootPassword is not that of root in the data of shop-db");
  });

  it("is not done where root could set it and the app is refused all the same", async () => {
    const { code, stderr } = await login(
      `[ $via = socket ] || { echo "ERROR 1130: Host not allowed" >&2; exit 1; }`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain("ERROR 1130: Host not allowed");
    expect(stderr).toContain("shop-db does not take the login of shop on the database orders over TCP");
  });

  it("says the server's own words for anything else", async () => {
    const { code, stderr } = await login(
      `echo "ERROR 1819: Your password does not satisfy the policy" >&2; exit 1`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain("ERROR 1819: Your password does not satisfy the policy");
    expect(stderr).toContain("the login of shop on the database orders in shop-db is not set");
  });
});
