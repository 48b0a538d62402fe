/** The troubleshooting page, from the table that failed deploys are diagnosed with. */
import type { Cause, Chapter } from "../../provider/diagnosis/cause";
import { causes } from "../../provider/diagnosis/causes";
import { finalRules } from "../../provider/diagnosis/final";
import { hetznerRefusals } from "../../components/hetzner/refusals";
import { unknownDocs } from "../../provider/diagnosis/unknown";

const notice = "<!-- Made from provider/diagnosis/ by npm run docs; edit that. -->";

/** In the order in which a release meets them. */
const chapters: readonly Chapter[] = [
  "Pulling the image",
  "The release command",
  "Roles with a schedule",
  "Starting the container",
  "The process ends",
  "Listening",
  "The answer to the health path",
  "What the app needs",
  "The machine",
  "The proxy",
];

/** The page as Markdown. */
export function troubleshootingPage(table: readonly Cause[] = causes): string {
  const ordered = chapters.map((chapter) => ({
    chapter,
    list: table.filter(({ docs }) => docs.chapter === chapter),
  }));
  return [
    notice,
    "# Troubleshooting",
    'What a failed deploy can be told apart by: a section a cause, with what you see, where it comes from, how to see for yourself that it is this, and the change to make. A failed `pulumi up` names the section. Where it failed before the switch, the old release goes on serving, but for roles with `strategy: "stop-first"`, whose old container went first; the container that failed is kept, stopped, with its log.',
    "The run was cut off, the stack is locked, operations are pending, or a host is dead: [When a run was cut off](interrupted.md).",
    ordered
      .map(
        ({ chapter, list }) =>
          `- ${chapter}\n${list.map(({ id, title }) => `  - [${title}](#${id})`).join("\n")}`,
      )
      .join("\n") +
      `\n- [${unknownDocs.title}](#${unknownDocs.id})\n- [What Hetzner says in an update](#hetzner)`,
    ...ordered.flatMap(({ chapter, list }) => [`## ${chapter}`, ...list.flatMap(section)]),
    `<a id="${unknownDocs.id}"></a>\n\n## ${unknownDocs.title}`,
    unknownDocs.text,
    '<a id="hetzner"></a>\n\n## What Hetzner says in an update',
    "Type, location, image, keys and token are asked for at preview, see [What Hetzner has](checks.md#hetzner). What remains comes from Hetzner's plugin, in its own words:",
    [
      "| It says | Cause | Cure |",
      "| --- | --- | --- |",
      ...hetznerRefusals.map(({ says, cause, cure }) => `| \`${says}\` | ${cause} | ${cure} |`),
    ].join("\n"),
    "## When waiting ends at once",
    "The gate asks until `readyTimeout` is over, and ends sooner at what time cannot change:",
    [
      "| What is seen | Ends at once | Why |",
      "| --- | --- | --- |",
      ...finalRules.map(
        ({ observation, final, why }) => `| ${observation} | ${final ? "yes" : "no"} | ${why} |`,
      ),
    ].join("\n"),
  ].join("\n\n");
}

function section({ id, title, docs }: Cause): string[] {
  return [
    `<a id="${id}"></a>\n\n### ${title}`,
    `**What you see.** ${docs.symptom}`,
    `**Cause.** ${docs.cause}`,
    `**Proof.** ${docs.proof}`,
    `**Cure.** ${docs.cure}`,
  ];
}
