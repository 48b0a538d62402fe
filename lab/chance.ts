/**
 * What the lab leaves to chance, so that no constant of it happens to suit the code: logins, names, lengths, sizes and times. All of it
 * follows from one seed, which is printed; the same seed gives the same lab.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labDir } from "./paths";

/** Draws from one thing that is left to chance; what is drawn from another does not change it. */
export interface Chance {
  /** A whole number from `least` to `most`. */
  integer(least: number, most: number): number;
  /** One of several values. */
  pick<T>(values: readonly [T, ...T[]]): T;
  /** A word of `least` to `most` characters, each one of those of the alphabet. @example text(8, 40, "abc") */
  text(least: number, most: number, alphabet: string): string;
}

/** The seed of this lab: `SEXTANT_SEED`, or one that is made with the lab and kept as long as it is up. */
export function labSeed(): string {
  const given = process.env["SEXTANT_SEED"];
  const file = join(labDir(), "seed");
  if (existsSync(file)) {
    const kept = readFileSync(file, "utf8");
    if (given === undefined || given === kept) return kept;
    // What was drawn stands in a lab that is up; a seed alone is left by what drew without one.
    if (["registry", "hetzner", "machines"].some((name) => existsSync(join(labDir(), name))))
      throw new Error(
        `lab: SEXTANT_SEED is ${given}, and the lab that is up has the seed ${kept}; take it down first, with npm run lab -- down.`,
      );
  }
  const seed = given ?? randomBytes(4).toString("hex");
  mkdirSync(labDir(), { recursive: true, mode: 0o700 });
  writeFileSync(file, seed);
  return seed;
}

/** What a seed gives for the thing of this name. */
export function chance(name: string, seed: string = labSeed()): Chance {
  let drawn = 0;
  /** From 0 up to, but not 1. */
  const next = (): number => {
    const digest = createHash("sha256").update(`${seed}/${name}/${drawn++}`).digest();
    return digest.readUInt32BE() / 2 ** 32;
  };
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    integer,
    pick: (values) => values[integer(0, values.length - 1)] ?? values[0],
    text: (least, most, alphabet) =>
      Array.from({ length: integer(least, most) }, () => alphabet[integer(0, alphabet.length - 1)]).join(""),
  };
}
