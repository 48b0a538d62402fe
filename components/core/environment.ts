/** Environment variables: plain ones and secrets, and their rules. */
import * as pulumi from "@pulumi/pulumi";
import * as check from "./checks";
import { sentence, sentences, type Problem } from "./problem";
import { lateRefusal } from "./refusal";
import type { Check } from "./check";

export const emptySecretCheck: Check = {
  id: "empty-secret",
  title: "Empty secret",
  effect: "refused",
  why: "A secret that was never set in this stack is an empty variable in the container, and shows as a failed login much later.",
  says: [
    'App "shop": secrets.TOKEN is empty; set it with pulumi config set --secret, or remove it (npx sextant docs checks#empty-secret).',
  ],
};

export const envAndSecretCheck: Check = {
  id: "env-and-secret",
  title: "Name both in env and secrets",
  effect: "refused",
  why: "One of the two values would be lost, and which one is not to be seen. A role's env and the app's secrets are one environment.",
  says: [
    'App "shop": secrets.TOKEN is in env, too, and one of the two would be lost; remove it from env (npx sextant docs checks#env-and-secret).',
  ],
};

export type Environment = Record<string, pulumi.Input<string>>;

/** The rule of a variable's name. */
type NameRule = (argument: string, name: string) => Problem[];

/** A name as Docker takes it and no shell has to: Elasticsearch and OpenSearch have dots in theirs. */
export const anyName: NameRule = (argument, name) => check.envName(argument, name, true);

/** What is wrong with a pair of plain and secret variables. */
export function checkEnvironment(
  env: Environment = {},
  secrets: Environment = {},
  prefix = "",
  nameRule: NameRule = check.envName,
): Problem[] {
  return [
    ...Object.entries(env).flatMap(([name, value]) => [
      ...nameRule(`${prefix}env.${name}`, name),
      ...stringValue(`${prefix}env.${name}`, value),
    ]),
    ...Object.entries(secrets).flatMap(([name, value]) => [
      ...nameRule(`${prefix}secrets.${name}`, name),
      ...emptySecret(`${prefix}secrets.${name}`, value),
    ]),
    ...Object.keys(env)
      .filter((name) => name in secrets)
      .map((name) => ({
        argument: `${prefix}secrets.${name}`,
        fault: "is in env, too, and one of the two would be lost",
        cure: "remove it from env",
        check: envAndSecretCheck,
      })),
  ];
}

function stringValue(argument: string, value: unknown): Problem[] {
  if (value === undefined || value === null) {
    return [{ argument, fault: "has no value here", cure: "give it one, or remove it" }];
  }
  if (!check.isPlain(value) || typeof value === "string") return [];
  return [{ argument, value, ...notString(value) }];
}

function notString(value: unknown): { rule: string; cure: string } {
  const simple = ["number", "boolean", "bigint"].includes(typeof value);
  return {
    rule: "a variable is a string",
    cure: simple ? `write ${JSON.stringify(String(value))}` : "write it as one, such as by JSON.stringify",
  };
}

function emptySecret(argument: string, value: unknown): Problem[] {
  if (value === undefined || value === null) {
    return [
      {
        argument,
        fault: "has no value here",
        cure: "set it with pulumi config set --secret, or remove it",
        check: emptySecretCheck,
      },
    ];
  }
  if (!check.isPlain(value)) return [];
  // Its value is never shown.
  if (typeof value !== "string") return [{ argument, fault: "has to be a string", cure: "put it in quotes" }];
  return value.trim() === "" ? [emptyProblem(argument)] : [];
}

function emptyProblem(argument: string): Problem {
  return {
    argument,
    fault: "is empty",
    cure: "set it with pulumi config set --secret, or remove it",
    check: emptySecretCheck,
  };
}

/**
 * The variables that are no secrets, each a text once it is known. One that turns out to be a secret is kept as one.
 *
 * @param component how errors name the component, for what is known only later
 */
export function plainVariables(env: Environment, component: string): Environment {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      typeof value === "string"
        ? value
        : pulumi.output(value).apply((known: unknown) => textOf(component, name, known)),
    ]),
  );
}

/**
 * The variables that are secrets, each marked as one by itself, so that a diff says which of them is another one.
 *
 * @param component how errors name the component, for a secret that turns out to be empty only when it is read
 */
export function secretVariables(
  secrets: Environment,
  component: string,
): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [
      name,
      pulumi.secret(value).apply((known: unknown) => {
        const problems = emptySecret(`secrets.${name}`, known);
        if (problems.length > 0) throw lateRefusal(sentences(component, problems));
        return textOf(component, name, known);
      }),
    ]),
  );
}

/**
 * The text of a variable whose value is known only now: neither compiler nor preview has seen what an output holds.
 * @throws pulumi.RunError for what is no string; the value is not shown, since it may be a secret.
 */
export function textOf(component: string, name: string, value: unknown): string {
  if (typeof value === "string") return value;
  const fault = value === undefined || value === null ? "has no value" : "has to be a string";
  const cure =
    value === undefined || value === null ? "give it one, or remove it" : "turn it into one with String()";
  throw lateRefusal(sentence(component, { argument: `env.${name}`, fault, cure }));
}
