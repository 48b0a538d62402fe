/** The expressions that a program is made of, before they are text. Pure. */
import { isDeepStrictEqual } from "node:util";

export type Node = string | number | boolean | readonly Node[] | Fields | Special;

/** A member of an object, in its place. */
export interface Field {
  /** `...` spreads the value. */
  readonly name: string;
  readonly value: Node;
  /** Lines above it. */
  readonly comment?: readonly string[];
}

/** An object. */
export class Fields {
  constructor(readonly list: readonly Field[] = []) {}

  /** With a member more, unless it has no value. */
  with(name: string, value: Node | undefined, ...comment: readonly string[]): Fields {
    if (value === undefined || (value instanceof Fields && value.list.length === 0)) return this;
    return new Fields([...this.list, { name, value, ...(comment.length === 0 ? {} : { comment }) }]);
  }

  /** With the members of another one behind its own. */
  and(more: Fields): Fields {
    return new Fields([...this.list, ...more.list]);
  }

  get(name: string): Node | undefined {
    return this.list.find((field) => field.name === name)?.value;
  }

  /** Without these members. */
  without(...names: readonly string[]): Fields {
    return new Fields(this.list.filter((field) => !names.includes(field.name)));
  }

  get names(): string[] {
    return this.list.map(({ name }) => name);
  }
}

export type Special = Config | Secret | Typed | Call | Code | Template | When | Lines | Some;

/** A value of the stack's configuration. */
export interface Config {
  readonly is: "config";
  readonly name: string;
  /** Its type, as the program writes it. @example "string[]" */
  readonly type: string;
  /** Taken where the stack has none. */
  readonly fallback?: string | number;
  /** Whether a stack may have none. */
  readonly optional?: boolean;
}

/** A secret of the stack's configuration. */
export interface Secret {
  readonly is: "secret";
  readonly name: string;
}

/** A text of a narrower type, such as a duration. */
export interface Typed {
  readonly is: "typed";
  readonly type: "Duration" | "Size";
  readonly text: string;
}

/** A call of a function that is imported. */
export interface Call {
  readonly is: "call";
  readonly name: "letsEncrypt" | "ownCertificate" | "readFileSync";
  readonly args: readonly Node[];
}

/** An expression that needs nothing but the names in it, such as `db.host`. */
export interface Code {
  readonly is: "code";
  readonly text: string;
}

/** A text with expressions in it. */
export interface Template {
  readonly is: "template";
  readonly parts: readonly (string | Node)[];
  /** Whether a part is known only when something has been made. */
  readonly output: boolean;
}

/** A value that only some stacks have. */
export interface When {
  readonly is: "when";
  /** The value of the configuration that says so. */
  readonly name: string;
  readonly value: Node;
}

/** Members that are there where a test holds, to be spread. */
export interface Some {
  readonly is: "some";
  /** The test, as the program writes it. */
  readonly test: string;
  readonly value: Fields;
}

/** A function's text: its lines, as they are laid out at the margin. */
export interface Lines {
  readonly is: "lines";
  readonly lines: readonly string[];
}

export const duration = (text: string): Typed => ({ is: "typed", type: "Duration", text });
export const size = (text: string): Typed => ({ is: "typed", type: "Size", text });
export const secret = (name: string): Secret => ({ is: "secret", name });
export const code = (text: string): Code => ({ is: "code", text });

export function isSpecial(node: Node | undefined): node is Special {
  return typeof node === "object" && "is" in node;
}

export const same = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one, other);

/** All expressions in one, itself among them. */
export function within(node: Node): Node[] {
  if (typeof node !== "object") return [node];
  if (node instanceof Fields) return [node, ...node.list.flatMap(({ value }) => within(value))];
  if (isSpecial(node)) {
    if (node.is === "call") return [node, ...node.args.flatMap(within)];
    if (node.is === "template") return [node, ...node.parts.flatMap(within)];
    return node.is === "when" || node.is === "some" ? [node, ...within(node.value)] : [node];
  }
  return [node, ...node.flatMap(within)];
}
