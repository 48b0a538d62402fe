/** The troubleshooting page, from the table that failed deploys are diagnosed with. */
import type { Cause, Chapter } from "../../components/diagnosis/cause";
import { causes } from "../../components/diagnosis/causes";
import { finalRules } from "../../components/diagnosis/final";
import { unknownDocs } from "../../components/diagnosis/unknown";

const notice = "<!-- Made from components/diagnosis/ by npm run docs; edit that. -->";

/** In the order in which a release meets them. */
const chapters: readonly Chapter[] = [
  "Pulling the image",
  "The release command",
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
    "What a failed deploy can be told apart by: a section a cause, with what you see, where it comes from, how to see for yourself that it is this, and the change to make. A failed `pulumi up` names the section. The old release goes on serving; the container that failed is kept, stopped, with its log.",
    ordered
      .map(
        ({ chapter, list }) =>
          `- ${chapter}\n${list.map(({ id, title }) => `  - [${title}](#${id})`).join("\n")}`,
      )
      .join("\n") + `\n- [${unknownDocs.title}](#${unknownDocs.id})`,
    ...ordered.flatMap(({ chapter, list }) => [`## ${chapter}`, ...list.flatMap(section)]),
    `<a id="${unknownDocs.id}"></a>\n\n## ${unknownDocs.title}`,
    unknownDocs.text,
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
