/** The verb that makes directories, in a real shell. */
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directoriesStep } from "../../../provider/release/directories";
import { shell } from "../provider/release/steps";
import { DockerApi } from "./docker-api";
import { VerbsHere } from "./verbs-here";

let docker: DockerApi;
let verbs: VerbsHere;
let own: string;

beforeEach(async () => {
  docker = await new DockerApi().listen();
  verbs = new VerbsHere(docker);
  own = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
});
afterEach(() => {
  docker.close();
  verbs.remove();
});

const at = (path: string): string => join(verbs.directory, path);
const modeOf = (path: string): string => (statSync(at(path)).mode & 0o7777).toString(8);

function make(...directories: { path: string; mode?: string; owner?: string }[]) {
  const { words } = directoriesStep.call({ shell, directories });
  return verbs.run("directories", words);
}

describe("directories of a host", () => {
  it("are made with what is above them, and are the same when that is done again", async () => {
    for (const _ of ["first", "again"]) {
      const made = await make({ path: at("srv/a b/data"), mode: "2750", owner: own }, { path: at("logs") });
      expect(made).toEqual({ code: 0, stderr: "" });
      expect([modeOf("srv/a b/data"), modeOf("srv"), modeOf("logs")]).toEqual(["2750", "755", "755"]);
    }
  });

  it("keep what is in them, and its mode", async () => {
    mkdirSync(at("data"), { mode: 0o700 });
    writeFileSync(at("data/kept"), "here", { mode: 0o600 });
    expect(await make({ path: at("data"), mode: "0755" })).toMatchObject({ code: 0 });
    expect([modeOf("data"), modeOf("data/kept"), readFileSync(at("data/kept"), "utf8")]).toEqual([
      "755",
      "600",
      "here",
    ]);
    await make({ path: at("data"), mode: "2770" });
    await make({ path: at("data"), mode: "750" });
    expect(modeOf("data")).toBe("750");
    // A link to where the data is stays one.
    symlinkSync(at("data"), at("link"));
    expect(await make({ path: at("link") })).toMatchObject({ code: 0 });
  });

  it("are refused before any of them is made, where one is something else", async () => {
    writeFileSync(at("file"), "here");
    expect(await make({ path: at("new") }, { path: at("file"), mode: "0700" })).toEqual({
      code: 1,
      stderr: `${at("file")} is no directory, and nothing of it was changed; give another path, or mount it by volumes.\n`,
    });
    expect(existsSync(at("new"))).toBe(false);
  });
});
