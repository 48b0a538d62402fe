/**
 * `npm run layouts [-- WORD ...]`: each way in which projects are laid out and installed, with an upgrade of the library
 * between two builds; only those whose name has one of the words. The last line is one of JSON.
 */
import { layouts } from "./layouts";
import { good, tryLayouts } from "./try";

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const chosen = layouts.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  if (chosen.length === 0)
    throw new Error(
      `layouts: none has ${words.join(" or ")}; there are ${layouts.map(({ name }) => name).join("; ")}`,
    );
  const rows = await tryLayouts(chosen, (line) => {
    console.error(line);
  });
  console.log(JSON.stringify({ rows }));
  if (!rows.every(good)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
