/** What all components share: their type token, refusing bad arguments, and transforms of their children. */
import * as pulumi from "@pulumi/pulumi";
import { claimName } from "./claimed-names";
import { lateRefusal, refusal } from "./refusal";
import { sentence, sentences, type Problem } from "./problem";

/**
 * Changes the arguments or options of one child before it is made, so that a user is never stuck: partial arguments,
 * which are laid over ours, or a function that changes arguments and options in place.
 *
 * @example { container: { body: { HostConfig: { CpuShares: 512 } } } }
 * @example { container: (args, opts) => { args.hostname = "web"; opts.protect = true; } }
 */
export type Transform<Args> =
  Partial<Args> | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void);

/** The base of every component: `sextant:index:<Class>`, children named after it. */
export abstract class Component extends pulumi.ComponentResource {
  /** The name that the component was given. */
  readonly componentName: string;

  /** @param inputs what policies may want to know of it; in the state, never secret */
  protected constructor(
    className: string,
    name: string,
    opts?: pulumi.ComponentResourceOptions,
    inputs: pulumi.Inputs = {},
  ) {
    const run = pulumi.runtime.getStackResource();
    // What has a parent is named together with it. Without a stack, as in a user's unit tests, names are free.
    const problems = run === undefined || opts?.parent !== undefined ? [] : claimName(run, className, name);
    if (problems.length > 0) throw lateRefusal(sentences(`${className} "${name}"`, problems));
    super(`sextant:index:${className}`, name, inputs, opts);
    this.componentName = name;
  }

  /**
   * Throws all problems as one error that the engine shows as these sentences alone, attributed to this component.
   * @throws pulumi.ResourceError when there is any problem.
   */
  protected refuse(problems: readonly Problem[]): void {
    if (problems.length === 0) return;
    throw refusal(sentences(this.label, problems), this);
  }

  /**
   * Refuses what is found only when the program has run to its end: the preview fails with these sentences. For previews
   * alone, since an update would have made resources by then.
   */
  protected refuseLate(problems: readonly Problem[]): void {
    if (problems.length === 0) return;
    for (const problem of problems) void pulumi.log.error(sentence(this.label, problem), this);
    // By this code Pulumi knows that a program has failed and has said why; a throw would show its stack by now.
    process.exitCode = 32;
  }

  /** Says all problems as warnings, attributed to this component; nothing is stopped. */
  protected warn(problems: readonly Problem[]): void {
    for (const problem of problems) void pulumi.log.warn(sentence(this.label, problem), this);
  }

  /** How errors name this component: its class and its name. */
  get label(): string {
    return `${this.constructor.name} "${this.componentName}"`;
  }
}

/** The arguments and options of a child after a user's transform. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  opts: pulumi.CustomResourceOptions,
): [string, Args, pulumi.CustomResourceOptions] {
  if (typeof transform === "function") {
    const changed = { ...args };
    const changedOpts = { ...opts };
    transform(changed, changedOpts, name);
    return [name, changed, changedOpts];
  }
  return [name, { ...args, ...transform }, opts];
}
