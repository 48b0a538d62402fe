/** What the command of a container names, and the image does not have. */
import type { Cause } from "../cause";
import type { Evidence } from "../evidence";
import { commandLine, exitCode, failed, texts } from "../facts";
import { short } from "../log";

/** How interpreters and servers say that they did not find what they were to run. */
const notFound =
  /not found|no such file|cannot find|can't (find|open|read)|cannot open|could ?n[o']t (find|open|import|load|read)|could not locate|unable to (access|load|open|find)|failed to (find|load|import|open)|no module named|does not exist|missing script|error loading/i;

/** The names in a line: what is quoted, paths, and what follows the word for a kind of file. */
function names(line: string): string[] {
  const found: string[] = [];
  for (const match of line.matchAll(
    /["'`“]([^"'`”]{2,})["'`”]|((?:file:\/\/)?[\w.@-]*[/.][\w./@-]*\w)(?!:?\w|:\d)|(?:module|jarfile|file:?|script:?|class|named) ([\w.-]+\w)/gi,
  ))
    found.push(match[1] ?? match[2] ?? match[3] ?? "");
  return found.map((name) => name.replace(/^file:\/\//, "")).filter((name) => name.length > 1);
}

/** Whether a word of the command is what the line names: the same, the end of its path, or its module. */
function same(word: string, name: string): boolean {
  const bare = word.replace(/^\.\//, "");
  if (bare.length < 2 || bare.startsWith("-")) return false;
  const [module = "", object = ""] = bare.split(":");
  return (
    name === bare ||
    name.endsWith(`/${bare}`) ||
    (name.includes("/") && bare.endsWith(`/${name}`)) ||
    (bare.includes(":") && (name === module || name === object || module.startsWith(`${name}.`))) ||
    (module.includes(".") && !module.includes("/") && module.startsWith(`${name}.`))
  );
}

/** Servers that are libraries themselves: one that is missing was not installed. */
const servers =
  /^(gunicorn|uvicorn|hypercorn|daphne|flask|celery|waitress|django|puma|rails|sidekiq|tsx|ts-node|next|nest)$/;

/** What a tool looks for where it is started: not there, it was started elsewhere. */
const manifests =
  /(^|\/)(package\.json|Gemfile|Rakefile|config\.ru|manage\.py|artisan|composer\.json|deno\.jsonc?|mix\.exs)$/;

/** The line that says that what the command names is not there, with its name. */
export function missingEntry(evidence: Evidence): { line: string; name: string } | undefined {
  const code = exitCode(evidence);
  if (!failed(evidence) || code === undefined || code === 0) return undefined;
  // The program itself is another matter: command-not-found.
  const words = commandLine(evidence)
    .flatMap((word) => word.split(/\s+/))
    .slice(1)
    .filter((word) => !servers.test(word));
  for (const line of texts(evidence).toReversed()) {
    // A server that is not found is another matter, whatever file it is named in.
    if (!notFound.test(line) || /\bhost\b/i.test(line)) continue;
    const name = names(line).find((one) => manifests.test(one) || words.some((word) => same(word, one)));
    if (name !== undefined) return { line, name };
  }
  return undefined;
}

export const entryMissing: Cause = {
  id: "entry-missing",
  title:
    "Cannot find module '/app/server.js', can't open file, Unable to access jarfile: what the command starts is not there",
  final: true,
  match: (evidence) => {
    const found = missingEntry(evidence);
    if (found === undefined) return undefined;
    const { workdir } = evidence.imageFacts ?? {};
    return {
      confidence: 0.92,
      verdict: `what its command is to start is not there: ${found.name}`,
      seen: [
        `its log says: ${short(found.line)}`,
        `it ran: ${short(commandLine(evidence).join(" "), 90)}`,
        ...(workdir === undefined || workdir === "" ? [] : [`its directory (WORKDIR) is ${workdir}`]),
      ],
      why: "What was not found is named by the command itself, or is what marks the app's directory, so it is the app's own, not a library.",
      cure: `compare command (or CMD) with what is in the image: names are taken from WORKDIR${workdir === undefined || workdir === "" ? "" : `, ${workdir}`}; mend the name, WORKDIR, or the COPY or build that was to put it there`,
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      "`Error: Cannot find module '/app/dist/server.js'`, `python: can't open file`, `ModuleNotFoundError: No module named 'shop'` by gunicorn, `Could not import module \"main\"`, `Unable to access jarfile`, `Missing script: \"start\"`.",
    cause:
      "The interpreter or the server is there, and the app's own file is not where the command looks: another WORKDIR, a build whose output was not copied, a name that has changed, or `.dockerignore`.",
    proof: "`docker run --rm --entrypoint ls IMAGE -la DIRECTORY`.",
    cure: "Mend the name in `command` or CMD, `WORKDIR`, or the `COPY` of the Dockerfile.",
  },
};
