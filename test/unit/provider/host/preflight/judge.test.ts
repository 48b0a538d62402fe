/** How a judgement is said. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAsked } from "../../../../../provider/host/preflight/asked";
import type { Finding, Level } from "../../../../../provider/host/preflight/finding";
import { judge, report } from "../../../../../provider/host/preflight/judge";
import type { Engine, Machine } from "../../../../../provider/host/preflight/machine";

const machine: Machine = {
  ...{ commands: new Map(), standIns: [], readOnly: [], processes: new Set(), pruneJobs: [] },
  ...{ listeners: [], dockerUserDrops: false, droppingChains: [], unknown: [] },
};
const facts = "?, kernel ?, ? cores, ? MB of memory, no swap, ? MB of disk free\n";

function finding(id: string, level: Level, ...said: string[]): Finding {
  return { id, level, match: () => said, docs: { chapter: "Machine", finds: "It.", cure: "So." } };
}

const all = [
  finding("a", "note", "One."),
  finding("b", "refuses", "Two.", "Three."),
  finding("c", "refuses unless accepted", "Four.", "Five."),
  finding("d", "refuses"),
];

describe("a judgement", () => {
  it("has the whole list, what could be accepted, the notes, and what the machine is", () => {
    expect(report(machine, readAsked([]), all)).toEqual({
      refused: true,
      text:
        "This machine cannot be used yet:\n1. b: Two.\n2. b: Three.\n3. c: Four.\n4. c: Five.\n" +
        'To accept, knowingly: preflight: { accept: ["c"] }\n' +
        `What each check means: npx sextant docs preflight.\nnote a: One.\n${facts}`,
    });
  });

  it("refuses for what cannot be accepted, also where it is named", () => {
    expect(report(machine, readAsked(["accept=b,c"]), all)).toEqual({
      refused: true,
      text:
        "This machine cannot be used yet:\n1. b: Two.\n2. b: Three.\n" +
        `What each check means: npx sextant docs preflight.\nnote a: One.\naccepted c: Four.\naccepted c: Five.\n${facts}`,
    });
  });

  it("says what the machine is, and the notes, where it does not refuse", () => {
    expect(report(machine, readAsked(["accept=c"]), [...all.slice(0, 1), ...all.slice(2)])).toEqual({
      refused: false,
      text: `${facts}note a: One.\naccepted c: Four.\naccepted c: Five.\n`,
      seen: {},
    });
  });

  it("keeps the architecture and Docker's major version, where they are known", () => {
    const engine = { version: "20.10.24+dfsg1", containers: [] } as unknown as Engine;
    const known: Machine = { ...machine, architecture: "arm64", docker: { is: "engine", engine } };
    expect(report(known, readAsked([]), []).seen).toEqual({ architecture: "arm64", dockerMajor: 20 });
    expect(report(known, readAsked([]), all).seen).toBeUndefined();
  });

  it("shows a terminal no control characters and no long lines, whatever a machine tells", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (said) => {
        const { text } = report(machine, readAsked([]), [finding("a", "note", said)]);
        const lines = text.split("\n");
        expect(lines).toHaveLength(3);
        expect(lines.every((line) => line.length <= 1000 && !/\p{Cc}/u.test(line))).toBe(true);
      }),
    );
  });

  it("is none of a machine that has told nothing: it is refused", () => {
    expect(judge("", [])).toEqual({
      refused: true,
      text: "This machine cannot be judged: what it told of itself breaks off before anything was told. Run pulumi up again.\n",
    });
    expect(judge("fact a 0 . \nx\n.\nfact b", []).text).toContain('breaks off after "a"');
  });

  it("refuses a machine that has answered nothing of what is needed, and says what is not known", () => {
    const { refused, text } = judge("told\n", []);
    expect(refused).toBe(true);
    for (const what of ["command -v", "id", "uname", "/proc/meminfo", "df"])
      expect(text).toContain(`unreadable: ${what} told nothing that could be read (it was not told)`);
    expect(text).toContain("note not-looked-at: sshd -T told nothing that could be read (it was not told)");
  });

  it("never throws, whatever a machine tells", () => {
    const names = [
      "commands",
      "docker-version",
      "docker-info",
      "containers",
      "ufw",
      "sockets",
      "memory",
      "disk",
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.string({ unit: "binary" })), (told) => {
        const output = Object.entries(told).map(
          ([name, text]) => `fact ${name} 0 ........ \n${text}\n........\n`,
        );
        const { text } = judge(`${output.join("")}told\n`, ["ports=80"]);
        expect(text).toMatch(/^This machine cannot be /);
      }),
    );
  });
});
