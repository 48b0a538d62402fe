/** What an edit changes of a resource's inputs, by the names that the program has for them. Pure. */
import { isObject } from "../../provider/core/is-object";
import { unknownValue } from "../../provider/data/place";
import { differences } from "../../provider/detailed-diff";
import { objectOf, secretText, type Step, type Values } from "./digest";

/** What a reviewer looks for. */
export type Topic = "env" | "secret" | "limit" | "setting";

/** A value that differs. */
export interface Change {
  readonly topic: Topic;
  /** Such as `RAILS_ENV` or `memory`. */
  readonly name: string;
  /** Before and now, as they are shown; undefined where there is none. */
  readonly old?: string;
  readonly new?: string;
}

/** What is shown for a value that the update finds out. */
const later = "known in the update";

/** A value as it is shown; undefined for none. */
export function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === unknownValue) return later;
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one === "string"))
    return value.map((one) => (one === unknownValue ? later : one)).join(" ");
  return JSON.stringify(value).replaceAll(unknownValue, later);
}

const limits = new Set(["memory", "memorySwap", "cpus", "shm", "restart"]);
const inMebibytes = new Set(["memory", "memorySwap", "shm"]);

/** What follows from other inputs, or says how a host is reached. */
const derived = new Set([
  "image",
  "name",
  "namePrefix",
  "shell",
  "ownedBy",
  "dataFormat",
  "firstEnvs",
  "start",
]);

/** Variables that each release has of its own. */
const ofRelease = new Set(["KAMAL_VERSION", "KAMAL_HOST"]);

/** What an edit changes of a container beside its image. */
export function containerChanges(step: Step): Change[] {
  const { olds, news } = step;
  if (olds === undefined || news === undefined) return [];
  // Memory and swap together follow from the memory, unless only they are another.
  const following = olds["memory"] === news["memory"] ? [] : ["memorySwap"];
  return [
    ...variables("env", olds["env"], news["env"]).filter(({ name }) => !ofRelease.has(name)),
    ...secrets(step),
    ...Object.keys({ ...olds, ...news })
      .filter((name) => ![...following, "env", "secrets"].includes(name))
      .filter((name) => !derived.has(name) && !name.startsWith("__"))
      .flatMap((name) => settings(name, olds[name], news[name])),
  ];
}

/** Each variable that differs. */
function variables(topic: Topic, olds: unknown, news: unknown): Change[] {
  if (news === unknownValue) return [{ topic, name: "all variables", new: later }];
  const [one, other] = [objectOf(olds), objectOf(news)];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .sort()
    .filter((name) => one[name] !== other[name])
    .map((name) => change(topic, name, one[name], other[name]));
}

/** Secrets by their names: both values are hidden, so that the plugin alone knows which differ. */
function secrets({ olds = {}, news = {}, differing }: Step): Change[] {
  const [one, other] = [objectOf(olds["secrets"]), objectOf(news["secrets"])];
  const named = differing.flatMap((path) => secretIn(path) ?? []);
  const added = Object.keys(other).filter((name) => !(name in one));
  const removed = Object.keys(one).filter((name) => isObject(news["secrets"]) && !(name in other));
  const whole = differing.includes("secrets") && added.length + removed.length === 0;
  return [
    ...[...new Set([...named, ...added, ...removed])]
      .sort()
      .map((name) =>
        change(
          "secret",
          name,
          name in one ? secretText : undefined,
          name in other || !isObject(news["secrets"]) ? secretText : undefined,
        ),
      ),
    ...(whole ? [change("secret", "all secrets", secretText, secretText)] : []),
  ];
}

/** `TOKEN` of `secrets.TOKEN` or `secrets["A.B"]`. */
function secretIn(path: string): string | undefined {
  const found = /^secrets(?:\.([\w$-]+)|\["((?:[^"\\]|\\.)*)"\])/.exec(path);
  return found?.[1] ?? found?.[2]?.replaceAll(/\\(.)/g, "$1");
}

function settings(name: string, old: unknown, now: unknown): Change[] {
  const found = differences({ [name]: old }, { [name]: now });
  if (found.length === 0) return [];
  if (limits.has(name))
    return [
      change(
        "limit",
        name,
        ...(inMebibytes.has(name) ? ([mebi(old), mebi(now)] as const) : ([old, now] as const)),
      ),
    ];
  if (name === "labels")
    return variables("setting", old, now)
      .filter((each) => !each.name.startsWith("sextant."))
      .map((each) => ({ ...each, name: `labels.${each.name}` }));
  // What is in a file may be longer than a page, and nobody's business.
  if (name === "uploads") return found.map(({ path }) => ({ topic: "setting", name: path }));
  if (name === "network") return network(objectOf(old), objectOf(now));
  if (isObject(old) && isObject(now))
    return found.map(({ path }) => ({ topic: "setting", name: path, ...pair(at(old, path), at(now, path)) }));
  return [change("setting", name, old, now)];
}

const mebi = (value: unknown): unknown => (typeof value === "number" ? `${String(value)} MiB` : value);

/** Its id is another one with another machine, and no edit. */
function network({ id: _, ...old }: Values, { id: __, ...now }: Values): Change[] {
  return differences({ network: old }, { network: now }).map(({ path }) => ({
    topic: "setting",
    name: path,
    ...pair(at(old, path), at(now, path)),
  }));
}

/** The value below a path such as `logOpts["max-size"]`; the first part is the name of the whole. */
function at(value: unknown, path: string): unknown {
  const parts = [...path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].slice(1);
  return parts.reduce<unknown>((found, [, index, quoted, plain]) => {
    if (index !== undefined) return (found as unknown[] | undefined)?.[Number(index)];
    return objectOf(found)[quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? ""];
  }, value);
}

function change(topic: Topic, name: string, old: unknown, now: unknown): Change {
  return { topic, name, ...pair(old, now) };
}

/** Two values as they are shown. */
export function pair(old: unknown, now: unknown): { old?: string; new?: string } {
  const [one, other] = [shown(old), shown(now)];
  return { ...(one === undefined ? {} : { old: one }), ...(other === undefined ? {} : { new: other }) };
}

/** What an edit changes of an object below an input, such as a route, by paths below it. */
export function changesBelow(name: string, old: unknown, now: unknown): Change[] {
  return differences({ [name]: objectOf(old) }, { [name]: objectOf(now) }).map(({ path }) => ({
    topic: "setting",
    name: path.slice(name.length).replace(/^\./, ""),
    ...pair(at(old, path), at(now, path)),
  }));
}
