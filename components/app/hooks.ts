/** Commands of the user's own around a release and its batches, on the machine that runs Pulumi. */
import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Component, Transform } from "../core/component";
import { checkOutput, hookCommand, hookEnvironment, type HookOutput } from "../core/hook";
import type { Problem } from "../core/problem";
import type { InputsOf } from "../core/resource";
import type { Host } from "../host/host";
import { afterFailureInput, type AfterFailure } from "../../provider/core/after-failure";

/** The hooks of an app. */
export interface Hooks {
  /**
   * Before the release: the image is on all hosts, and the release command has not run. Where it fails, nothing is released.
   *
   * @default none
   * @edit the new line runs at once
   * @example "bin/notify deploying $KAMAL_VERSION"
   */
  beforeRelease?: string;
  /**
   * Before each batch of the rollout, Kamal's `pre-app-boot`: no container of the batch has started. KAMAL_HOSTS are those of the batch. Where it
   * fails, this batch and those after it keep the old release. Without `rollout` all hosts are one batch.
   *
   * @default none
   * @edit the new line runs at once
   * @example "bin/balancer remove $KAMAL_HOSTS"
   */
  beforeBatch?: string;
  /**
   * After each batch of the rollout, Kamal's `post-app-boot`: its last host was switched, and `rollout.wait` begins after it. Where it fails,
   * the batches after it keep the old release.
   *
   * @default none
   * @edit the new line runs at once
   * @example "bin/balancer add $KAMAL_HOSTS"
   */
  afterBatch?: string;
  /**
   * After the last host was switched. Where it fails, `pulumi up` fails and the release serves on; the next one runs it again.
   *
   * @default none
   * @edit the new line runs at once
   * @example "bin/notify deployed $KAMAL_VERSION"
   */
  afterRelease?: string;
  /**
   * Where a step of this App has failed, once in a run however many fail: its release command, a container that does not become ready, a host
   * that is down. It has, besides the variables of the others, SEXTANT_FAILED_STEP, the name of the resource; SEXTANT_FAILED_HOST, where it
   * is of one host; and SEXTANT_ERROR, the first line of the error, in which secrets are masked. Nothing is tried again by it, and where it
   * fails itself, that is a warning.
   *
   * It is not run where nothing of this App was begun, as after a preview that refuses, a build that fails or a server that could not be made; where
   * another hook fails, which can say so itself; nor in a run that is ended by Ctrl-C. A step of CI tells of those, too.
   *
   * @default none
   * @edit counts from the next run
   * @example 'bin/notify "$KAMAL_SERVICE $KAMAL_VERSION was not released: $SEXTANT_ERROR"'
   */
  afterFailure?: string;
  /**
   * Whether `pulumi up` shows what hooks print, for all of them or for each by its name. `"quiet"` shows nothing of one that does not fail.
   *
   * @default "verbose"
   * @edit the hooks that it is about run at once
   * @example { beforeRelease: "quiet" }
   */
  output?: HookOutput | Partial<Record<HookName, HookOutput>>;
}

/** The hooks of an app. */
type HookName = "beforeRelease" | "beforeBatch" | "afterBatch" | "afterRelease" | "afterFailure";

/** What is said of the output of a hook. */
function outputOf({ output }: Hooks, name: HookName): HookOutput | undefined {
  return typeof output === "object" ? output[name] : output;
}

/** When a hook runs, and what its resource is called; those of batches have its number behind that. */
const names = {
  beforeRelease: "before-release",
  beforeBatch: "before-batch",
  afterBatch: "after-batch",
  afterRelease: "after-release",
} as const;

/** All of them, as the arguments name them. */
const hookNames: readonly HookName[] = [...(Object.keys(names) as (keyof typeof names)[]), "afterFailure"];

/** What a hook is told of. */
export interface HookedApp {
  app: Component;
  hooks: Hooks | undefined;
  version: pulumi.Input<string>;
  roles: readonly { readonly name: string; readonly servers: readonly Host[] }[];
}

/** What a hook of a release is told. */
const toldOf = ({ app, version, roles }: Omit<HookedApp, "hooks">) => ({
  service: app.componentName,
  version,
  command: "deploy" as const,
  hosts: [...new Set(roles.flatMap(({ servers }) => servers.map(({ hostName }) => hostName)))],
  roles: roles.map((role) => role.name),
});

/** What the plugin is told, so that it runs the line for a step of the app that fails; nothing without one. */
export function failureHook({ hooks = {}, ...hooked }: HookedApp): pulumi.Inputs {
  const { afterFailure: line } = hooks;
  if (line === undefined) return {};
  const told: InputsOf<AfterFailure> = {
    line,
    environment: hookEnvironment(toldOf(hooked)),
    ...(outputOf(hooks, "afterFailure") === "quiet" ? { quiet: true } : {}),
  };
  return { [afterFailureInput]: told };
}

/**
 * Makes the command of a hook around a release. It runs once for each, and has the values that Kamal's hooks get.
 * @param after what it waits for
 */
export function runHook(
  { app, hooks = {}, version, roles }: HookedApp,
  when: "beforeRelease" | "afterRelease",
  after: pulumi.Resource[],
  transform?: Transform<command.local.CommandArgs>,
  opts?: pulumi.CustomResourceOptions,
): command.local.Command | undefined {
  const line = hooks[when];
  if (line === undefined) return undefined;
  const name = `${app.componentName}-${names[when]}`;
  return hookCommand(
    app,
    {
      ...toldOf({ app, version, roles }),
      ...{ name, line, output: outputOf(hooks, when), runtime: when === "afterRelease" },
    },
    after,
    transform,
    opts,
  );
}

/** Makes the command of a hook around a batch. @param number the place of the batch, from 1 */
export function runBatchHook(
  { app, hooks = {}, version }: Omit<HookedApp, "roles">,
  {
    when,
    number,
    batch,
  }: {
    when: "beforeBatch" | "afterBatch";
    number: number;
    batch: readonly { readonly role: { readonly name: string }; readonly host: Host }[];
  },
  after: pulumi.Resource[],
  transform?: Transform<command.local.CommandArgs>,
  opts?: pulumi.CustomResourceOptions,
): command.local.Command {
  const distinct = (all: string[]): string[] => [...new Set(all)];
  return hookCommand(
    app,
    {
      ...{ name: `${app.componentName}-${names[when]}-${number}`, line: hooks[when] ?? "" },
      ...{ service: app.componentName, version, command: "deploy", output: outputOf(hooks, when) },
      hosts: distinct(batch.map(({ host }) => host.hostName)),
      roles: distinct(batch.map(({ role }) => role.name)),
    },
    after,
    transform,
    opts,
  );
}

export function checkHooks(hooks: Hooks = {}): Problem[] {
  const lines = hookNames.flatMap((when) =>
    hooks[when] === undefined
      ? []
      : check.notEmpty(`hooks.${when}`, hooks[when].trim(), "give a line for a shell, such as bin/notify"),
  );
  return [...lines, ...checkOutput("hooks.output", hooks.output)];
}
