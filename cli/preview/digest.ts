/** What `pulumi preview --json` prints, as plain values without a secret. Pure. */
import { isObject } from "../../provider/core/is-object";
import { stripVTControlCharacters } from "node:util";
import { hostsBySteps } from "./hosts";
import { unknownValue } from "../../provider/data/place";

export type Values = Readonly<Record<string, unknown>>;

/** What becomes of a resource. */
export type Operation = "create" | "update" | "replace" | "delete" | "read" | "import";

/** The same in the words of a page; what is only read or imported is left out of it. */
export type Fate = "made" | "replaced" | "changed" | "removed";
export const fates: Readonly<Partial<Record<Operation, Fate>>> = {
  create: "made",
  replace: "replaced",
  update: "changed",
  delete: "removed",
};

/** A resource that is not left as it is. */
export interface Step {
  readonly operation: Operation;
  readonly urn: string;
  /** Such as `sextant:index:Container`. */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** The inputs of before, and those of now; undefined where there are none. */
  readonly olds?: Values;
  readonly news?: Values;
  /** The host that it is on, by the name in the program: how it is reached may be a secret, or known in the update alone. */
  readonly server?: string;
  /** Whether it is a component of this library, or below one. */
  readonly own: boolean;
  /** What the state has of it beside its inputs. */
  readonly state: Values;
  /** The properties that differ, by their paths, as the plugin names them. */
  readonly differing: readonly string[];
}

/** Something that is said in a preview. */
export interface Said {
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  /** What it is about. */
  readonly urn?: string;
}

/** A preview. */
export interface Digest {
  readonly project?: string;
  readonly stack?: string;
  readonly steps: readonly Step[];
  readonly said: readonly Said[];
}

/** What stands in the place of a secret. */
export const secretText = "[secret]";

/** Inputs of this library that hold secrets, whoever has marked them or not. */
const secretNames = new Set(["secrets", "password", "privateKey", "__auth"]);

const operations = new Set<string>(["create", "update", "replace", "delete", "read", "import"]);

/** The shortest text that is looked for elsewhere: a shorter one would be found in words that are no secrets. */
const shortest = 6;

/**
 * Reads it.
 * @param secrets texts that must not be shown, wherever they are, such as those of the environment
 * @throws Error with one sentence where it is something else
 */
export function readDigest(text: string, secrets: readonly string[] = []): Digest {
  const found = parsed(text);
  const hidden = [...new Set([...secrets, ...secretsOfSteps(found)])]
    .filter((secret) => secret.length >= shortest && secret !== secretText && secret !== unknownValue)
    // A secret that holds another one goes first.
    .sort((a, b) => b.length - a.length);
  const { steps, diagnostics } = blinded(found, hidden) as Record<string, unknown>;
  const placed = hostsBySteps(list(steps).filter(isObject));
  const all = list(steps)
    .filter(isObject)
    .map((step) => stepOf(step, placed));
  const urn = list(steps)
    .filter(isObject)
    .map((step) => textOf(step["urn"]))
    .find((each) => each !== "");
  const [stack, project] = urn === undefined ? [] : urn.replace(/^urn:pulumi:/, "").split("::");
  return {
    ...(project === undefined ? {} : { project }),
    ...(stack === undefined ? {} : { stack }),
    steps: all.flatMap((step) => step ?? []),
    said: list(diagnostics).filter(isObject).flatMap(saidOf),
  };
}

function parsed(text: string): Values {
  // What a wrapper has printed before it, such as npm, is no part of it.
  const start = text.search(/^\{/m);
  try {
    const value: unknown = JSON.parse(text.slice(start));
    if (start >= 0 && isObject(value)) {
      if ("steps" in value || "diagnostics" in value || "changeSummary" in value || "duration" in value)
        return value;
    }
  } catch {
    // Said below, as for any other text.
  }
  throw new Error("preview: this is not what pulumi preview --json prints; give it that whole.");
}

function stepOf(step: Values, placed: (step: Values) => string | undefined): Step | undefined {
  const operation = textOf(step["op"]);
  const urn = textOf(step["urn"]);
  // Both halves of a replacement are in the one that is called so.
  if (!operations.has(operation) || urn === "") return undefined;
  const [, , types = "", ...name] = urn.split("::");
  const [olds, news] = [stateOf(step["oldState"]), stateOf(step["newState"])];
  return {
    ...{ operation: operation as Operation, urn, name: name.join("::") },
    type: types.slice(types.lastIndexOf("$") + 1),
    own: types.split("$").some((type) => type.startsWith("sextant:")),
    ...hostBeside(placed(step)),
    ...(olds === undefined ? {} : { olds: objectOf(olds["inputs"]) }),
    ...(news === undefined || operation === "delete" ? {} : { news: objectOf(news["inputs"]) }),
    state: objectOf(olds?.["outputs"]),
    differing: Object.keys(objectOf(step["detailedDiff"])),
  };
}

const hostBeside = (server: string | undefined): { server?: string } =>
  server === undefined ? {} : { server };

function saidOf({ severity, message, urn }: Values): Said[] {
  const text = stripVTControlCharacters(textOf(message)).trimEnd();
  const kind = severity === "error" || severity === "warning" ? severity : "info";
  return text === ""
    ? []
    : [{ severity: kind, message: text, ...(typeof urn === "string" && urn !== "" ? { urn } : {}) }];
}

/** Those in what resources have: elsewhere in a step the same names are keys to what is none, such as `update` and URNs. */
function secretsOfSteps({ steps }: Values): string[] {
  return list(steps)
    .filter(isObject)
    .flatMap(({ oldState, newState }) => [objectOf(oldState), objectOf(newState)])
    .flatMap(({ inputs, outputs }) => [...secretsIn(inputs), ...secretsIn(outputs)]);
}

/** The secrets that are in clear: Pulumi has put others in their place, unless something has gone wrong. */
function secretsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    // What plugins keep for themselves may be names, as in `__defaults`, which are not to be hidden elsewhere.
    secretNames.has(name) ? textsIn(one) : secretsIn(one),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** A value with its secrets taken out: by the names of inputs, and by their texts wherever these are. */
function blinded(value: unknown, hidden: readonly string[]): unknown {
  if (typeof value === "string")
    return hidden.reduce((text, secret) => text.replaceAll(secret, secretText), value);
  if (Array.isArray(value)) return value.map((one) => blinded(one, hidden));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      blinded(name, hidden),
      isSecret(name) ? named(one, hidden) : blinded(one, hidden),
    ]),
  );
}

/** Of secrets the names alone. */
function named(value: unknown, hidden: readonly string[]): unknown {
  if (!isObject(value)) return secretText;
  return Object.fromEntries(Object.keys(value).map((name) => [blinded(name, hidden), secretText]));
}

const isSecret = (name: string): boolean => secretNames.has(name) || name.startsWith("__");

/** The host that the way to it names; else the one that its resources name. */
export function hostOf({ server, olds, news }: Pick<Step, "server" | "olds" | "news">): string {
  const named = [news, olds].map((inputs) => textOf(objectOf(inputs?.["shell"])["name"]));
  return named.find((name) => name !== "" && name !== unknownValue) ?? server ?? "a host";
}

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** A text; empty where it is none. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** An object; empty where it is none, or not known yet. */
export const objectOf = (value: unknown): Values => (isObject(value) ? value : {});

const stateOf = (value: unknown): Values | undefined => (isObject(value) ? value : undefined);
