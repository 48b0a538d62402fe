/** The page of the preflight's findings, from what each says of itself. */
import type { Finding, Level } from "../../provider/host/preflight/finding";
import { findings } from "../../provider/host/preflight/findings";

const levels: Record<Level, string> = {
  refuses: "Refuses.",
  "refuses unless accepted": "Refuses, unless `preflight.accept` has it.",
  note: "A note; does not refuse.",
};

/** The page, as Markdown: a table of all findings and a section for each, to link to. */
export function preflightPage(): string {
  const chapters = [...new Set(findings.map(({ docs }) => docs.chapter))];
  return `${[
    "<!-- Made from provider/host/preflight/findings by npm run docs; edit those. -->",
    "# Preflight",
    "What is looked at on a machine that was not made here, an [ExistingServer](existing-server.md), before anything is put " +
      "on it. It changes nothing there. A machine is refused with the whole list at once, each item with its cure; what " +
      "will bite later is a note in the output of `pulumi up`. The preflight runs when the machine is added, and again when its words or " +
      "the checks change.",
    '`preflight: { accept: ["ufw-bypassed"] }` makes a check a note for one machine, where a check can be accepted. On the ' +
      "machine itself, `sextant preflight` prints the facts that are judged, once the verbs are installed.",
    ["| Check | Refuses |", "| --- | --- |"]
      .concat(findings.map(({ id, level }) => `| [\`${id}\`](#${id}) | ${short(level)} |`))
      .join("\n"),
    ...chapters.flatMap((chapter) => [
      `## ${chapter}`,
      ...findings.filter(({ docs }) => docs.chapter === chapter).flatMap(section),
    ]),
  ].join("\n\n")}\n`;
}

function short(level: Level): string {
  return { refuses: "yes", "refuses unless accepted": "unless accepted", note: "no, a note" }[level];
}

function section({ id, level, docs }: Finding): string[] {
  return [`### \`${id}\``, docs.finds, `Cure: ${docs.cure}`, levels[level]];
}
