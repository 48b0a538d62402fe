import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkErrorPages, hashOf, readPages } from "../../../../components/app/error-pages";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sextant-error-pages-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const page = (name: string, text: string): void => {
  writeFileSync(join(folder, name), text);
};
const rules = (directory = folder): unknown[] =>
  checkErrorPages(directory).map((problem) => ("rule" in problem ? problem.rule : problem));

describe("error pages", () => {
  it("are those of a directory that are named after a status", () => {
    for (const name of ["404.html", "503.html", "200.html", "index.html", "503.html.erb"]) page(name, name);
    mkdirSync(join(folder, "assets"));
    expect(readPages(folder)).toEqual({ "404.html": "404.html", "503.html": "503.html" });
    expect(checkErrorPages(folder)).toEqual([]);
    expect(checkErrorPages(undefined)).toEqual([]);
  });

  it("have a hash that is another one for other pages alone", () => {
    page("503.html", "a");
    const before = hashOf(readPages(folder));
    expect(hashOf(readPages(folder))).toBe(before);
    page("index.html", "b");
    expect(hashOf(readPages(folder))).toBe(before);
    page("503.html", "b");
    expect(hashOf(readPages(folder))).not.toBe(before);
  });

  it.each([
    ["{{ .Message }} and {{ if .Message }}x{{ end }}", []],
    ['{{ "{{" }} and {{ `}}` }}', []],
    ["body { color: red } }}", []],
    ["{{ .Message", ["503.html is a template of Go's, which does not understand {{ without its }}"]],
    [
      "a {{ .Message }} {{ x }",
      ["503.html is a template of Go's, which does not understand {{ without its }}"],
    ],
    ["{{ message }}", ["503.html is a template of Go's, which does not understand {{ message }}"]],
    ["a{{}}b", ["503.html is a template of Go's, which does not understand {{}}"]],
    ["{{- /* why }} */ -}}{{ with $x := .Message }}{{ printf `}}%s` $x }}{{ end }}", []],
    ["", ["503.html is empty"]],
  ])("of %j are refused with %j", (text, said) => {
    page("503.html", text);
    expect(rules()).toEqual(said);
  });

  it("are refused where there are none, and where they are too large for a state", () => {
    expect(rules()).toEqual(["it has no page that is named after a status"]);
    page("503.html", "x".repeat(1024 * 1024 + 1));
    expect(rules()).toEqual([
      "its pages have 1025 KiB together, and 1024 are the most: they are kept in the state",
    ]);
    expect(rules(join(folder, "nowhere"))).toEqual([`${process.cwd()} has no such directory`]);
  });
});
