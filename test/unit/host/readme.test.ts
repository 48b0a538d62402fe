import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readVerbs } from "../../../provider/host/scripts";
import { repoRoot } from "../../../lab/paths";

it("each script has a reason in host/README.md, and each of its lines a script", () => {
  const text = readFileSync(join(repoRoot, "host/README.md"), "utf8");
  const rows = [...text.matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(([, name = "", reason = ""]) => ({
    name,
    reason,
  }));
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(readVerbs()).sort());
  const reasons = /^(alone|at once|the moment|root's files|first|of |for a person)/;
  expect(rows.filter(({ reason }) => !reasons.test(reason))).toEqual([]);
});
