/**
 * Writes the reference: `docs/*.md`, a page a component and an index, from the docstrings. With `--check` it writes nothing
 * and exits with 1 when a page is not what it would write. The plugin's schema is written with it, from the comments of its inputs.
 */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { schemaFile, schemaText } from "../scripts/plugin-schema";
import { renderPages } from "./generate/pages";

/** Whether a page is one of ours; what a person wrote is nobody's to remove. */
const isOurs = (text: string): boolean => /^<!-- .* by npm run docs; /.test(text);

/** The pages that are missing, out of date, or left over. */
export function stalePages(pages: ReadonlyMap<string, string>, directory = __dirname): string[] {
  const found = readdirSync(directory).filter((name) => name.endsWith(".md"));
  const elsewhere = [...pages.keys()].filter((name) => existsSync(join(directory, name)));
  const there = new Map(
    [...found, ...elsewhere].map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
  const changed = [...pages].filter(([name, text]) => there.get(name) !== text);
  const left = [...there].filter(([name, text]) => !pages.has(name) && isOurs(text));
  return [...changed, ...left].map(([name]) => name).sort();
}

async function main(check: boolean): Promise<void> {
  const pages = await renderPages();
  pages.set(relative(__dirname, schemaFile), schemaText());
  const stale = stalePages(pages);
  if (check) {
    if (stale.length > 0) {
      console.error(
        `docs: ${stale.join(", ")} is not what the docstrings say: run npm run docs, and commit it.`,
      );
      process.exitCode = 1;
    }
    return;
  }
  for (const name of stale) {
    const text = pages.get(name);
    if (text === undefined) rmSync(join(__dirname, name));
    else writeFileSync(join(__dirname, name), text);
    console.log(join("docs", name));
  }
}

if (require.main === module) {
  main(process.argv.includes("--check")).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
