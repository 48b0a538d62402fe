import { describe, expect, it } from "vitest";
import { labelProblem, parseSelector, selects } from "../../../../lab/hetzner/labels";

describe("selectors", () => {
  const labels = { role: "web", env: "prod", empty: "" };

  it.each([
    ["role", true],
    ["!role", false],
    ["!other", true],
    ["role=web", true],
    ["role==web", true],
    ["role!=web", false],
    ["other!=web", true],
    ["role in (db, web)", true],
    ["role notin (db,web)", false],
    ["other notin (db)", true],
    ["role=web,env in (prod,test)", true],
    ["role=web,env=test", false],
    ["empty=", true],
  ])("%s: %s", (selector, selected) => {
    expect(selects(selector, labels)).toBe(selected);
  });

  it.each(["role=", "=web", "role in web", "a b", ""])("reads or rejects '%s'", (selector) => {
    expect(parseSelector(selector) !== undefined).toBe(selector === "role=");
  });
});

describe("labels", () => {
  it.each([
    [{ "example.com/role": "web-1_a" }, true],
    [{ role: "" }, true],
    [{ "-role": "web" }, false],
    [{ role: "web server" }, false],
    [{ ["k".repeat(64)]: "" }, false],
  ])("%j is valid: %s", (labels, valid) => {
    expect(labelProblem(labels as Record<string, string>) === undefined).toBe(valid);
  });
});
