/** What the user sees of a diagnosis: at most twelve lines. */
import { pageCommand } from "../core/page";
import type { Diagnosed, Diagnosis } from "./diagnose";
import { runsOnce, type Evidence } from "./evidence";
import { lastAnswer, question, startError } from "./facts";

const rows = 12;
const columns = 160;

/** What prints the section that explains a cause. */
const pageOf = (id: string): string => pageCommand("troubleshooting", id);

/**
 * Verdict, what was seen, the cure, where to look further, and the last log lines where there is room: at most 12 lines of at
 * most 160 characters.
 */
export function report(diagnosis: Diagnosis, evidence: Evidence): string {
  const [first, second] = diagnosis.causes;
  const told = first === undefined ? unknown(diagnosis, evidence) : known(first, second, evidence);
  return [...told, ...logLines(evidence, rows - told.length)].slice(0, rows).join("\n");
}

function known(first: Diagnosed, second: Diagnosed | undefined, evidence: Evidence): string[] {
  return [
    ...wrapped("", head(evidence, first), 2),
    ...indented("seen: ", first.seen.slice(0, 3)),
    ...wrapped("cure: ", first.cure, 2),
    // What fits nearly as well is told; a general cause beside a special one is not news.
    ...(second !== undefined && second.confidence > 0.7 && first.confidence - second.confidence < 0.08
      ? wrapped("also: ", `${second.verdict} (${pageOf(second.id)})`, 1)
      : []),
    more(evidence, first.id),
  ];
}

function unknown({ ruledOut }: Diagnosis, evidence: Evidence): string[] {
  const last = lastAnswer(evidence);
  const seen = [
    ...(last === undefined
      ? []
      : [
          last.status > 0
            ? `${question(evidence)} was answered ${last.status}`
            : `${question(evidence)} got no answer (curl exit ${last.curl})`,
        ]),
    ...[startError(evidence) ?? evidence.error, evidence.proxy?.answer].flatMap((text) =>
      text === undefined || text === "" ? [] : [`it was said: ${text}`],
    ),
    ...(evidence.state?.status === undefined
      ? []
      : [`Docker's word for it: ${evidence.state.status}, exit code ${evidence.state.exitCode ?? "?"}`]),
  ];
  return [
    ...wrapped("", head(evidence), 2),
    ...indented("seen: ", seen.slice(0, 3)),
    ...(ruledOut.length === 0 ? [] : wrapped("ruled out: ", ruledOut.join("; "), 2)),
    more(evidence, "unknown"),
  ];
}

/** The first sentence: what did not come about, and why. */
function head(evidence: Evidence, cause?: Diagnosed): string {
  const { stage, container = "the new container", image = "the image", elapsed, ending } = evidence;
  const after = elapsed === undefined ? "" : ` after ${elapsed}s`;
  const why = cause?.verdict ?? "the cause is not known";
  switch (stage) {
    case "pull":
      return `${image} could not be pulled: ${why}`;
    case "start":
      return `${container} could not be ${ending === "create-failed" ? "made" : "started"}: ${why}`;
    case "ready":
      return ending === "start-failed"
        ? `${container} could not be started: ${why}`
        : `${container} is not ready${after}: ${why}`;
    case "release":
      return `the release command of ${image} did not succeed${after}: ${why}`;
    case "job":
      return ending === "create-failed"
        ? `the container of a run could not be made: ${why}`
        : `a run of ${container} did not succeed${after}: ${why}`;
    case "switch":
      return `${container} gets no traffic: ${why}`;
    case "certificate":
      return `${evidence.certificate?.host ?? "the host"} has no certificate: ${why}`;
  }
}

function more({ container, stage }: Evidence, id: string): string {
  const look = stage === "pull" || container === undefined ? "sextant doctor" : `sextant doctor ${container}`;
  return cut(`more: ${pageOf(id)}; on the host: ${look}`);
}

function logLines({ log, stage }: Evidence, room: number): string[] {
  const lines = (log ?? []).map(plain).filter((line) => line.trim() !== "");
  if (room < 2 || lines.length === 0) return [];
  return [
    runsOnce(stage) ? "its last lines:" : "its last log lines:",
    ...lines.slice(-(room - 1)).map((line) => cut(`  | ${line}`)),
  ];
}

/** Phrases, a line each, below each other. */
function indented(label: string, phrases: readonly string[]): string[] {
  return phrases.map((phrase, at) => cut((at === 0 ? label : " ".repeat(label.length)) + plain(phrase)));
}

/** A text over so many lines at most, broken between words. */
function wrapped(label: string, text: string, most: number): string[] {
  const lines: string[] = [];
  let line = label;
  let started = false;
  for (const word of plain(text).split(" ")) {
    if (started && line.length + 1 + word.length > columns && lines.length < most - 1) {
      lines.push(line);
      line = " ".repeat(label.length || 2) + word;
    } else {
      line += (started ? " " : "") + word;
      started = true;
    }
  }
  return [...lines, line].map(cut);
}

/** One line, whatever is in it. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trimEnd();
}

function cut(line: string): string {
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
}
