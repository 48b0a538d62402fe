/** The page of what a preview checks, from the table that the sentences are anchored in. */
import { checks } from "../../components/checks";

const effects = {
  refused: "The preview ends with an error.",
  warned: "A warning; the preview goes on.",
  "refused or warned": "An error where it cannot work, a warning where it can.",
};

export function checksPage(): string {
  return (
    [
      "<!-- Made from the checks that components/checks.ts lists by npm run docs; edit those. -->",
      "# What a preview checks",
      "Every argument is checked before anything is touched, all problems of a component at once, a sentence each: component, " +
        "argument, value, the rule, what to write instead, and the place on this page. Refused is what cannot work, what opens " +
        "something to the internet, and what has no way back. Warned is what works, though perhaps not as it was meant: there " +
        "may be a reason that the program does not show.",
      "What is known only in an update (an output of another resource) is checked there, or not at all. `pulumi up` runs the " +
        "same checks in its preview.",
      ["| Check | What happens |", "| --- | --- |"]
        .concat(checks.map(({ id, title, effect }) => `| [${title}](#${id}) | ${effect} |`))
        .join("\n"),
      ...checks.flatMap(({ id, title, effect, why, says }) => [
        `<a id="${id}"></a>`,
        `## ${title}`,
        `${why} ${effects[effect]}`,
        ["```text", ...says, "```"].join("\n"),
      ]),
    ].join("\n\n") + "\n"
  );
}
