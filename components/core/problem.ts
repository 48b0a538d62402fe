import type { Check } from "./check";
import { pageCommand } from "../../provider/core/page";

/**
 * What is wrong with an argument, as plain data. A component collects every problem of its arguments and
 * refuses them together, so that a user mends a program once and not once per mistake.
 */
export type Problem = {
  /** The argument as it is written in the program, for example `route.port`. */
  argument: string;
  /** What to write instead, as an imperative: "use 80". */
  cure: string;
  /** What docs/checks.md says of it, for what has an entry there. */
  check?: Check;
} & (
  | {
      /** What was given; printed as JSON. */
      value: unknown;
      /** The rule that the value breaks, as a clause: "a port is a whole number from 1 to 65535". */
      rule: string;
    }
  | {
      /** What is wrong with an argument whose value is not shown, as what is said of it: "is empty". */
      fault: string;
    }
);

/** What stops a preview, and what is only said in it. */
export interface Findings {
  readonly refused: readonly Problem[];
  readonly warned: readonly Problem[];
}

/**
 * One sentence with component, argument, value, rule, cure and the page that says why.
 *
 * @example App "shop": route.port is 0, but a port is …; give the port that is meant (npx sextant docs checks#values).
 * @example App "shop": secrets.TOKEN is empty; set it with pulumi config set --secret, or remove it (npx sextant docs checks#empty-secret).
 */
export function sentence(component: string, problem: Problem): string {
  const { argument, cure } = problem;
  const wrong =
    "fault" in problem
      ? `${argument} ${problem.fault}`
      : `${argument} is ${show(problem.value)}, but ${problem.rule}`;
  const page = problem.check === undefined ? "" : ` (${pageCommand("checks", problem.check.id)})`;
  return `${component}: ${wrong}; ${cure}${page}.`;
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
