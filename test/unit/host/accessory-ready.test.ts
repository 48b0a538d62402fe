/** How an accessory is waited for: through a slow start, to its time, and with what its server said last. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DockerApi } from "./docker-api";
import { VerbsHere } from "./verbs-here";

let docker: DockerApi;
let verbs: VerbsHere;
const file = (name: string): string => join(verbs.directory, name);
/** How often the command was asked. */
const asked = (): number => readFileSync(file("asked"), "utf8").trim().split("\n").length;

beforeEach(async () => {
  docker = await new DockerApi().listen();
  verbs = new VerbsHere(docker);
  // `docker exec NAME COMMAND...` runs the command here.
  verbs.command("docker", '[ "$1" != exec ] || { shift 2 && exec "$@"; }');
});
afterEach(() => {
  docker.close();
  verbs.remove();
});

/** @param answers the exit codes of the command, one after the other; the last one stays */
function server(...answers: number[]): void {
  verbs.command(
    "answers",
    `echo asked >>${file("asked")}
set -- ${answers.join(" ")}
at=$(wc -l <${file("asked")})
[ "$at" -le $# ] || at=$#
shift $((at - 1))
[ "$1" = 0 ] || echo "Access denied for user 'shop'" >&2
exit "$1"`,
  );
}

const ready = (seconds: number) =>
  verbs.ranBy("accessory-ready", ["container=shop-db", `timeout=${seconds}`, "--", "answers"]);

describe("an accessory", () => {
  it("is ready once its server has answered twice in a row, and not by the one of its first set-up", async () => {
    server(1, 1, 0, 1, 0, 0);
    expect(await ready(60)).toMatchObject({ code: 0, stdout: "" });
    expect(asked()).toBe(6);
  });

  it("that does not take the login is asked until its time is over, and what it said is told", async () => {
    server(1);
    const { code, stdout } = await ready(2);
    expect(code).toBe(1);
    const told = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
    expect(told).toMatchObject({ stage: "ready", ending: "timeout", container: "shop-db", timeout: 2 });
    expect(told["error"]).toContain("Access denied for user 'shop'");
    expect(asked()).toBeGreaterThan(2);
  });

  it("that answers only now and then has not answered twice", async () => {
    server(0, 1, 0, 1, 0, 1);
    expect((await ready(2)).code).toBe(1);
  });
});
