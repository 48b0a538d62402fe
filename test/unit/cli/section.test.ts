import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { anchors, section } from "../../../cli/section";
import { repoRoot } from "../../../lab/paths";

const page = [
  "# Page",
  "",
  "- [Two](#two)",
  "",
  '<a id="one"></a>',
  "",
  "## The first",
  "",
  "Text.",
  "",
  "```sh",
  "# no heading",
  "```",
  "",
  "### Below `it`",
  "",
  "More.",
  "",
  '<a id="two"></a>',
  "",
  "## The second",
  "",
  "End.",
].join("\n");

describe("the anchors of a page", () => {
  it("are those by which its sections are found", () => {
    expect(anchors(page)).toEqual(["one", "below-it", "two"]);
    for (const anchor of anchors(page)) expect(section(page, anchor)).toMatch(/^##/);
  });
});

describe("a section", () => {
  it("goes from its heading to the next one of its level, without the anchor of that one", () => {
    expect(section(page, "one")).toBe(
      "## The first\n\nText.\n\n```sh\n# no heading\n```\n\n### Below `it`\n\nMore.",
    );
    expect(section(page, "two")).toBe("## The second\n\nEnd.");
  });

  it("is found by the anchor that GitHub makes of a heading", () => {
    expect(section(page, "below-it")).toBe("### Below `it`\n\nMore.");
  });

  it("is none where no heading has that anchor, nor a comment in code", () => {
    expect(section(page, "three")).toBeUndefined();
    expect(section(page, "no-heading")).toBeUndefined();
  });

  it("is there, under one heading, for every anchor and every link of every page", () => {
    const directory = join(repoRoot, "docs");
    let seen = 0;
    for (const name of readdirSync(directory).filter((file) => file.endsWith(".md"))) {
      const text = readFileSync(join(directory, name), "utf8");
      const anchors = [...text.matchAll(/<a id="([^"]+)"><\/a>|\]\(#([^)]+)\)/g)];
      for (const [, written, linked] of anchors) {
        seen += 1;
        expect(section(text, written ?? linked ?? ""), `${name}#${written ?? linked ?? ""}`).toMatch(
          /^#+ .*\n/,
        );
      }
    }
    expect(seen).toBeGreaterThan(100);
  });
});
