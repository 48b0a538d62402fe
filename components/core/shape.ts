/**
 * The shape of arguments: which members there are, and of which kind each is. TypeScript refuses another shape by itself; plain
 * JavaScript, and a program whose types nobody checks, get a sentence here. `Members` ties a description to its interface:
 * a member that one of the two has and the other has not is no valid program.
 */
import * as pulumi from "@pulumi/pulumi";
import { alike } from "../../provider/core/alike";
import type { Problem } from "./problem";
import { sentences } from "./problem";
import { lateRefusal } from "./refusal";

/** What a value has to be. `Value` is what it takes at least, so that a description cannot take less than its interface. */
export interface Shape<in Value> {
  /** What is wrong with a value that is there. */
  problems(argument: string, value: unknown): Problem[];
  /** Never there: it ties the shape to its type. */
  readonly takes?: (value: Value) => void;
}

/** The shape of a member that has to be there. */
export interface Needed<in Value> extends Shape<Value> {
  readonly needed: true;
  /** What to do where it is absent; undefined where another check says it. */
  readonly absent: string | undefined;
}

/** A description of every member of an interface; those that have to be there are `needed`. */
export type Members<Args> = {
  readonly [Name in keyof Args]-?: object extends Pick<Args, Name>
    ? Shape<Exclude<Args[Name], undefined>>
    : Needed<Args[Name]>;
};

/** How an error names all arguments together. */
const root = "args";

/** Words that people bring from elsewhere, and what they are here. */
export type Hints = Readonly<Record<string, string>>;

/**
 * Refuses arguments of another shape, before anything is made of them.
 * @param label how errors name the component: `App "shop"`
 * @throws pulumi.RunError with a sentence for each problem
 */
export function refuseShape<Args>(label: string, shape: Shape<Args>, args: unknown): void {
  const problems = args === undefined ? [absent(root, "give it")] : shape.problems(root, args);
  if (problems.length > 0) throw lateRefusal(sentences(label, problems));
}

/** A single value that is known when the program runs; another check says which. */
export const single: Shape<string | number | boolean> = plain(
  "a single value",
  isSingle,
  () => "write one value",
);

/** A single value, or an output of one; another check says which. */
export const input: Shape<pulumi.Input<string | number | boolean>> = {
  problems: (argument, value) => (later(value) ? [] : single.problems(argument, value)),
};

/** A text, or an output of one. It may be a secret: its value is not shown. */
export const hiddenText: Shape<pulumi.Input<string>> = {
  problems: (argument, value) =>
    later(value) || typeof value === "string"
      ? []
      : [
          {
            argument,
            fault: "has to be a text",
            cure: value === null ? "leave it out" : "write it in quotes",
          },
        ],
};

/** What is judged elsewhere, whatever it is. */
export const anything: Shape<unknown> = { problems: () => [] };

/** A member that has to be there; `absentCure` is left out where another check says that it is missing. */
export function needed<Value>(shape: Shape<Value>, absentCure?: string): Needed<Value> {
  return { problems: (argument, value) => shape.problems(argument, value), needed: true, absent: absentCure };
}

/** A text that is known when the program runs. */
export const text: Shape<string> = plain(
  "a text",
  (value) => typeof value === "string",
  (value) =>
    typeof value === "number" || typeof value === "boolean" ? `write "${String(value)}"` : "write a text",
);

/** `true` or `false`. */
export const flag: Shape<boolean> = plain(
  "true or false",
  (value) => typeof value === "boolean",
  (value) => (value === "true" || value === "false" ? "write it without quotes" : "write one of these"),
);

/** A number. */
export const amount: Shape<number> = plain(
  "a number",
  (value) => typeof value === "number",
  (value) =>
    typeof value === "string" && /^\d+$/.test(value) ? "write it without quotes" : "write a number",
);

/** A command: its words, one by one, as no shell reads it. */
export const words: Shape<string[]> = {
  problems: (argument, value) =>
    typeof value === "string"
      ? [wrong(argument, value, "has to be a list of words", `write ${JSON.stringify(value.split(/\s+/))}`)]
      : list(text, `["bin/rails", "db:prepare"]`).problems(argument, value),
};

/** A list. @param example how one is written */
export function list<Item>(item: Shape<Item>, example: string): Shape<readonly Item[]> {
  return {
    problems: (argument, value) =>
      Array.isArray(value)
        ? value.flatMap((each: unknown, at) => item.problems(`${argument}[${at}]`, each))
        : [wrong(argument, value, "has to be a list", `write it like ${example}`)],
  };
}

/** One, or a list of them. */
export function oneOrMore<Item>(item: Shape<Item>): Shape<Item | readonly Item[]> {
  return {
    problems: (argument, value) =>
      Array.isArray(value)
        ? value.flatMap((each: unknown, at) =>
            item.problems(at === 0 ? argument : `${argument}[${at}]`, each),
          )
        : item.problems(argument, value),
  };
}

