import type { CheckName } from "./check-pages";
import { pageCommand } from "../../provider/core/page";

/**
 * What is wrong with an argument, as plain data. A component collects every problem of its arguments and
 * refuses them together, so that a user mends a program once and not once per mistake.
 */
export interface Problem {
  /** The argument as it is written in the program, for example `route.port`. */
  argument: string;
  /** What was given; printed as JSON, never for secrets. */
  value?: unknown;
  /** The rule that the value breaks, as a clause: "a port is a whole number from 1 to 65535". */
  rule: string;
  /** What to write instead, as an imperative: "use 80". */
  cure: string;
  /** The entry of docs/checks.md that says why, for what has one. */
  check?: CheckName;
}

/** What stops a preview, and what is only said in it. */
export interface Findings {
  readonly refused: readonly Problem[];
  readonly warned: readonly Problem[];
}

/**
 * One sentence with component, argument, value, rule, cure and the page that says why.
 *
 * @example App "shop": route.port is 0, but a port is …; give the port that is meant (npx sextant docs checks#values).
 */
export function sentence(component: string, problem: Problem): string {
  const given =
    problem.value === undefined ? problem.argument : `${problem.argument} is ${show(problem.value)}`;
  const page = problem.check === undefined ? "" : ` (${pageCommand("checks", problem.check)})`;
  return `${component}: ${given}, but ${problem.rule}; ${problem.cure}${page}.`;
}

/** All problems, a sentence a line. */
export function sentences(component: string, problems: readonly Problem[]): string {
  return problems.map((problem) => sentence(component, problem)).join("\n");
}

/** A value as a reader of an error wants it: JSON, cut to a line. */
function show(value: unknown): string {
  const text = typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
