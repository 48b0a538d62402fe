import { describe, expect, it } from "vitest";
import { courseOf } from "../../../../bench/edits/course";
import { edits, programs, steps, type Edit } from "../../../../bench/edits/list";
import { chosenEdits, parseEditsOptions } from "../../../../bench/edits/options";
import { changed, plain } from "../../../../bench/edits/settings";

const course = (edit: Partial<Edit>, flags: string[] = []) => {
  const [[step] = []] = steps([{ name: "an edit", ...edit }]);
  if (step === undefined) throw new Error("there is no step");
  return courseOf(step, flags);
};

describe("the list of edits", () => {
  it("has at least sixty, each with a name of its own", () => {
    const names = steps(edits).flatMap((group) => group.map(({ name }) => name));
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(new Set(names).size).toBe(names.length);
  });

  it("takes each back that was made, and nothing that was not", () => {
    const names = (edit: Partial<Edit>) =>
      steps([{ name: "an edit", ...edit }]).flatMap((group) => group.map(({ name }) => name));
    expect(names({})).toEqual(["an edit", "an edit, taken back"]);
    expect(names({ back: false })).toEqual(["an edit"]);
    expect(names({ ends: "refused" })).toEqual(["an edit"]);
    expect(names({ ends: "fails" })).toEqual(["an edit"]);
  });

  it("asks for the same while an edit is taken back, unless it says otherwise", () => {
    const loads = [{ host: "shop.edits", on: ["first"] as const }].map(({ host, on }) => ({
      host,
      on: [...on],
    }));
    const [[, back] = []] = steps([{ name: "an edit", loads }]);
    expect(back?.loads).toEqual(loads);
    const [[, other] = []] = steps([{ name: "an edit", loads, back: { loads: [] } }]);
    expect(other?.loads).toEqual([]);
  });
});

describe("a change of the program", () => {
  it("is laid over arguments one by one, and takes components out", () => {
    const edited = changed(plain, { shop: { args: { version: "v2" } }, db: null });
    expect(edited.shop?.args).toEqual({ ...plain.shop?.args, version: "v2" });
    expect(edited.shop?.roles).toEqual(plain.shop?.roles);
    expect(edited.db).toBeNull();
    expect(edited.blog).toBe(plain.blog);
  });
});

describe("the runs of an edit", () => {
  it("are a preview and an update with its flags, and a preview without", () => {
    const { preview, update, then, again } = course({}, ["--refresh"]);
    expect(preview.args).toEqual(["preview", "--refresh"]);
    expect(update.args).toEqual(["up", "--yes", "--skip-preview", "--refresh"]);
    expect(then).toBeUndefined();
    expect(again).toMatchObject({ stack: "main", args: ["preview", "--expect-no-changes", "--diff"] });
  });

  it("go on with the whole program where only a part of it was updated", () => {
    const { then, again } = course({ whole: true, change: { db: null } }, ["--target", "urn"]);
    expect(then?.args).toEqual(["up", "--yes", "--skip-preview"]);
    expect(then?.settings.db).toBeNull();
    expect(again).toMatchObject({ settings: { db: null } });
  });

  it("end with the program of before where it is refused or fails", () => {
    const refused = course({ ends: "refused", change: { db: null } });
    expect([refused.then, refused.again]).toMatchObject([undefined, { settings: programs.main }]);
    const failed = course({ ends: "fails", change: { db: null } });
    expect([failed.then, failed.again]).toMatchObject([
      { settings: programs.main },
      { settings: programs.main },
    ]);
  });

  it("of a stack that never comes to be end with nothing of it, and the other as it was", () => {
    const { then, again } = course({ stack: "alike", ends: "fails" });
    expect(then).toMatchObject({ stack: "alike", args: ["destroy", "--yes", "--skip-preview"] });
    expect(again).toMatchObject({ stack: "main", settings: programs.main });
  });

  it("end with nothing in the state after a destroy", () => {
    const { preview, update, again } = course({ command: "destroy" });
    expect([preview.args, update.args[0], again]).toEqual([
      ["destroy", "--preview-only"],
      "destroy",
      "empty",
    ]);
  });
});

describe("the command line", () => {
  const named = ["one", "two", "three"].map((name) => ({ name }));
  const chosen = (...args: string[]) => chosenEdits(named, parseEditsOptions(args)).map(({ name }) => name);

  it("chooses edits by their names, and where to begin", () => {
    expect(chosen()).toEqual(["one", "two", "three"]);
    expect(chosen("--only", "o$|^one")).toEqual(["one", "two"]);
    expect(chosen("--from", "two")).toEqual(["two", "three"]);
    expect(chosen("--from", "two", "--only", "t.r")).toEqual(["three"]);
  });

  it("may end early", () => {
    expect(parseEditsOptions([]).minutes).toBe(Infinity);
    expect(parseEditsOptions(["--minutes", "8"]).minutes).toBe(8);
    expect(() => parseEditsOptions(["--minutes", "soon"])).toThrow("no number from 1 up");
  });

  it("refuses what it does not know, and what names no edit", () => {
    expect(() => parseEditsOptions(["--onyl", "x"])).toThrow("usage: ");
    expect(() => parseEditsOptions(["--only"])).toThrow("usage: ");
    expect(() => chosen("--only", "four")).toThrow("no edit has such a name");
    expect(() => chosen("--from", "four")).toThrow("no edit has such a name");
  });
});
