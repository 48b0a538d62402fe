import { describe, expect, it } from "vitest";
import {
  after,
  caseNames,
  cases,
  releaseFor,
  standingAfter,
  versions,
  type CaseName,
  type Standing,
} from "../../../bench/compare/cases";

/** Plays cases one after the other. */
function play(...names: CaseName[]): Standing | undefined {
  return names.reduce<Standing | undefined>(
    (standing, name) => standingAfter(name, releaseFor(name, standing, "exit"), standing),
    undefined,
  );
}

describe("the releases of a round", () => {
  it("goes from v1 to the next version and back", () => {
    expect(play("first")?.current.version).toBe("v1");
    expect(play("first", "deploy")).toMatchObject({ current: { version: "v2" }, previous: "v1" });
    expect(play("first", "deploy", "rollback")).toMatchObject({
      current: { version: "v1" },
      previous: "v2",
      newest: "v2",
    });
  });

  it("never deploys a version again that it went back from", () => {
    expect(play("first", "deploy", "rollback", "deploy")?.current.version).toBe("v3");
  });

  it("goes through the versions in a circle", () => {
    expect(versions.map(after)).toEqual([...versions.slice(1), versions[0]]);
  });

  it("changes the environment alone when only the configuration changes, to something new each time", () => {
    const [once, twice] = [play("first", "config"), play("first", "config", "config")];
    expect(once?.current.version).toBe("v1");
    expect(twice?.current.version).toBe("v1");
    expect(once?.current.env).not.toEqual(twice?.current.env);
  });

  it("asks for the same thing when nothing changes", () => {
    const standing = play("first", "deploy", "config");
    expect(releaseFor("same", standing, "exit")).toEqual(standing?.current);
  });

  it("lets a preview change nothing", () => {
    expect(play("first", "deploy", "preview")).toEqual(play("first", "deploy"));
  });

  it("keeps what served when a release fails, and knows that it failed", () => {
    const standing = play("first", "deploy", "failed");
    expect(standing).toMatchObject({ current: { version: "v2" }, newest: "v3", failed: true });
    expect(standingAfter("deploy", releaseFor("deploy", standing, "exit"), standing)).toMatchObject({
      current: { version: "v4" },
    });
    expect(play("first", "failed", "deploy")?.failed).toBeUndefined();
  });

  it("fails the same way for both tools", () => {
    const standing = play("first");
    expect(releaseFor("failed", standing, "exit").env).toMatchObject({ EXIT_AT_BOOT: "1" });
    expect(releaseFor("failed", standing, "up").env).toMatchObject({ FAIL_UP: "1" });
  });

  it("has both tools in each case that both can do", () => {
    for (const name of caseNames.filter((each) => !cases[each].harmless)) {
      expect(cases[name].tools).toEqual(expect.arrayContaining(["sextant", "kamal"]));
    }
  });
});
