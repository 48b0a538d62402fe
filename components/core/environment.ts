/** Environment variables: plain ones and secrets, their rules and the form that Docker takes them in. */
import * as pulumi from "@pulumi/pulumi";
import * as check from "./checks";
import { sentence, type Problem } from "./problem";
import { lateRefusal } from "./refusal";

export type Environment = Record<string, pulumi.Input<string>>;

/** What is wrong with a pair of plain and secret variables. */
export function checkEnvironment(env: Environment = {}, secrets: Environment = {}, prefix = ""): Problem[] {
  return [
    ...Object.entries(env).flatMap(([name, value]) => [
      ...check.envName(`${prefix}env.${name}`, name),
      ...stringValue(`${prefix}env.${name}`, value),
    ]),
    ...Object.entries(secrets).flatMap(([name, value]) => [
      ...check.envName(`${prefix}secrets.${name}`, name),
      ...emptySecret(`${prefix}secrets.${name}`, value),
    ]),
    ...Object.keys(env)
      .filter((name) => name in secrets)
      .map((name) => ({
        argument: `${prefix}secrets.${name}`,
        rule: "the same name is in env, and one of the two would be lost",
        cure: "remove it from env",
        check: "env-and-secret" as const,
      })),
  ];
}

function stringValue(argument: string, value: unknown): Problem[] {
  if (!check.isPlain(value) || typeof value === "string") return [];
  return [
    { argument, value, rule: "a variable is a string", cure: `write ${JSON.stringify(String(value))}` },
  ];
}

function emptySecret(argument: string, value: pulumi.Input<string> | undefined): Problem[] {
  if (value === undefined) {
    return [
      {
        argument,
        rule: "it has no value here",
        cure: "set it with pulumi config set --secret, or remove it",
        check: "empty-secret",
      },
    ];
  }
  return check.isPlain(value) && value.trim() === "" ? [emptyProblem(argument)] : [];
}

function emptyProblem(argument: string): Problem {
  return {
    argument,
    rule: "it is empty",
    cure: "set it with pulumi config set --secret, or remove it",
    check: "empty-secret",
  };
}

/**
 * Docker's form of the variables: `NAME=value`, sorted. With secrets in it the whole list is secret, as the engine knows
 * secrets by value only.
 *
 * @param component how errors name the component, for a secret that turns out to be empty only when it is read
 */
export function dockerEnvs(env: Environment, secrets: Environment, component = ""): pulumi.Output<string[]> {
  const hidden = Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [name, pulumi.secret(value)]),
  );
  return pulumi.all({ ...env, ...hidden }).apply((all) =>
    Object.entries(all)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => {
        if (value.trim() === "" && name in secrets) {
          throw lateRefusal(sentence(component, emptyProblem(`secrets.${name}`)));
        }
        return `${name}=${value}`;
      }),
  );
}
