/** What the import could not settle: a sentence for each key that has no counterpart, or another one than a person may expect. Pure. */
import { Mixed } from "./erb";
import type { Raw } from "./yaml";

/** What a decision asks of its reader. */
export type Weight =
  /** Something has to be done or chosen before the first `pulumi up`. */
  | "act"
  /** It is there, and works otherwise. */
  | "differs"
  /** There is nothing like it here. */
  | "none";

export interface Decision {
  /** The key, as a path. @example "accessories.db.port" */
  readonly key: string;
  /** Its value, where it can be shown. */
  readonly value?: string;
  readonly weight: Weight;
  /** What it becomes, and what to do. */
  readonly sentence: string;
}

/** Words of a key whose value is nobody's to see. */
const hidden = /pass(word|wd)?\b|token|secret|credential|key_?data|private|\bargs\b|api_?key/i;

/** A value in a line; nothing where it may be a secret, is long, or has parts. */
export function shown(key: string, value: Raw | undefined): string | undefined {
  if (value === undefined || value === null || hidden.test(key)) return undefined;
  if (value instanceof Mixed) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 || /[\n{]/.test(text) || hidden.test(text) || text === "" ? undefined : text;
}

/** The line of a decision. */
export function lineOf({ key, value, sentence }: Decision): string {
  return `${key}${value === undefined ? "" : ` (${value})`}: ${sentence}`;
}
