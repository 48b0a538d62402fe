/** Readers of plain JSON from elsewhere: each gives a value of its type or nothing, and notes what it had to leave out. */

/** Reads a value at a path of the document; adds a phrase to `unread` for what it leaves out. */
export type Reader<T> = (value: unknown, path: string, unread: string[]) => T | undefined;

function left<T>(unread: string[], path: string, expected: string): T | undefined {
  unread.push(`${path} is no ${expected}`);
  return undefined;
}

/** A text, cut to this many characters. */
export function text(max: number): Reader<string> {
  return (value, path, unread) =>
    value === undefined || value === null
      ? undefined
      : typeof value === "string"
        ? value.slice(0, max)
        : left(unread, path, "text");
}

/** A finite number. */
export const number: Reader<number> = (value, path, unread) =>
  value === undefined || value === null
    ? undefined
    : typeof value === "number" && Number.isFinite(value)
      ? value
      : left(unread, path, "number");

/** True or false. */
export const flag: Reader<boolean> = (value, path, unread) =>
  value === undefined || value === null
    ? undefined
    : typeof value === "boolean"
      ? value
      : left(unread, path, "true or false");

/** One of these words. */
export function oneOf<T extends string>(known: readonly T[]): Reader<T> {
  return (value, path, unread) =>
    value === undefined || value === null
      ? undefined
      : (known.find((word) => word === value) ?? left(unread, path, `known word (${known.join(", ")})`));
}

/** A list; of a longer one its end, where what happened last is. Items that cannot be read are left out. */
export function list<T>(item: Reader<T>, max: number): Reader<T[]> {
  return (value, path, unread) => {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) return left(unread, path, "list");
    return value.slice(-max).flatMap((one, at) => {
      const found = item(one, `${path}[${at}]`, unread);
      return found === undefined ? [] : [found];
    });
  };
}

/** The readers of an object's members. */
type Members<T> = { [Key in keyof T]-?: Reader<NonNullable<T[Key]>> };

/** The names of the members that are always there. */
type Needed<T> = { [Key in keyof T]-?: undefined extends T[Key] ? never : Key }[keyof T];

/** An object, of whose members only these are read; one without a member of `needed` is left out. */
export function object<T extends object>(members: Members<T>, needed: readonly Needed<T>[]): Reader<T> {
  return (value, path, unread) => {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "object" || Array.isArray(value)) return left(unread, path, "object");
    const found: Record<string, unknown> = {};
    for (const [name, reader] of Object.entries<Reader<unknown>>(members)) {
      const member = Object.hasOwn(value, name)
        ? reader((value as Record<string, unknown>)[name], `${path}.${name}`, unread)
        : undefined;
      if (member !== undefined) found[name] = member;
    }
    const missing = needed.find((name) => found[String(name)] === undefined);
    return missing === undefined ? (found as T) : left(unread, path, `object with ${String(missing)}`);
  };
}
