import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { chance, labSeed } from "../../../lab/chance";

describe("what the lab leaves to chance", () => {
  it("stays within its limits and alphabet, whatever the seed", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(50), fc.nat(50), (seed, least, more) => {
        const drawn = chance("login", seed);
        const number = drawn.integer(least, least + more);
        expect(number).toBeGreaterThanOrEqual(least);
        expect(number).toBeLessThanOrEqual(least + more);
        expect(drawn.text(least, least + more, "ab")).toMatch(new RegExp(`^[ab]{${least},${least + more}}$`));
        expect(["x", "y"]).toContain(drawn.pick(["x", "y"]));
      }),
    );
  });

  it("is the same for the same seed and name, and of its own for another", () => {
    const word = (name: string, seed: string): string => chance(name, seed).text(30, 30, "abcdefgh");
    expect(word("login", "one")).toBe(word("login", "one"));
    expect(word("login", "one")).not.toBe(word("login", "two"));
    expect(word("login", "one")).not.toBe(word("user", "one"));
  });

  it("draws every value and both ends of a range", () => {
    const drawn = chance("ends", "seed");
    expect(new Set(Array.from({ length: 200 }, () => drawn.integer(3, 6)))).toEqual(new Set([3, 4, 5, 6]));
  });
});

describe("the seed of a lab", () => {
  it("is the one that is given, unless a lab is up with another", () => {
    const directory = mkdtempSync(join(tmpdir(), "sextant-seed-"));
    vi.stubEnv("SEXTANT_LAB_DIR", directory);
    try {
      vi.stubEnv("SEXTANT_SEED", "one");
      expect(labSeed()).toBe("one");
      vi.stubEnv("SEXTANT_SEED", "two");
      expect(labSeed()).toBe("two");
      mkdirSync(join(directory, "hetzner"));
      vi.stubEnv("SEXTANT_SEED", "three");
      expect(() => labSeed()).toThrow("the lab that is up has the seed two");
      vi.stubEnv("SEXTANT_SEED", undefined);
      expect(labSeed()).toBe("two");
    } finally {
      vi.unstubAllEnvs();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
