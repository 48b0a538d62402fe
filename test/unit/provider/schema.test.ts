/** The schema that the plugin is compiled with. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { schemaFile, schemaText } from "../../../scripts/plugin-schema";

it("is what the interfaces of the resources say: npm run docs writes it", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(schemaText());
});
