import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { kindOf, Lines, timed, toldBy, type Step } from "../../../lab/events";

const folder = mkdtempSync(join(tmpdir(), "sextant-events-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const switchType = "sextant:index:Switch";
const step = (op: string, type: string, name: string): Step => ({ op, type, name });

/** A line as the engine writes it. */
function line(kind: string, { op, type, name }: Step, custom = true): string {
  const urn = `urn:pulumi:faults::faults::sextant:index:App$${type}::${name}`;
  return JSON.stringify({
    sequence: 7,
    timestamp: 1_700_000_000,
    [kind]: { metadata: { op, urn, type, old: null, new: { custom, type, urn } } },
  });
}

describe("an event of the engine", () => {
  const update = step("update", switchType, "shop-web-faults-1-switch");

  it("tells that a step begins, ends or fails", () => {
    expect(toldBy(line("resourcePreEvent", update))).toEqual({ step: update, begins: true });
    expect(toldBy(line("resOutputsEvent", update))).toEqual({ step: update, begins: false });
    expect(toldBy(line("resOpFailedEvent", update))).toEqual({ step: update, begins: false });
  });

  it("is left out where no provider is asked for anything", () => {
    expect(toldBy(line("resourcePreEvent", step("same", switchType, "x")))).toBeUndefined();
    expect(toldBy(line("resourcePreEvent", step("replace", switchType, "x")))).toBeUndefined();
    expect(
      toldBy(line("resourcePreEvent", step("create", "sextant:index:App", "shop"), false)),
    ).toBeUndefined();
    expect(toldBy(line("resourcePreEvent", step("create", "pulumi:providers:hcloud", "h")))).toBeUndefined();
    expect(toldBy(JSON.stringify({ preludeEvent: { config: {} } }))).toBeUndefined();
  });

  it("is of a kind that leaves out which resource it is, and says whose type it is where names are common", () => {
    expect(kindOf(update)).toBe("Switch update");
    expect(kindOf(step("create", "hcloud:index/server:Server", "web-1"))).toBe("hcloud Server create");
  });
});

describe("the steps of a run", () => {
  it("have the time from their beginning to their own end", () => {
    const [one, two] = [step("update", switchType, "one"), step("update", switchType, "two")];
    expect(
      timed([
        { step: one, begins: true, at: 100 },
        { step: two, begins: true, at: 150 },
        { step: two, begins: false, at: 400 },
        { step: one, begins: false, at: 1100 },
      ]),
    ).toEqual([
      { ...one, ms: 1000 },
      { ...two, ms: 250 },
    ]);
  });

  it("have none where a run ended within them", () => {
    const one = step("update", switchType, "one");
    expect(timed([{ step: one, begins: true, at: 100 }])).toEqual([{ ...one, ms: 0 }]);
  });
});

describe("a file that grows", () => {
  it("is read line by line, each once and whole, also when it was written in pieces", async () => {
    const file = join(folder, "log");
    writeFileSync(file, "");
    const seen: string[] = [];
    const lines = new Lines(file, (text) => seen.push(text));
    const text = Buffer.from("first\nschön\nlast\n");
    const cutAt = text.indexOf(0xc3) + 1;
    appendFileSync(file, text.subarray(0, cutAt));
    await sleep(50);
    expect(seen).toEqual(["first"]);
    appendFileSync(file, text.subarray(cutAt));
    lines.close();
    expect(seen).toEqual(["first", "schön", "last"]);
  });
});
