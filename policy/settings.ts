/** Says which settings of a policy's configuration are none, as a misspelt one would count for nothing. */
import type {
  Policies,
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

type Policy = Policies[number];

/** A sentence for each setting that the policy does not have. */
export function unknownSettings(policy: string, given: object, known: readonly string[]): string[] {
  const takes = known.length === 0 ? "it takes none" : `it takes ${known.join(" and ")}`;
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `${policy} has no setting ${name}; ${takes}.`);
}

/** The policy, which reports such settings as well, once: they are the same for all resources. */
export function withKnownSettings(policy: Policy): Policy {
  const known = Object.keys(policy.configSchema?.properties ?? {});
  let said = false;
  const say = (args: { getConfig<T extends object>(): T }, report: ReportViolation): void => {
    if (said) return;
    said = true;
    for (const sentence of unknownSettings(policy.name, args.getConfig(), known)) report(sentence);
  };
  return "validateStack" in policy
    ? ofStack(policy as StackValidationPolicy, say)
    : ofResource(policy as ResourceValidationPolicy, say);
}

type Say = (args: { getConfig<T extends object>(): T }, report: ReportViolation) => void;

function ofStack(policy: StackValidationPolicy, say: Say): StackValidationPolicy {
  return {
    ...policy,
    validateStack: (args, report) => {
      say(args, report);
      return policy.validateStack(args, report);
    },
  };
}

function ofResource(policy: ResourceValidationPolicy, say: Say): ResourceValidationPolicy {
  const validate = [policy.validateResource ?? []].flat();
  return {
    ...policy,
    validateResource: [
      (args, report): void => {
        say(args, report);
      },
      ...validate,
    ],
  };
}
