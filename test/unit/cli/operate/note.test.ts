/** Notes of what was done by hand, written by the shell of this machine. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { entryOfCommand } from "../../../../cli/operate/audit";
import { notesIn, readLine, together, writeLine, type Note } from "../../../../cli/operate/note";

const note = (id: string, more: Partial<Note> = {}): Note => ({
  ...{ id, when: "2026-11-30T02:00:00.000Z", who: "Jo", what: "exec", of: "shop/web" },
  ...more,
});

describe("a note", () => {
  it("is added to those that are there, for root alone, and old ones go", () => {
    const folder = mkdtempSync(join(tmpdir(), "sextant-note-"));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const here = (line: string): string => line.replaceAll("/var/lib/sextant", folder);
    const write = (input: string): void => {
      execFileSync("sh", ["-c", here(writeLine("it's/prod"))], { input });
    };
    const read = (): string => execFileSync("sh", ["-c", here(readLine("it's/prod"))], { encoding: "utf8" });
    expect(read()).toBe("");
    write(`${JSON.stringify(note("a"))}\n`);
    write(`${JSON.stringify(note("b"))}\n`);
    expect(notesIn(read()).map(({ id }) => id)).toEqual(["a", "b"]);
    const file = join(folder, "audit", "it's=prod");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "audit")).mode & 0o777).toBe(0o700);
    write(Array.from({ length: 1999 }, (_, at) => `${at}\n`).join(""));
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect([lines.length, lines.at(-1)]).toEqual([1000, "1998"]);
  });

  it("is what has all of its words; what was cut off is left out, and no text moves a terminal", () => {
    const text = [
      JSON.stringify(note("a", { who: "J\u001b[2Jo\n" })),
      '{"id":"b","when":',
      JSON.stringify({ ...note("c"), when: "soon" }),
      JSON.stringify({ id: "d" }),
      "null",
      "",
    ].join("\n");
    const [one, ...more] = notesIn(text);
    expect(more).toEqual([]);
    expect(one?.id).toBe("a");
    // eslint-disable-next-line no-control-regex
    expect(one?.who).not.toMatch(/[\u0000-\u001f]/);
  });

  it("of several hosts is one command, as sextant audit has it", () => {
    const all = together([
      { host: "web-2", notes: [note("a"), note("b", { what: "run", of: "" })] },
      { host: "web-1", notes: [note("a")] },
    ]);
    expect(all.map(entryOfCommand)).toMatchObject([
      { when: note("a").when, what: "exec", who: "Jo", changes: "shop/web on web-1, web-2", version: "" },
      { what: "run", changes: "on web-2" },
    ]);
  });
});