/** An object whose names are the program's own. One without a value is left out, or named where values are `needed`. */
export function named<Item>(item: Shape<Item>, example: string): Shape<Readonly<Record<string, Item>>> {
  return {
    problems: (argument, value) =>
      isObject(value)
        ? Object.entries(value).flatMap(([name, each]) =>
            each === undefined
              ? missing(`${argument}.${name}`, item)
              : item.problems(`${argument}.${name}`, each),
          )
        : [wrong(argument, value, "has to be an object", `write it like ${example}`)],
  };
}

/** An object with these members, and no others. @param example how one is written */
export function object<Args>(members: Members<Args>, example: string, hints: Hints = {}): Shape<Args> {
  const shapes = members as Readonly<Record<string, Shape<never>>>;
  return {
    problems(argument, value) {
      if (!isObject(value))
        return [wrong(argument, value, "has to be an object", `write it like ${example}`)];
      const at = (name: string): string => (argument === root ? name : `${argument}.${name}`);
      return [
        ...Object.keys(value)
          .filter((name) => !Object.hasOwn(shapes, name) && value[name] !== undefined)
          .map((name) => unknownMember(at, name, Object.keys(shapes), hints[name])),
        ...Object.entries(shapes).flatMap(([name, shape]) =>
          value[name] === undefined ? missing(at(name), shape) : shape.problems(at(name), value[name]),
        ),
      ];
    },
  };
}

/** What this library or another makes: a component, a rule, a host. @param what with its article: "a Proxy" */
export function made<Value>(what: string, is: (value: object) => boolean, cure: string): Shape<Value> {
  return {
    problems: (argument, value) =>
      isObject(value) && is(value) ? [] : [wrong(argument, value, `has to be ${what}`, cure)],
  };
}

/** A resource of this type token: so that one is known that another copy of a package made. */
export const ofType =
  (token: string) =>
  (value: object): boolean =>
    (value as { __pulumiType?: unknown }).__pulumiType === token;

/** `false`, or the other shape. */
export function orFalse<Value>(shape: Shape<Value>): Shape<Value | false> {
  return { problems: (argument, value) => (value === false ? [] : shape.problems(argument, value)) };
}

/** One shape where the test holds, or else the other. */
export function either<First, Second>(
  first: Shape<First>,
  holds: (value: unknown) => boolean,
  second: Shape<Second>,
): Shape<First | Second> {
  return {
    problems: (argument, value) => (holds(value) ? first : second).problems(argument, value),
  };
}

/** Changes of children: an object each, or a function. */
export function changes<Changes>(names: { readonly [Name in keyof Changes]-?: true }): Shape<Changes> {
  const change: Shape<unknown> = {
    problems: (argument, value) =>
      typeof value === "function" || isObject(value)
        ? []
        : [
            wrong(
              argument,
              value,
              "has to be an object or a function",
              "write the arguments to lay over, or (args, opts) => { … }",
            ),
          ],
  };
  const members = Object.fromEntries(Object.keys(names).map((name) => [name, change]));
  return object(members as unknown as Members<Changes>, "{ … }");
}

function plain(
  what: string,
  is: (value: unknown) => boolean,
  cure: (value: unknown) => string,
): Shape<unknown> {
  return {
    problems(argument, value) {
      if (is(value)) return [];
      return later(value)
        ? [
            wrong(
              argument,
              value,
              `has to be ${what} that is known when the program runs`,
              "give it as it is, and no output",
            ),
          ]
        : [wrong(argument, value, `has to be ${what}`, cure(value))];
    },
  };
}

function wrong(argument: string, value: unknown, fault: string, cure: string): Problem {
  if (!isSingle(value) && value !== null) return { argument, fault, cure };
  return { argument, value, rule: `it ${fault}`, cure: value === null ? "leave it out" : cure };
}

function absent(argument: string, cure: string): Problem {
  return { argument, fault: "is missing", cure };
}

function missing(argument: string, shape: Shape<never>): Problem[] {
  const cure = (shape as Partial<Needed<never>>).absent;
  return cure === undefined ? [] : [absent(argument, cure)];
}

function unknownMember(
  at: (name: string) => string,
  name: string,
  names: readonly string[],
  hint: string | undefined,
): Problem {
  const near = alike(name, names);
  return {
    argument: at(name),
    fault: "is not an argument",
    cure:
      hint ?? (near === undefined ? `remove it; there are ${names.join(", ")}` : `did you mean ${at(near)}`),
  };
}

function later(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function isSingle(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** An object with members, and neither a list, a function nor what is known only later. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !later(value);
}
