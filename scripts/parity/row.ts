/** A row of the table: a command, a flag, a key or a step of Kamal's, and what is here in its place. */

/**
 * - `has`: it is there;
 * - `replaced`: it is done otherwise, or by another program;
 * - `part`: it is there, and lacks something that Kamal does;
 * - `missing`: it is not there.
 */
export const verdicts = ["has", "replaced", "part", "missing"] as const;
export type Verdict = (typeof verdicts)[number];

/** A test that proves a row. */
export interface Test {
  /** Its file, from the root of the repository. */
  readonly file: string;
  /** Its title with the groups that it is in: `group > test`. */
  readonly title: string;
  /** Of a test that goes through a table: the case, and the file that has it. */
  readonly case?: { readonly file: string; readonly name: string };
}

export interface Row {
  readonly name: string;
  readonly verdict: Verdict;
  /** What does it here, or what lacks. */
  readonly how?: string;
  /** Of what is replaced: why it is done otherwise. */
  readonly why?: string;
  /** Of what is replaced: whose work it is, where it is not this repository's own code. */
  readonly by?: By;
  readonly tests: readonly Test[];
}

/** Programs that do a part of Kamal's job beside this one. */
export type By = "Pulumi" | "npm" | "TypeScript" | "ssh" | "the shell";

export interface Area {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** It is there, and a test proves it. */
export function has(name: string, how: string, ...tests: Test[]): Row {
  return { name, verdict: "has", how, tests };
}

/** This repository's own code does it in another way, which a test proves. */
export function replaced(name: string, how: string, why: string, ...tests: Test[]): Row {
  return { name, verdict: "replaced", how, why, tests };
}

/** Another program does it. */
export function replacedBy(by: By, name: string, how: string, why: string, ...tests: Test[]): Row {
  return { name, verdict: "replaced", how, why, by, tests };
}

/** It is there in part. */
export function part(name: string, lacks: string, ...tests: Test[]): Row {
  return { name, verdict: "part", how: lacks, tests };
}

/** It is not there. */
export function missing(name: string, how?: string): Row {
  return { name, verdict: "missing", ...(how === undefined ? {} : { how }), tests: [] };
}
