/** Reads a configuration key by key, and knows in the end which keys nobody has read. Pure. */
import { configName } from "../init/setup";
import { shown, type Decision, type Weight } from "./decision";
import { Mixed, type Erb } from "./erb";
import type { Node } from "./node";
import { isMap, type Raw, type RawMap } from "./yaml";

/** The names in the stack's configuration, one for each thing that is called so. */
export class Names {
  private readonly taken = new Map<string, string>([["version", "the release"]]);

  /** The name of a value: the same for what is the same, another one for what only sounds like it. */
  of(name: string, what = name): string {
    const own = configName(name.replaceAll(/[^A-Za-z0-9]+/g, "_"));
    const wanted = /^[A-Za-z]/.test(own) ? own : `value${own}`;
    for (let at = 1; ; at += 1) {
      const each = at === 1 ? wanted : `${wanted}${at}`;
      const owner = this.taken.get(each);
      if (owner !== undefined && owner !== what) continue;
      this.taken.set(each, what);
      return each;
    }
  }
}

/** What is noted while a configuration is read. */
export class Notes {
  readonly decisions: Decision[] = [];
  private readonly read = new Set<string>();

  constructor(readonly names: Names) {}

  mark(path: readonly string[]): void {
    this.read.add(path.join("\0"));
  }

  isRead(path: readonly string[]): boolean {
    return path.some((_, at) => this.read.has(path.slice(0, at + 1).join("\0")));
  }

  /** Takes over what has been noted apart from it: all that was read, and the decisions on these keys. */
  absorb(other: Notes, wanted: (key: string) => boolean): void {
    for (const path of other.read) this.read.add(path);
    for (const { key, weight, sentence, value } of other.decisions)
      if (wanted(key)) this.add(key, weight, sentence, value);
  }

  add(key: string, weight: Weight, sentence: string, value?: string): void {
    const decision = { key, weight, sentence, ...(value === undefined ? {} : { value }) };
    const there = this.decisions.some((one) => one.key === key && one.sentence === sentence);
    if (!there) this.decisions.push(decision);
  }
}

/** A map of the configuration, and where it is. */
export class Reader {
  constructor(
    readonly value: RawMap,
    readonly notes: Notes,
    private readonly path: readonly string[] = [],
  ) {}

  /** The name of a key, as messages have it. */
  at(...keys: readonly string[]): string {
    return [...this.path, ...keys].join(".");
  }

  has(key: string): boolean {
    return this.value[key] !== undefined && this.value[key] !== null;
  }

  /** Whether a key, as messages name it, is in this map. */
  holds(key: string): boolean {
    let value: Raw | undefined = this.value;
    for (const part of key.split(".").slice(this.path.length)) value = isMap(value) ? value[part] : undefined;
    return value !== undefined;
  }

  get keys(): string[] {
    return Object.keys(this.value);
  }

  /** Takes a key's value as it is. */
  take(key: string): Raw | undefined {
    this.notes.mark([...this.path, key]);
    const value = this.value[key];
    return value === null ? undefined : value;
  }

  /** Says what becomes of a key, where it is there. */
  decide(key: string, weight: Weight, sentence: string): void {
    if (!this.has(key)) return;
    this.notes.add(this.at(key), weight, sentence, shown(this.at(key), this.take(key)));
  }

  /** A map below. @throws Error for anything else */
  map(key: string): Reader | undefined {
    const value = this.value[key];
    if (value === undefined || value === null) {
      this.notes.mark([...this.path, key]);
      return undefined;
    }
    if (!isMap(value)) throw this.wrong(key, "it is a map");
    if (Object.keys(value).length === 0) this.notes.mark([...this.path, key]);
    return new Reader(value, this.notes, [...this.path, key]);
  }

  /** The maps below a key, by their names. */
  maps(key: string): [string, Reader][] {
    const all = this.map(key);
    return (all?.keys ?? []).flatMap((name) => {
      const one = all?.map(name);
      return one === undefined ? [] : [[name, one] as [string, Reader]];
    });
  }

  /** A single value as a text; what Ruby would know is a value of the stack's configuration. */
  text(key: string): Node | undefined {
    const value = this.take(key);
    return value === undefined ? undefined : this.node(key, value);
  }

  /** A text that is in the file itself. */
  plain(key: string): string | undefined {
    const value = this.value[key];
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;
  }

  /** A single value of an item or a member as a text. */
  node(key: string, value: Raw): Node {
    if (value instanceof Mixed) return this.mixed(key, value, "string");
    if (typeof value === "object") throw this.wrong(key, "it is a single value");
    return String(value);
  }

  number(key: string): Node | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (value instanceof Mixed) return this.mixed(key, value, "number");
    const known = typeof value === "string" ? Number(value.replaceAll("_", "")) : value;
    if (typeof known !== "number" || !Number.isFinite(known)) throw this.wrong(key, "it is a number");
    return known;
  }

  flag(key: string): boolean | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (value === true || value === "true") return true;
    if (value === false || value === "false") return false;
    throw this.wrong(key, "it is true or false");
  }

  /** A list; a single value is a list of one. */
  list(key: string): Raw[] {
    const value = this.take(key);
    if (value === undefined) return [];
    if (isMap(value)) throw this.wrong(key, "it is a list");
    return Array.isArray(value) ? (value as Raw[]) : [value];
  }

  /** A list of texts; a single text may have several with commas between them. */
  texts(key: string): Node[] {
    const value = this.value[key];
    const items =
      typeof value === "string"
        ? (this.take(key), value.split(",").map((each) => each.trim()))
        : this.list(key);
    return items.filter((item) => item !== "").map((item) => this.node(key, item));
  }

  wrong(key: string, rule: string): Error {
    const value = shown(this.at(key), this.value[key]);
    return new Error(
      `import: ${value === undefined ? `the value of ${this.at(key)} does not fit:` : `${this.at(key)} is ${value}, but`} ${rule}; correct it, and try it with kamal config.`,
    );
  }

  private mixed(key: string, { parts }: Mixed, type: "string" | "number"): Node {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && typeof only !== "string")
      return this.asked(key, only, type);
    return {
      is: "template",
      output: false,
      parts: parts.map((part) => (typeof part === "string" ? part : this.asked(key, part, "string"))),
    };
  }

  private asked(key: string, value: Erb, type: string): Node {
    const what = this.at(key);
    if (value.kind === "environment") {
      const name = this.notes.names.of(value.name, `ENV ${value.name}`);
      const { fallback } = value;
      this.notes.add(
        what,
        fallback === undefined ? "act" : "differs",
        `it came from the variable ${value.name} of the shell, and is ${name} of the stack's configuration now: pulumi config set ${name} VALUE${fallback === undefined ? "" : ", or what the program has in place of it"}.`,
      );
      if (fallback === undefined) return { is: "config", name, type };
      return { is: "config", name, type, fallback: type === "number" ? Number(fallback) : fallback };
    }
    const name = this.notes.names.of(what.replaceAll(/[^A-Za-z0-9]+/g, "_"), what);
    this.notes.add(
      what,
      "act",
      `Ruby made it, which is not run here; it is ${name} of the stack's configuration now: pulumi config set ${name} VALUE.`,
    );
    return { is: "config", name, type };
  }

  /** The keys below that nobody has read, each with its value. */
  unread(value: Raw = this.value, path: readonly string[] = this.path): { key: string; value: Raw }[] {
    if (this.notes.isRead(path)) return [];
    if (!isMap(value) || Object.keys(value).length === 0) return [{ key: path.join("."), value }];
    return Object.entries(value).flatMap(([key, one]) => this.unread(one, [...path, key]));
  }
}
