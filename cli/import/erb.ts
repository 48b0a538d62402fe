/** The Ruby that a Kamal file may hold, as far as it can be told what it gives without running it: pure. Nothing is ever executed. */

/** What stands for a value that only Ruby would know. */
export type Erb = EnvironmentValue | RubyValue;

/** A variable of the shell that `kamal` is started in. */
export interface EnvironmentValue {
  readonly kind: "environment";
  readonly name: string;
  readonly fallback?: string;
}

/** Anything else, such as a command's output. */
export interface RubyValue {
  readonly kind: "ruby";
  readonly code: string;
}

/** A text with values in it that only Ruby would know. */
export class Mixed {
  constructor(readonly parts: readonly (string | Erb)[]) {}
}

/** A file without its Ruby: each value is a mark in the text, which `marked` takes apart again. */
export interface WithoutErb {
  readonly text: string;
  readonly values: readonly Erb[];
  /** The statements, which give no value: conditions, loops, what is required. */
  readonly statements: readonly string[];
}

/** Two characters for private use: YAML takes them in a plain text, and nobody types them. */
const [open, shut] = ["\uE000", "\uE001"];
const mark = new RegExp(`${open}(\\d+)${shut}`);

/** Takes the Ruby out of a file. @throws Error where a tag does not end. */
export function withoutErb(file: string, source: string): WithoutErb {
  const values: Erb[] = [];
  const statements: string[] = [];
  const lines = source.replaceAll(new RegExp(`[${open}${shut}]`, "g"), "");
  const text = lines.replaceAll(
    /<%(%|#|=|-)?([\s\S]*?)(?:-?%>|$(?![\s\S]))/g,
    (tag: string, sign: string | undefined, body: string, at: number) => {
      if (sign === "%") return `<%${body}${tag.endsWith("%>") ? "%>" : ""}`;
      if (!tag.endsWith("%>"))
        throw new Error(
          `import: ${file} has a <% in line ${lines.slice(0, at).split("\n").length} that does not end; mend it first.`,
        );
      if (sign === "#") return "";
      const code = body.trim();
      if (sign === "=") {
        const given = literal(code);
        return given ?? `${open}${values.push(valueOf(code)) - 1}${shut}`;
      }
      if (!inComment(lines, at)) statements.push(code);
      return "";
    },
  );
  return { text, values, statements: statements.filter((code) => code !== "end") };
}

/** A text of the file with its marks taken apart; plain where it has none. */
export function marked(text: string, values: readonly Erb[]): string | Mixed {
  const parts = text.split(mark).map((part, at) => (at % 2 === 0 ? part : (values[Number(part)] ?? part)));
  const held = parts.filter((part) => part !== "");
  return held.every((part) => typeof part === "string") ? held.join("") : new Mixed(held);
}

function inComment(lines: string, at: number): boolean {
  return /(^|\s)#/.test(lines.slice(lines.lastIndexOf("\n", at) + 1, at));
}

/** The text of a Ruby literal without interpolation. */
function literal(code: string): string | undefined {
  const quoted = /^(["'])((?:(?!\1)[^\\#]|#(?!\{))*)\1$/.exec(code);
  if (quoted !== null) return quoted[2];
  return /^-?\d[\d_.]*$|^(true|false)$/.test(code) ? code : undefined;
}

const variable = String.raw`ENV(?:\[\s*(["'])(\w+)\1\s*\]|\.fetch\(?\s*(["'])(\w+)\3(?:\s*,\s*([^)]+?))?\s*\)?)`;
const withBlock = String.raw`(?:\s*\{\s*([^}]*?)\s*\})?`;
const converted = String.raw`(?:\.(?:to_s|to_i|presence|strip))?`;
const otherwise = String.raw`(?:\s*\|\|\s*(.+))?`;
const environment = new RegExp(`^${variable}${withBlock}${converted}${otherwise}$`);

function valueOf(code: string): Erb {
  const found = environment.exec(code);
  const name = found?.[2] ?? found?.[4];
  if (found === null || name === undefined) return { kind: "ruby", code };
  const given = found[5] ?? found[6] ?? found[7];
  if (given === undefined) return { kind: "environment", name };
  const fallback = literal(given.trim());
  return fallback === undefined ? { kind: "ruby", code } : { kind: "environment", name, fallback };
}
