/** The judgement on a machine: what it has told, held against what a program asks of it. */
import { parseAnswers } from "./answers";
import { otherFirewalls } from "./beside";
import { readAsked, type Asked } from "./asked";
import { engineOf } from "./containers";
import { describe } from "./describe";
import type { Finding } from "./finding";
import { kamalLines } from "./kamal";
import { findings } from "./findings";
import type { Machine } from "./machine";
import { readMachine } from "./read/machine";

/** What is kept of a machine, for what previews say of it. */
export interface SeenMachine {
  /** As Docker's platforms name it. */
  readonly architecture?: string;
  /** The major version of its Docker. */
  readonly dockerMajor?: number;
  /** Firewalls that are active there beside the program's own. */
  readonly firewalls?: readonly string[];
}

export interface Verdict {
  readonly refused: boolean;
  /** The whole list and what the machine is, to be shown as it is; each line ends with a newline. */
  readonly text: string;
  /** Nothing of a machine that is refused. */
  readonly seen?: SeenMachine;
}

/**
 * Judges what host/preflight.sh has printed on a machine.
 *
 * @param words what the program asks, such as `ports=80,443` and `accept=ufw-bypassed`
 * @throws Error for a word that it does not know
 */
export function judge(output: string, words: readonly string[]): Verdict {
  const asked = readAsked(words);
  const answers = parseAnswers(output);
  if (answers.complete) return report(readMachine(answers), asked, findings);
  const last = [...answers.told.keys()].at(-1);
  const text = `This machine cannot be judged: what it told of itself breaks off ${last === undefined ? "before anything was told" : `after "${last}"`}. Run pulumi up again.\n`;
  return { refused: true, text };
}

/** What Kamal has on a machine that host/preflight.sh has told of, a line for each part; nothing where it told not all. */
export function kamalsIn(output: string): string[] {
  const answers = parseAnswers(output);
  return answers.complete ? kamalLines(readMachine(answers)) : [];
}

/** What Docker's packages, and those that are installed with them, bring. */
const brought = ["docker-missing", "tool-missing"];

/**
 * Judges whether Docker has to be installed on a machine and may be; undefined where it has not, or where the machine cannot be judged. One
 * that is refused for what does not come with Docker is refused before anything is installed.
 */
export function judgeInstall(output: string, words: readonly string[]): Verdict | undefined {
  const asked = readAsked(words);
  const answers = parseAnswers(output);
  if (!asked.install || !answers.complete) return undefined;
  const machine = readMachine(answers);
  if (machine.docker?.is !== "missing") return undefined;
  return report(
    machine,
    asked,
    findings.filter(({ id }) => !brought.includes(id)),
  );
}

/** What is found, in the order of the findings. */
export function report(machine: Machine, asked: Asked, all: readonly Finding[]): Verdict {
  const found = all.flatMap(({ id, level, match }) =>
    match(machine, asked).map((sentences) => ({ id, sentences, role: roleOf(id, level, asked) })),
  );
  const wrong = found.filter(({ role }) => role === "wrong" || role === "acceptable");
  const acceptable = [
    ...new Set(found.flatMap(({ id, role }) => (role === "acceptable" ? [`"${id}"`] : []))),
  ];
  const notes = found.flatMap(({ id, role, sentences }) =>
    role === "note" || role === "accepted" ? [`${role} ${id}: ${sentences}`] : [],
  );
  const facts = describe(machine, asked);
  if (wrong.length === 0) return { refused: false, text: shown([...facts, ...notes]), seen: seenOf(machine) };
  const lines = [
    "This machine cannot be used yet:",
    ...wrong.map(({ id, sentences }, at) => `${at + 1}. ${id}: ${sentences}`),
    ...(acceptable.length === 0
      ? []
      : [`To accept, knowingly: preflight: { accept: [${acceptable.join(", ")}] }`]),
    "What each check means: npx sextant docs preflight.",
    ...notes,
    ...facts,
  ];
  return { refused: true, text: shown(lines) };
}

function seenOf(machine: Machine): SeenMachine {
  const { architecture } = machine;
  const firewalls = otherFirewalls(machine);
  const major = Number.parseInt(engineOf(machine)?.version ?? "", 10);
  return {
    ...(architecture === undefined ? {} : { architecture }),
    ...(Number.isNaN(major) ? {} : { dockerMajor: major }),
    ...(firewalls.length === 0 ? {} : { firewalls }),
  };
}

function roleOf(
  id: string,
  level: Finding["level"],
  { accept }: Asked,
): "wrong" | "acceptable" | "accepted" | "note" {
  if (level === "note") return "note";
  if (level === "refuses") return "wrong";
  return accept.includes(id) ? "accepted" : "acceptable";
}

/** What a machine tells goes to a terminal, and one line of over 64 KB stops the plugin that shows it. */
function shown(lines: readonly string[]): string {
  return lines.map((line) => `${line.replaceAll(/\p{Cc}+/gu, " ").slice(0, 1000)}\n`).join("");
}
