/** The path by which a program finds the toolchain's programs before those of the machine. */
import { delimiter } from "node:path";
import { supportedNode } from "./node";
import { ensureToolchain } from "./toolchain";

/** @param first directories that come before the toolchain's */
export async function toolPath(
  first: readonly string[] = [],
  progress?: (line: string) => void,
): Promise<string> {
  const { bin } = await ensureToolchain(progress);
  const ours = [...first, ...(await supportedNode(progress ?? (() => undefined))), bin];
  const own = (process.env["PATH"] ?? "").split(delimiter);
  return [...ours, ...own.filter((part) => !ours.includes(part))].join(delimiter);
}
