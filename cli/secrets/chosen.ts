/** Which values a stack gets under which names. Pure. */
import { configName } from "../init/setup";
import type { Found } from "./adapter";

/** A word of `sextant secrets fetch`: `NAME`, or `KEY=NAME`. */
export interface Word {
  /** The name in the stack's configuration; by default what the manager's name comes to. */
  readonly key?: string;
  readonly name: string;
}

/** A value for the stack. */
export interface Chosen {
  readonly key: string;
  /** The manager's name of it. */
  readonly name: string;
  readonly value: string;
}

/** What stands before the first = is a key, where it can be one. */
export function wordOf(text: string): Word {
  const [, key, name] = /^([A-Za-z][\w.-]*(?::[A-Za-z][\w.-]*)?)=(.+)$/s.exec(text) ?? [];
  return key === undefined || name === undefined ? { name: text } : { key, name };
}

/** `Shop/Production/DB_PASSWORD` as `dbPassword`, as `sextant import` names it. */
export function keyOf(name: string): string {
  const own = last(name);
  return /^[a-z][A-Za-z0-9]*$/.test(own) ? own : configName(own.replaceAll(/[^A-Za-z0-9]+/g, "_"));
}

const last = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/**
 * The values, each with its key.
 * @param extract of what was found these alone, by their whole names or what stands behind the last slash, as Kamal's `secrets extract` does
 * @throws Error where a name is not among them, a key is there twice, or a value cannot be kept as it is
 */
export function chosen(words: readonly Word[], found: readonly Found[], extract: readonly Word[]): Chosen[] {
  const all = extract.length > 0 ? extract.map((one) => extracted(one, found)) : named(words, found);
  for (const { key, name, value } of all) {
    const twice = all.filter((other) => other.key === key);
    if (twice.length > 1)
      throw new Error(
        `secrets: ${twice.map((each) => each.name).join(" and ")} would both be ${key}; give one of them a name of its own: KEY=${name}.`,
      );
    if (!/^[A-Za-z]/.test(last(key)))
      throw new Error(`secrets: ${name} makes no name for a value of the stack; give it one: KEY=${name}.`);
    // Pulumi takes one off that ends its standard input.
    if (value.endsWith("\r"))
      throw new Error(
        `secrets: ${name} ends with a carriage return, which Pulumi does not keep; correct it where it comes from.`,
      );
  }
  return all;
}

function named(words: readonly Word[], found: readonly Found[]): Chosen[] {
  return found.map(({ word, name, value }) => {
    const key = words.find((each) => each.name === word)?.key;
    const others = found.filter((each) => each.word === word);
    if (key !== undefined && others.length > 1)
      throw new Error(
        `secrets: ${word} has ${others.length} values, ${others.map((each) => last(each.name)).join(", ")}; name the one that is ${key}: --extract ${key}=NAME.`,
      );
    return { key: key ?? keyOf(name), name, value };
  });
}

function extracted({ key, name }: Word, found: readonly Found[]): Chosen {
  const whole = found.filter((each) => each.name === name || each.word === name);
  const meant = whole.length > 0 ? whole : found.filter((each) => each.name.endsWith(`/${name}`));
  const [one, ...more] = meant;
  if (one === undefined)
    throw new Error(
      `secrets: there is no ${name} among ${found.map((each) => each.name).join(", ") || "what was found"}.`,
    );
  if (more.length > 0)
    throw new Error(
      `secrets: ${name} is ${meant.map((each) => each.name).join(" and ")}; write the whole name of one.`,
    );
  return { key: key ?? keyOf(name), name: one.name, value: one.value };
}
