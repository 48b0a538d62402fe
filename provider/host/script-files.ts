/** The scripts for hosts, from the files of this library. The plugin has their texts in itself: its build puts them in place of this file. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Beside the library's folders, in its sources as in `dist`. */
const scripts = join(__dirname, "../../host");

/** Their texts, by their path without the ending: `ready`, `lib/common`. */
export function readScripts(): Record<string, string> {
  const names = ["", "lib/"].flatMap((folder) =>
    readdirSync(join(scripts, folder))
      .filter((name) => name.endsWith(".sh"))
      .map((name) => folder + name),
  );
  return Object.fromEntries(
    names.sort().map((name) => [name.slice(0, -3), readFileSync(join(scripts, name), "utf8")]),
  );
}
