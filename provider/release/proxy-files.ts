/** Files that the proxy of a host reads: what steps that put them there have in common. */
import { quote } from "../host/scripts";
import type { Call } from "./step";

/** Files by their names, without a directory. */
export type Files = Readonly<Record<string, string>>;

/** Puts the files into a directory that is named after their content. They come by standard input: one of them may be a key. */
export function putFiles(directory: string, files: Files): Call {
  const lines = Object.entries(files).map(
    ([name, content]) => `${name} ${Buffer.from(content).toString("base64")}\n`,
  );
  return { verb: "proxy-files", words: [`directory=${directory}`], stdin: lines.join("") };
}

/** Takes the directory away. */
export function removeFiles(directory: string): Call {
  return { verb: "proxy-files", words: [`directory=${directory}`, "remove"] };
}

/** A look for each file, that it is there and has something in it. */
export function looksFor(directory: string, names: readonly string[]): string[] {
  return names.map(
    (name) => `if [ -s ${quote(`${directory}/${name}`)} ]; then echo true; else echo false; fi`,
  );
}
