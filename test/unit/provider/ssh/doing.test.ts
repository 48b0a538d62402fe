import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onDoing, withoutDoing } from "../../../../provider/ssh/doing";

/** What is told of a text that comes in pieces of these bytes. */
function told(text: string, sizes: readonly number[]): string[] {
  const stream = new PassThrough();
  const heard: string[] = [];
  onDoing(stream, (line) => heard.push(line));
  let bytes = Buffer.from(text);
  for (const size of sizes) {
    stream.emit("data", bytes.subarray(0, size));
    bytes = bytes.subarray(size);
  }
  stream.emit("data", bytes);
  return heard;
}

describe("what a verb says that it is at", () => {
  it("is told line by line, and is no part of what it has said in the end", () => {
    const text = "\u001epulls: 1 of 3 MB\nnot found\n\u001epulls: 3 of 3 MB\nthe end";
    expect(told(text, [5, 20])).toEqual(["pulls: 1 of 3 MB", "pulls: 3 of 3 MB"]);
    expect(withoutDoing(text)).toBe("not found\nthe end");
  });

  it("moves no cursor, and ends somewhere", () => {
    const [line = ""] = told(`\u001e\u001b[2Ja\r${"b".repeat(1000)}\n`, []);
    expect(line).toMatch(/^\[2Ja b{190,200}$/);
  });

  it("is the same in whatever pieces it comes, beside any messages", () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 20 })
      .map((each) => each.replaceAll(/[\n\u001e]/g, ""));
    const lines = fc.array(fc.record({ text: line, doing: fc.boolean() }), { maxLength: 8 });
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), (all, sizes) => {
        const text = all.map(({ text: each, doing }) => `${doing ? "\u001e" : ""}${each}\n`).join("");
        expect(told(text, sizes)).toEqual(told(text, []));
        expect(told(text, [])).toHaveLength(all.filter(({ doing }) => doing).length);
        const messages = all.filter(({ doing }) => !doing).map(({ text: each }) => `${each}\n`);
        expect(withoutDoing(text)).toBe(messages.join(""));
      }),
    );
  });
});
