/** What a copy commits, and when it ends, with programs in place of the database's own; real servers are asked in the lab's tests. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DockerApi } from "./docker-api";
import { VerbsHere } from "./verbs-here";

const commit = "COMMIT;\nSELECT 'sextant: copied';\nANALYZE;\n";

let docker: DockerApi;
let verbs: VerbsHere;
let env: NodeJS.ProcessEnv;
const file = (name: string): string => join(verbs.directory, name);
const read = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");

beforeEach(async () => {
  docker = await new DockerApi().listen();
  verbs = new VerbsHere(docker);
  env = {
    PATH: `${verbs.directory}:${process.env["PATH"] ?? ""}`,
    SEXTANT_RUN: join(verbs.directory, "run"),
  };
  // `docker exec --interactive NAME sh -c ...`: here, with the name in the environment. The client is a process apart from what runs in the
  // container, which goes on where the client is killed, and sees the end of its input.
  verbs.command(
    "docker",
    `name=$3; shift 3; pipe='${verbs.directory}'/input-$$; mkfifo "$pipe"; exec 4<&0
    cat <&4 >"$pipe" & reader=$!
    exec 4<&-
    IN=$name "$@" <"$pipe"; code=$?
    kill "$reader" 2>/dev/null; rm -f "$pipe"; exit "$code"`,
  );
  verbs.command(
    "psql",
    `echo "$IN $*" >'${file("psql.args")}'; echo "$PGPASSWORD" >'${file("psql.password")}'; cat >'${file("psql.read")}'`,
  );
});
afterEach(() => {
  docker.close();
  verbs.remove();
});

const dumps = (script: string): void => {
  verbs.command(
    "pg_dump",
    `echo "$IN $*" >'${file("dump.args")}'; echo "$PGPASSWORD" >'${file("dump.password")}'; ${script}`,
  );
};
const both = ["server=postgres", "old=db", "from=app", "as=app", "new=db18", "into=shop", "to=app"];

/** Runs the verb with standard input that stays open, until it ends or the input is to end. */
function open(words: string[], input: string): { ended: Promise<number | null>; end: () => void } {
  const child = spawn(file("database-copy"), words, {
    env,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  child.stdin.write(input);
  return {
    ended: new Promise((resolve) => child.on("close", resolve)),
    end: () => child.stdin.end(),
  };
}

describe("a copy on one host", () => {
  it("commits a dump that has ended well, and each side gets its own password by standard input", async () => {
    dumps("echo 'CREATE TABLE a ();'");
    const { ended, end } = open(both, "new-canary\nold-canary\n");
    expect(await ended).toBe(0);
    end();
    expect(read("psql.read")).toBe(`BEGIN;\nCREATE TABLE a ();\n${commit}`);
    expect([read("psql.password"), read("dump.password")]).toEqual(["new-canary\n", "old-canary\n"]);
    expect(read("psql.args") + read("dump.args")).not.toContain("canary");
    expect(read("dump.args")).toMatch(/^db .*--lock-wait-timeout=5min .*--username app --dbname app$/m);
    expect(read("psql.args")).toMatch(/^db18 .*--username app --dbname shop$/m);
  });

  it("commits nothing of a dump that has failed", async () => {
    dumps("echo 'CREATE TABLE a ();'; exit 1");
    const { ended, end } = open(both, "new\nold\n");
    await ended;
    end();
    expect(read("psql.read")).toBe("BEGIN;\nCREATE TABLE a ();\n");
  });

  it("ends the dump when nobody waits for it any more, and commits nothing", async () => {
    dumps("echo 'CREATE TABLE a ();'; exec sleep 600");
    const { ended, end } = open(both, "new\nold\n");
    await expect.poll(() => read("psql.read")).toContain("CREATE TABLE a");
    end();
    await ended;
    expect(read("psql.read")).toBe("BEGIN;\nCREATE TABLE a ();\n");
  });

  it("ends the dump when the restore has ended, also while it waits and prints nothing", async () => {
    verbs.command("psql", "exit 3");
    dumps(`echo $$ >'${file("dump.pid")}'; exec sleep 600`);
    const { ended, end } = open(both, "new\nold\n");
    expect(await ended).toBe(3);
    end();
    const there = (): boolean => read("dump.pid") !== "" && existsSync(`/proc/${read("dump.pid").trim()}`);
    await expect.poll(there).toBe(false);
    // Nothing is left of it on the host.
    expect(readdirSync(file("run"))).toEqual([]);
  }, 20_000);

  it("takes the new one's pg_dump over the network where it is told, and leaves owners out", async () => {
    dumps("true");
    const { ended, end } = open([...both, "by=db18", "owners=no"], "new\nold\n");
    await ended;
    end();
    expect(read("dump.args")).toMatch(
      /^db18 .*--no-owner --no-privileges --host db --username app --dbname app$/m,
    );
  });
});

/** What a dump for another host prints, while standard input stays open. */
async function printed(words: string[], input: string): Promise<string> {
  const child = spawn(file("database-copy"), words, {
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.write(input);
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => child.on("close", resolve));
  return text;
}

/** How one of whose input nothing more comes ends, and its errors. */
async function said(words: string[], input: string): Promise<string> {
  const child = spawn(file("database-copy"), words, { env, stdio: ["pipe", "ignore", "pipe"] });
  child.stdin.write(input);
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  return `${String(code)} ${text}`;
}

describe("an end of a copy over two hosts", () => {
  it("prints the dump with its commit, and the other one reads it", async () => {
    dumps("echo 'SELECT 1;'");
    const sql = await printed(["server=postgres", "old=db", "from=app", "as=app"], "old\n");
    expect(sql).toBe(`BEGIN;\nSELECT 1;\n${commit}`);
    await verbs.run("database-copy", ["server=postgres", "new=db18", "into=app", "to=app"], `new\n${sql}`);
    expect([read("psql.read"), read("psql.password")]).toEqual([sql, "new\n"]);
  });

  // A signal that is trapped is lost to a shell that is about to wait for its input, as when a dump ends at once.
  it("ends with its dump, also where a signal is lost, and says nothing of its own", async () => {
    verbs.command("docker", 'shift 3; trap "" TERM; IN=db exec "$@"');
    dumps("exit 1");
    expect(await said(["server=postgres", "old=db", "from=app", "as=app"], "old\n")).toBe("1 ");
  }, 20_000);

  it("of MariaDB takes its mark away behind a dump that has ended well alone", async () => {
    const dumped = (script: string): Promise<string> => {
      verbs.command("mariadb-dump", `cat /dev/fd/4 >'${file("options")}'; ${script}`);
      return printed(["server=mysql", "old=db", "from=shop", "as=app"], '"canary"\n');
    };
    expect(await dumped("echo 'SELECT 1;'")).toBe(
      "SELECT 1;\nDROP TABLE sextant_copy_unfinished;\nSELECT 'sextant: copied';\n",
    );
    expect(read("options")).toBe('[client]\npassword="canary"\n');
    expect(await dumped("echo 'SELECT 1;'; exit 2")).toBe("SELECT 1;\n");
  });
});
