/** Files that the proxy of a host reads: what steps that put them there have in common. */
import { filesOnStdin, type Files } from "./files";
import type { Call } from "./step";

/** Puts the files into a directory that is named after their content. */
export function putFiles(directory: string, files: Files): Call {
  return { verb: "proxy-files", words: [`directory=${directory}`], stdin: filesOnStdin(files) };
}

/** Takes the directory away. */
export function removeFiles(directory: string): Call {
  return { verb: "proxy-files", words: [`directory=${directory}`, "remove"] };
}
