/** The page of the preflight's checks, from the comments in its script. */

/** Whether a check refuses a machine; what it only notes does not. */
export type Level = "refuses" | "refuses unless accepted" | "note";

/** A check as the comment above its function describes it. */
export interface PreflightCheck {
  readonly name: string;
  readonly level: Level;
  /** The heading of the script that it stands under. */
  readonly section: string;
  /** What it finds, and what follows from that. */
  readonly finds: string;
  readonly cure: string;
}

/** The checks that a script describes, in its order. An error where a comment is not of the form that the script's head gives. */
export function readChecks(script: string): PreflightCheck[] {
  const checks: PreflightCheck[] = [];
  let section = "";
  const lines = script.split("\n");
  for (const [at, line] of lines.entries()) {
    section = /^# ----- (.+)$/.exec(line)?.[1] ?? section;
    const head = /^# check ([a-z0-9-]+): (.+)$/.exec(line);
    if (head === null) continue;
    const [, name = "", level = ""] = head;
    const text = paragraph(lines.slice(at + 1));
    const [finds = "", cure] = text.split(/ ?Cure: /);
    if (!isLevel(level) || finds === "" || cure === undefined)
      throw new Error(
        `the check ${name} of the preflight is not described as the head of its script asks for`,
      );
    checks.push({ name, level, section, finds, cure: sentence(cure) });
  }
  return checks;
}

function isLevel(text: string): text is Level {
  return ["refuses", "refuses unless accepted", "note"].includes(text);
}

/** The comment's lines up to its end or an empty one, as one line; what is meant for shellcheck is not part of it. */
function paragraph(lines: readonly string[]): string {
  const end = lines.findIndex((line) => !/^# (?!shellcheck )/.test(line));
  return lines
    .slice(0, end)
    .map((line) => line.slice(2))
    .join(" ");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const levels: Record<Level, string> = {
  refuses: "Refuses.",
  "refuses unless accepted": "Refuses, unless `preflight.accept` has it.",
  note: "A note; does not refuse.",
};

/** The page, as Markdown: a table of all checks and a section for each, to link to. */
export function preflightPage(script: string): string {
  const checks = readChecks(script);
  const sections = [...new Set(checks.map(({ section }) => section))];
  return `${[
    "<!-- Made from the comments in host/preflight.sh by npm run docs; edit those. -->",
    "# Preflight",
    "What is looked at on a machine that was not made here, an [ExistingServer](existing-server.md), before anything is put " +
      "on it. It changes nothing there. A machine is refused with the whole list at once, each item with its cure; what " +
      "will bite later is a note in the output of `pulumi up`. The preflight runs when the machine is added, and again when its words or " +
      "the script change.",
    '`preflight: { accept: ["ufw-bypassed"] }` makes a check a note for one machine, where a check can be accepted. On the ' +
      "machine itself, `sextant preflight ports=80,443` says the same once the verbs are installed.",
    ["| Check | Refuses |", "| --- | --- |"]
      .concat(checks.map(({ name, level }) => `| [\`${name}\`](#${name}) | ${short(level)} |`))
      .join("\n"),
    ...sections.flatMap((section) => [
      `## ${section}`,
      ...checks.filter((each) => each.section === section).flatMap(checkSection),
    ]),
  ].join("\n\n")}\n`;
}

function short(level: Level): string {
  return { refuses: "yes", "refuses unless accepted": "unless accepted", note: "no, a note" }[level];
}

function checkSection({ name, level, finds, cure }: PreflightCheck): string[] {
  return [`### \`${name}\``, finds, `Cure: ${cure}`, levels[level]];
}
