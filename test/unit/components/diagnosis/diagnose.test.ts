import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { causes } from "../../../../components/diagnosis/causes";
import { diagnose } from "../../../../components/diagnosis/diagnose";
import { stages, type Evidence } from "../../../../components/diagnosis/evidence";
import { parseEvidence } from "../../../../components/diagnosis/parse";
import { report } from "../../../../components/diagnosis/report";
import { cases } from "./cases";

const first = (evidence: Evidence): string => diagnose(evidence).causes[0]?.id ?? "unknown";

describe("diagnose", () => {
  it.each(cases)("names $cause: $name", ({ cause, evidence }) => {
    const { causes: ranked } = diagnose(evidence);
    expect(ranked.map(({ id, confidence }) => `${id} ${confidence}`).join(", ") || "unknown").toMatch(
      new RegExp(`^${cause}\\b`),
    );
  });

  it("has a case for every cause", () => {
    const told = new Set(cases.map(({ cause }) => cause));
    expect(causes.map(({ id }) => id).filter((id) => !told.has(id))).toEqual([]);
  });

  it("has ids that are anchors, each once", () => {
    const ids = causes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it("comes to the same when the evidence went over the wire", () => {
    for (const { cause, evidence } of cases) {
      const read = parseEvidence(`noise\n${JSON.stringify(evidence)}\n`);
      expect(read.unread).toEqual([]);
      expect(first(read.evidence)).toBe(cause);
    }
  });

  it("claims nothing on no evidence", () => {
    for (const stage of stages) {
      expect(diagnose({ stage })).toEqual({ causes: [], ruledOut: [] });
      expect(diagnose({ stage, container: "a", image: "b:c", log: [], env: [] }).causes).toEqual([]);
    }
  });
});

/** Pairs that look alike from outside. */
const lookAlikes: [string, string][] = [
  ["force_ssl", "redirect to a login page over HTTPS"],
  ["force_ssl", "redirect to a canonical host"],
  ["host authorization of Rails 7, empty page, said in the log", "Rack::Attack blocklist"],
  ["host authorization of Rails 6.1, with its page", "members only"],
  ["Rack::Attack blocklist", "members only"],
  ["Rack::Attack throttle", "403 after a run of 2xx"],
  ["wrong port", "loopback bind"],
  ["wrong port", "slow boot"],
  ["loopback bind", "slow boot"],
  ["exception in an initializer", "a command that is done"],
  ["a command that is done", "missing CMD: bash"],
  ["exception in an initializer", "crash loop"],
  ["OOM kill", "killed by someone, not for memory"],
  ["hang in the health path", "slow boot"],
  ["slow boot", "memory pressure with swap"],
  ["hang in the health path", "memory pressure of the host, while the health path is slow"],
  ["database not there: refused", "database not ready"],
  ["database not there: refused", "wrong password"],
  ["database not there: no such name", "DNS failure in the container"],
  ["DNS failure in the container", "no outbound network"],
  ["pull unauthorized", "tag not found"],
  ["pull unauthorized", "registry down"],
  ["tag not found", "registry without a name"],
  ["tag not found", "index without this architecture"],
  ["missing table", "exception in the health path"],
  ["missing environment variable in Ruby", "wrong RAILS_MASTER_KEY"],
  ["read-only file system", "a volume of root's"],
  ["image for another architecture, refused at the start", "no such command"],
  ["port taken by a container", "two apps with one host"],
  ["proxy too old", "two apps with one host"],
  ["wrong password in the release command", "release command that fails"],
];

describe("what looks alike", () => {
  it.each(lookAlikes)("%s, and %s", (left, right) => {
    const [a, b] = [left, right].map((name) => cases.find((one) => one.name === name));
    expect(a, left).toBeDefined();
    expect(b, right).toBeDefined();
    if (a === undefined || b === undefined) return;
    expect(first(a.evidence)).not.toBe(first(b.evidence));
    // Neither is even a candidate for the other, where both were seen for certain.
    const sure = (evidence: Evidence) =>
      diagnose(evidence)
        .causes.filter(({ confidence }) => confidence >= 0.9)
        .map(({ id }) => id);
    expect(sure(a.evidence)).not.toContain(b.cause);
    expect(sure(b.evidence)).not.toContain(a.cause);
  });

  it("tells where a full disk was met", () => {
    const verdict = (name: string) =>
      diagnose(cases.find((one) => one.name === name)?.evidence ?? { stage: "pull" }).causes[0]?.verdict;
    expect(verdict("disk full at the pull")).toContain("while the image was pulled");
    expect(verdict("disk full at the extraction")).toContain("while the image was unpacked");
    expect(verdict("disk full at the start")).toContain("when the container was started");
    expect(verdict("disk full for the app")).toContain("when the app wrote a file");
  });
});

/** Any evidence, of which every text may be one that causes look for. */
const telling = cases.flatMap(({ evidence }) => [
  ...(evidence.log ?? []),
  evidence.error ?? "",
  evidence.proxy?.answer ?? "",
]);

describe("for all input", () => {
  it("never throws, and the report is twelve short lines at most", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.constantFrom(...cases),
        fc.constantFrom(...stages),
        fc.array(fc.oneof(fc.constantFrom(...telling), fc.string({ unit: "binary", maxLength: 400 })), {
          maxLength: 60,
        }),
        ({ evidence: a }, { evidence: b }, stage, log) => {
          const evidence = { ...a, ...b, stage, log, error: log[0] } as Evidence;
          const text = report(diagnose(evidence), evidence);
          const lines = text.split("\n");
          expect(lines.length).toBeLessThanOrEqual(12);
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(160);
          expect(text).toMatch(/troubleshooting\.md#[a-z-]+/);
          expect(report(diagnose(evidence), evidence)).toBe(text);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reads any JSON and any text, and says what it could not read", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc
            .jsonValue()
            .map((value) =>
              JSON.stringify({ stage: "ready", probe: value, state: value, log: value, dependencies: value }),
            ),
        ),
        (output) => {
          const { evidence, unread } = parseEvidence(output);
          const text = report(diagnose(evidence), evidence);
          expect(text.split("\n").length).toBeLessThanOrEqual(12);
          expect(stages).toContain(evidence.stage);
          expect(Array.isArray(unread)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("reads any part of an evidence that lacks other parts", () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.array(fc.nat(30)), ({ evidence }, dropped) => {
        const parts = Object.entries(evidence).filter(
          ([name], at) => name === "stage" || !dropped.includes(at),
        );
        const less = Object.fromEntries(parts) as unknown as Evidence;
        expect(report(diagnose(less), less).split("\n").length).toBeLessThanOrEqual(12);
      }),
      { numRuns: 300 },
    );
  });
});
