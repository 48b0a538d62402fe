/**
 * Servers with other programs than Debian's, on which the matrix runs: `SEXTANT_LAB_OS=rust-coreutils` or `other-awk`. They get an app, and
 * are accepted as servers that were there before.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Machines } from "./machines/machine";

const os = process.env["SEXTANT_LAB_OS"] ?? "";
/** How each shows that it is one: a question, and words of the answer. */
const shown: Record<string, [string, string]> = {
  "rust-coreutils": ["df --version", "uutils"],
  "other-awk": ["awk --version", "GNU Awk"],
};
const proof = shown[os];

// Elsewhere there is nothing to see here; each of them takes an image of its own.
describe.skipIf(proof === undefined)(`a server with ${os}`, () => {
  let machines: Machines;

  beforeAll(async () => {
    machines = await Machines.start();
  });

  afterAll(async () => {
    await machines.end();
  });

  it("gets an app, and is accepted as a server that was there", async () => {
    const [question, answer] = proof ?? ["", ""];
    const machine = await machines.of(os);
    await machine.up();
    // As the verbs find it, which run in a shell without a login.
    expect(await machine.says(question)).toContain(answer);
    expect(await machine.serves()).toBe("200 v1");
    const there = { name: `test-${os}-there`, apps: false, existing: await machine.address() };
    const other = await machines.of(os, { ...there, keyFile: machine.keyFile });
    await other.up();
  });
});
