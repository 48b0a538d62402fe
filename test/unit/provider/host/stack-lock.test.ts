/** A stack that was locked by hand: the note on a host, what it says, and that nothing is changed there meanwhile. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  forgetLocks,
  lockedSentence,
  lockFile,
  lockOf,
  lookLine,
  removeLine,
  writeLine,
  type StackLock,
} from "../../../../provider/host/stack-lock";
import { pullProvider } from "../../../../provider/docker/pull";
import { onOneHost } from "../../../../provider/on-one-host";
import { workingOn } from "../../../../provider/say";
import type { SshAddress } from "../../../../provider/ssh/address";
import { runOverSsh } from "../../../../provider/ssh/run";

vi.mock("../../../../provider/ssh/run", () => ({ runOverSsh: vi.fn() }));

const stack = "shop/production";
const lock: StackLock = { message: "migration of the orders", who: "Jo", since: "2026-11-30T02:37:06.000Z" };
const at = Date.parse(lock.since);

describe("the note", () => {
  let home = "";
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "sextant-lock-"));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });
  /** Runs a line for a host here, with its directory in a place of the test. */
  const run = (line: string, input = ""): { status: number | null; stdout: string } => {
    const { status, stdout } = spawnSync("sh", ["-c", line.replaceAll("/var/lib/sextant/locks", home)], {
      encoding: "utf8",
      input,
    });
    return { status, stdout };
  };

  it("is written once, is read, and goes, again and again", () => {
    expect(run(lookLine(stack))).toEqual({ status: 0, stdout: "" });
    expect(run(writeLine(stack, false), JSON.stringify(lock)).status).toBe(0);
    expect(lockOf(run(lookLine(stack)).stdout, at)).toEqual(lock);
    // Another's is not written over, but for one that is over.
    const other = { ...lock, who: "Al" };
    expect(run(writeLine(stack, false), JSON.stringify(other)).status).not.toBe(0);
    expect(lockOf(run(lookLine(stack)).stdout, at)).toEqual(lock);
    expect(run(writeLine(stack, true), JSON.stringify(other)).status).toBe(0);
    expect(lockOf(run(lookLine(stack)).stdout, at)).toEqual(other);
    expect(readdirSync(home)).toEqual(["shop=production"]);
    for (let again = 0; again < 2; again++) expect(run(removeLine(stack)).status).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  });

  it("is one of each stack", () => {
    expect(lockFile("shop/staging")).not.toBe(lockFile(stack));
  });

  it("is no lock once its time is over, and one until then, whatever its time is", () => {
    const times = fc.integer({ min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(times, times, (end, now) => {
        const note = JSON.stringify({ ...lock, until: new Date(at + end).toISOString() });
        expect(lockOf(note, at + now) === undefined).toBe(end <= now);
      }),
    );
    expect(lockOf(JSON.stringify(lock), at + 1e12)).toEqual(lock);
  });

  it("that nobody understands is a lock, and obeys no terminal", () => {
    for (const note of ["{", "[]", "7", '{"message":7}'])
      expect(lockOf(note)?.message).toBe("its note cannot be read");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (message, who) => {
        const found = lockOf(JSON.stringify({ ...lock, message, who }), at);
        expect(found === undefined ? "" : lockedSentence(stack, found)).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it("says who, since when, until when, why, and what ends it", () => {
    expect(lockedSentence(stack, lock)).toBe(
      "shop/production is locked by Jo since 2026-11-30 02:37 UTC: migration of the orders. Nothing of it is changed until npx sextant unlock.",
    );
    expect(lockedSentence(stack, { ...lock, message: "Hands off!", until: "2026-11-30T04:37:00Z" })).toBe(
      "shop/production is locked by Jo since 2026-11-30 02:37 UTC, until 2026-11-30 04:37 UTC: Hands off. Nothing of it is changed until npx sextant unlock.",
    );
  });
});

describe("a locked stack", () => {
  const shell: SshAddress = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
  const urn = (of: string): string => `urn:pulumi:${of}::shop::sextant:index:Container::shop-web-1`;
  const work = { create: vi.fn(), update: vi.fn(), delete: vi.fn(), read: vi.fn() };
  type Inputs = { shell: SshAddress };
  const provider = onOneHost<Inputs, Inputs>(work, () => "the container");
  const gate = onOneHost<Inputs, Inputs>(work, () => "", true);
  let note = "";

  beforeEach(() => {
    forgetLocks();
    note = JSON.stringify(lock);
    for (const step of Object.values(work)) step.mockReset().mockResolvedValue({ id: "x" });
    vi.mocked(runOverSsh)
      .mockReset()
      .mockImplementation((_shell, line) =>
        Promise.resolve({ code: 0, stdout: line === lookLine(stack) ? note : "", stderr: "" }),
      );
  });

  const changes: [string, () => Promise<unknown> | undefined][] = [
    ["made", () => provider.create({ shell })],
    ["changed", () => provider.update?.("x", { shell }, { shell })],
    ["deleted", () => provider.delete?.("x", { shell })],
    ["pulled", () => pullProvider.create({ image: "shop:v1", hosts: [{ shell }], __auth: {} })],
  ];

  it.each(changes)("has nothing %s, and says why", async (_what, change) => {
    await expect(workingOn(urn("production"), change)).rejects.toThrow(
      "shop/production is locked by Jo since 2026-11-30 02:37 UTC: migration of the orders.",
    );
    for (const step of Object.values(work)) expect(step).not.toHaveBeenCalled();
  });

  it("is read in a refresh", async () => {
    await workingOn(urn("production"), () => provider.read?.("x", { shell }));
    expect(work.read).toHaveBeenCalledOnce();
  });

  it("is no other stack", async () => {
    await workingOn(urn("staging"), () => provider.create({ shell }));
    expect(work.create).toHaveBeenCalledOnce();
  });

  it("is not asked for on a machine that may not be up yet, whose gate has its own patience", async () => {
    await workingOn(urn("production"), () => gate.create({ shell }));
    expect(work.create).toHaveBeenCalledOnce();
    expect(runOverSsh).not.toHaveBeenCalled();
  });

  it("asks each host once in a run where it is not locked, and again one that was not reached", async () => {
    note = "";
    vi.mocked(runOverSsh).mockRejectedValueOnce(new Error("web-1: no answer"));
    const make = (): Promise<unknown> => workingOn(urn("production"), () => provider.create({ shell }));
    await expect(make()).rejects.toThrow("no answer");
    await Promise.all([make(), make(), make()]);
    expect(work.create).toHaveBeenCalledTimes(3);
    expect(runOverSsh).toHaveBeenCalledTimes(2);
  });
});
