/** Expressions as text, laid out as Prettier lays them out with its own settings. Pure. */
import { Fields, isSpecial, type Config, type Field, type Node, type Special } from "./node";

/** Prettier's own width. */
export const width = 80;

/** An expression on one line; undefined where it takes several. */
export function flat(node: Node): string | undefined {
  if (typeof node === "string") return quoted(node);
  if (typeof node !== "object") return String(node);
  if (node instanceof Fields) return flatFields(node);
  if (isSpecial(node)) return flatSpecial(node);
  const parts = node.map(flat);
  const rows = node.length > 1 && node.every((each) => each instanceof Fields && each.list.length > 1);
  return rows || parts.includes(undefined) ? undefined : `[${parts.join(", ")}]`;
}

function flatFields({ list }: Fields): string | undefined {
  const parts = list.map((field) => {
    const value = flat(field.value);
    if (value === undefined || field.comment !== undefined) return undefined;
    return field.name === "..." ? `...${value}` : shorthand(field, value);
  });
  if (parts.includes(undefined)) return undefined;
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

function shorthand({ name }: Field, value: string): string {
  return value === name ? name : `${key(name)}: ${value}`;
}

function flatSpecial(node: Special): string | undefined {
  switch (node.is) {
    case "config":
      return configured(node);
    case "secret":
      return `config.requireSecret(${quoted(node.name)})`;
    case "typed":
      return quoted(node.text);
    case "code":
      return node.text;
    case "template": {
      const parts = node.parts.map((part) =>
        typeof part === "string" ? escaped(part) : `\${${flat(part) ?? ""}}`,
      );
      return `${node.output ? "pulumi.interpolate" : ""}\`${parts.join("")}\``;
    }
    case "call": {
      const args = node.args.map(flat);
      return args.includes(undefined) ? undefined : `${node.name}(${args.join(", ")})`;
    }
    case "lines":
      return undefined;
    case "some": {
      const value = flat(node.value);
      return value === undefined ? undefined : `(${node.test} ? ${value} : {})`;
    }
    case "when": {
      const value = flat(node.value);
      return value === undefined
        ? undefined
        : `config.requireBoolean(${quoted(node.name)}) ? ${value} : undefined`;
    }
  }
}

function configured({ name, type, fallback, optional = false }: Config): string {
  const asked = fallback !== undefined || optional ? "get" : "require";
  const how = { string: "", number: "Number", boolean: "Boolean", Duration: "<Duration>", Size: "<Size>" };
  const suffix = type in how ? how[type as keyof typeof how] : `Object<${type}>`;
  const call = `config.${asked}${suffix}(${quoted(name)})`;
  if (fallback === undefined) return call;
  return `${call} ?? ${typeof fallback === "string" ? quoted(fallback) : String(fallback)}`;
}

/** An expression that begins at a column of a line that is indented so far, with so much behind it on its last line. */
export function print(node: Node, indent: number, column: number, behind = 1): string {
  const one = flat(node);
  if (one !== undefined && column + one.length + behind <= width) return one;
  if (typeof node !== "object") return one ?? "";
  const inner = indent + 2;
  const pad = " ".repeat(inner);
  if (node instanceof Fields)
    return node.list.length === 0 ? "{}" : `{\n${printFields(node, inner)}\n${" ".repeat(indent)}}`;
  if (!isSpecial(node)) {
    const items = node.map((each) => `${pad}${print(each, inner, inner)},`);
    return `[\n${items.join("\n")}\n${" ".repeat(indent)}]`;
  }
  if (node.is === "some")
    return `(${node.test}\n${pad}? ${print(node.value, inner, inner + 2, 0)}\n${pad}: {})`;
  if (node.is === "lines") return node.lines.join(`\n${" ".repeat(indent)}`);
  if (node.is === "when") {
    const test = `config.requireBoolean(${quoted(node.name)})`;
    return `${test}\n${pad}? ${print(node.value, inner, inner + 2, 0)}\n${pad}: undefined`;
  }
  // A call's arguments go below each other; what is no call stays as it is.
  const call = /^([\w.<>[\], ]+)\((.*)\)$/.exec(one ?? "");
  const args = node.is === "call" ? node.args : undefined;
  if (args !== undefined)
    return `${node.is === "call" ? node.name : ""}(\n${args.map((arg) => `${pad}${print(arg, inner, inner)},`).join("\n")}\n${" ".repeat(indent)})`;
  if (call !== null && (node.is === "config" || node.is === "secret"))
    return `${call[1] ?? ""}(\n${pad}${call[2] ?? ""},\n${" ".repeat(indent)})`;
  return one ?? "";
}

/** The members of an object, a line or more each. */
export function printFields({ list }: Fields, indent: number): string {
  const pad = " ".repeat(indent);
  return list
    .flatMap((field) => [
      ...(field.comment ?? []).map((line) => `${pad}// ${line}`),
      `${pad}${member(field, indent)},`,
    ])
    .join("\n");
}

function member(field: Field, indent: number): string {
  const { name, value } = field;
  if (name === "...") return `...${print(value, indent, indent + 3)}`;
  const one = flat(value);
  if (one === name) return name;
  const start = `${key(name)}: `;
  const fits = one !== undefined && indent + start.length + one.length + 1 <= width;
  const below =
    typeof value === "string" ||
    (isSpecial(value) && ["typed", "code"].includes(value.is)) ||
    (isSpecial(value) && value.is === "config" && value.fallback !== undefined);
  // Prettier breaks no line where the name is about as short as the indent.
  if (!fits && below && one !== undefined && key(name).length >= 5)
    return `${key(name)}:\n${" ".repeat(indent + 2)}${one}`;
  return `${start}${print(value, indent, indent + start.length)}`;
}

/** A text in the quotes that Prettier would choose. */
export function quoted(text: string): string {
  const doubles = text.split('"').length - 1;
  const singles = text.split("'").length - 1;
  if (doubles <= singles) return JSON.stringify(text);
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

/** A text inside of backquotes. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`]|\$(?=\{)/g, (each) => `\\${each}`);
}

/** The name of a member. */
export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** A comment's sentences as lines. */
export function comment(text: string, indent: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && indent + 3 + last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
