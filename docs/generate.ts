/**
 * Writes the reference: `docs/*.md`, a page a component and an index, from the docstrings. With `--check` it writes nothing
 * and exits with 1 when a page is not what it would write.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderPages } from "./generate/pages";

/** Pages that are made from something else than docstrings. */
const others = ["performance.md"];

/** The pages that are missing, out of date, or left over. */
export function stalePages(pages: ReadonlyMap<string, string>, directory = __dirname): string[] {
  const there = readdirSync(directory).filter((name) => name.endsWith(".md") && !others.includes(name));
  const changed = [...pages].filter(
    ([name, text]) => !there.includes(name) || readFileSync(join(directory, name), "utf8") !== text,
  );
  return [...changed.map(([name]) => name), ...there.filter((name) => !pages.has(name))].sort();
}

async function main(check: boolean): Promise<void> {
  const pages = await renderPages();
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
    console.log(`docs/${name}`);
  }
}

if (require.main === module) {
  main(process.argv.includes("--check")).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
