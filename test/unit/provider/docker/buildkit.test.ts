import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAnswer } from "../../../../provider/docker/buildkit";

/** Docker's answer as it comes (moby v28.5.2). */
const head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

describe("Docker's answer", () => {
  it("is whole with its empty line, wherever it was cut, and loses nothing of what comes behind", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (behind) => {
        const all = Buffer.concat([Buffer.from(head), Buffer.from(behind)]);
        for (let at = 0; at < head.length; at += 1) expect(readAnswer(all.subarray(0, at))).toBeUndefined();
        expect(readAnswer(all)).toEqual({ rest: Buffer.from(behind) });
      }),
    );
  });

  it.each(["HTTP/1.1 404 Not Found", "HTTP/1.1 400 Bad Request", "ssh: exec request failed"])(
    "of another kind is told: %s",
    (first) => {
      expect(readAnswer(Buffer.from(`${first}\r\nContent-Length: 0\r\n\r\n`))).toEqual({ refused: first });
    },
  );

  it("that never ends is none", () => {
    expect(readAnswer(Buffer.alloc(20_000, "x"))).toEqual({ refused: "its answer is no answer of HTTP" });
  });
});
