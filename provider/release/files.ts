/** Files that a verb puts on a host: how they get there, and how a refresh looks for them. */
import { quote } from "../host/scripts";

/** Files by their names, without a directory. */
export type Files = Readonly<Record<string, string>>;

/** What a verb reads of its standard input, a line each: `NAME BASE64`. There, since one of them may be a key. */
export function filesOnStdin(files: Files): string {
  return Object.entries(files)
    .map(([name, content]) => `${name} ${Buffer.from(content).toString("base64")}\n`)
    .join("");
}

/** A line that prints whether a condition of the shell holds. */
export const whether = (condition: string): string => `if ${condition}; then echo true; else echo false; fi`;

/** A look for each file, that it is there and has something in it. */
export function looksFor(directory: string, names: readonly string[]): string[] {
  return names.map((name) => whether(`[ -s ${quote(`${directory}/${name}`)} ]`));
}
