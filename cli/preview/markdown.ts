/** Values as Markdown, as GitHub shows it: whatever a value holds, it is shown as it is, and ends nothing around it. Pure. */

/** What Markdown may take for something else than itself, also in a table. */
const special = /[&<>`|\\*_[\]~$!]/g;

const entities = (text: string): string => [...text].map(entity).join("");

const entity = (character: string): string => `&#${String(character.codePointAt(0))};`;

/** A line without what ends lines and what is not to be seen. */
function oneLine(value: string, most: number): string {
  const line = value.replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").trim();
  return cut(line, most);
}

function cut(line: string, most: number): string {
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join("")}…`;
}

/** A value as code, on one line. */
export function code(value: string, most = 100): string {
  const line = oneLine(value, most);
  if (line === "") return "*empty*";
  return /[`<>|\\&$]/.test(line) ? `<code>${unlinked(inert(line))}</code>` : `\`${line}\``;
}

/** An address in it is no link. */
const unlinked = (line: string): string => line.replaceAll(/:(?=\/\/)|(?<=www)\./g, entity);

/** A sentence, on one line. Nobody is called by it, and nothing in it begins a list or a heading. */
export function text(value: string, most = 1000): string {
  return inert(oneLine(value, most)).replace(/^(?:[#+=:-]|\d+(?=[.)]))/, entities);
}

/** Nothing in it is Markdown, and `@name` and `#1` mean nobody and nothing. */
function inert(line: string): string {
  return line.replaceAll(special, entity).replaceAll(/(^|[^\w])@(?=\w)/g, "$1@<!-- -->");
}

/** Lines as they are. */
export function block(given: readonly string[]): string[] {
  const lines = given.map((line) => cut(line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, " "), 500));
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)),
  );
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, ...lines, fence];
}

/** A table; each cell is Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map(row)];
}

/** What is not seen until it is opened. @param title Markdown already */
export function folded(title: string, lines: readonly string[]): string[] {
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>"];
}

/** `1 host`, `2 hosts`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${String(number)} ${number === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function and(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}
