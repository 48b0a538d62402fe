/** Which properties differ between two sets of inputs, as paths: what a preview shows of an edit. */
import { isDeepStrictEqual } from "node:util";
import { isObject } from "./core/is-object";

/** How a property differs. */
export type Kind = "add" | "delete" | "update";

/** A property that differs, by its path: `env.RAILS_ENV`, `labels["sextant.owner"]`, `volumes[0].path`. */
export interface Difference {
  path: string;
  kind: Kind;
  /** The input that it is in. */
  property: string;
}

/**
 * The deepest properties that differ. Names that begin with two underscores are left out: they are this library's own, and no
 * edit of the program's.
 */
export function differences(
  olds: Readonly<Record<string, unknown>>,
  news: Readonly<Record<string, unknown>>,
): Difference[] {
  return names(olds, news)
    .filter((name) => !name.startsWith("__"))
    .flatMap((name) =>
      within(olds[name], news[name], key(name)).map((found) => ({ ...found, property: name })),
    );
}

function within(old: unknown, next: unknown, path: string): Omit<Difference, "property">[] {
  if (isDeepStrictEqual(old, next) || (isAbsent(old) && isAbsent(next))) return [];
  if (isAbsent(old)) return [{ path, kind: "add" }];
  if (isAbsent(next)) return [{ path, kind: "delete" }];
  if (Array.isArray(old) && Array.isArray(next))
    return Array.from({ length: Math.max(old.length, next.length) }, (_, at) =>
      within(old[at], next[at], `${path}[${at}]`),
    ).flat();
  if (isObject(old) && isObject(next))
    return names(old, next).flatMap((name) => within(old[name], next[name], step(path, name)));
  return [{ path, kind: "update" }];
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const names = (one: object, other: object): string[] => [
  ...new Set([...Object.keys(one), ...Object.keys(other)]),
];

/** A name that the engine's paths take as it is (sdk/go/property, `parsePath`); any other is quoted. */
const plain = /^[A-Za-z_$][\w$-]*$/;

const key = (name: string): string => (plain.test(name) ? name : quoted(name));

const step = (path: string, name: string): string =>
  plain.test(name) ? `${path}.${name}` : `${path}${quoted(name)}`;

const quoted = (name: string): string => `["${name.replaceAll(/["\\]/g, String.raw`\$&`)}"]`;
