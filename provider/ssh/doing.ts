/**
 * What a verb says that it is at, while it runs: lines on its stream of errors that begin with a character which no message has (`doing` of
 * host/lib/common.sh). They are for a status line, and no part of what it has said in the end.
 */
import { StringDecoder } from "node:string_decoder";
import { oneLine } from "../core/one-line";

/** The record separator of ASCII. */
const mark = "\u001e";
/** A line of a status is no longer. */
const longest = 200;

/** Tells of each such line as it comes. */
export function onDoing(stream: NodeJS.ReadableStream, tell: (text: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    // Of what is no such line nothing is kept.
    rest = lines.pop() ?? "";
    if (!rest.startsWith(mark)) rest = rest.slice(0, 1);
    for (const line of lines) if (line.startsWith(mark)) tell(oneLine(line.slice(1, longest)));
  });
}

/** The text without these lines. */
export function withoutDoing(text: string): string {
  return text.includes(mark) ? text.replaceAll(new RegExp(`^${mark}.*\\n?`, "gm"), "") : text;
}
