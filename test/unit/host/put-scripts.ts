/** The scripts as they lie on a host. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readVerbs } from "../../../provider/host/scripts";

/** Puts them into a folder, and what they source below it. @param change what is another there than on a host */
export function putScripts(directory: string, change = (text: string): string => text): void {
  mkdirSync(join(directory, "lib"), { recursive: true });
  for (const [name, text] of Object.entries(readVerbs()))
    writeFileSync(join(directory, name), change(text), { mode: 0o755 });
}
