/** What a page of the documentation has in it: blocks of code, and the commands that it tells to type. Pure. */

/** The blocks of a language, without the indent of a list. */
export function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, "gms"))].map(
    ([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}

/** The commands of these programs on a page, each as its words: in its shell blocks, in the steps of its YAML, and in the text. */
export function commands(page: string, programs: readonly string[]): string[][] {
  const inText = [...page.replaceAll(/^( *)```.*?^ *```$/gms, "").matchAll(/`([^`]+)`/g)].map(
    ([, code = ""]) => code.replaceAll(/\s+/g, " "),
  );
  const steps = blocks(page, "yaml").flatMap((block) =>
    [...block.matchAll(/^\s*- run: (.*)$/gm)].map(([, line = ""]) => line),
  );
  return [...blocks(page, "sh").flatMap(lines), ...steps, ...inText]
    .flatMap(calls)
    .filter(([program = ""]) => programs.includes(program));
}

/** The lines of a shell block: continued ones in one, without comments. */
function lines(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter(Boolean);
}

/** The commands in a line, also those whose output is an argument; less what they are run by and what is set for them. */
function calls(line: string): string[][] {
  const inner = [...line.matchAll(/\$\(([^()]*)\)/g)].flatMap(([, text = ""]) => calls(text));
  const own = line
    .replaceAll(/\$\([^()]*\)/g, "OUTPUT")
    .split(/\s*(?:&&|\|\||\||;)\s*/)
    .map((command) => (command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map(bare))
    .map((words) => words.filter((word) => !/^[<>]/.test(word)))
    .map((words) => words.slice(words.findIndex((word) => word !== "npx" && !/^[A-Z_]+=/.test(word))))
    .map((words) => (words[0] === "--package" ? words.slice(2) : words));
  return [...own, ...inner].filter((words) => words.length > 0);
}

/** A word as the shell gives it on. */
const bare = (word: string): string => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2");
