/** Two of the layouts that `npm run layouts` tries: those in which the library's place changes most. */
import { expect, it } from "vitest";
import { layouts } from "../layouts/layouts";
import { good, tryLayouts } from "../layouts/try";

it("an upgrade of the library changes nothing, and refresh, release and destroy work after it", async () => {
  const names = ["pnpm", "npm, moved into a workspace that hoists"];
  const chosen = layouts.filter(({ name }) => names.includes(name));
  expect(chosen).toHaveLength(names.length);
  const rows = await tryLayouts(chosen, (line) => {
    console.log(line);
  });
  expect(rows.filter((row) => !good(row))).toEqual([]);
  expect(rows).toHaveLength(names.length);
});
