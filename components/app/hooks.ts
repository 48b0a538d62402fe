/** Commands of the user's own around a release, on the machine that runs Pulumi. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import { transformed, type Component, type Transform } from "../core/component";
import type { Problem } from "../core/problem";
import type { Host } from "../host/host";

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
   * After the last host was switched. Where it fails, `pulumi up` fails and the release serves on; the next one runs it again.
   *
   * @default none
   * @edit the new line runs at once
   * @example "bin/notify deployed $KAMAL_VERSION"
   */
  afterRelease?: string;
}

/** When a hook runs, and what its resource is called. */
const names = { beforeRelease: "before-release", afterRelease: "after-release" } as const;

/**
 * Makes the command of a hook. It runs once for each release, and has the values that Kamal's hooks get.
 * @param after what it waits for
 */
export function runHook(
  { app, hooks = {}, version, roles }: HookedApp,
  when: keyof Hooks,
  after: pulumi.Resource[],
  transform?: Transform<command.local.CommandArgs>,
): command.local.Command | undefined {
  const line = hooks[when];
  if (line === undefined) return undefined;
  const hosts = [...new Set(roles.flatMap(({ servers }) => servers.map(({ hostName }) => hostName)))];
  return new command.local.Command(
    ...transformed<command.local.CommandArgs>(
      transform,
      `${app.componentName}-${names[when]}`,
      {
        create: line,
        // Another release is an update, and no new resource: the old one has nothing to undo.
        update: line,
        addPreviousOutputInEnv: false,
        environment: {
          KAMAL_COMMAND: "deploy",
          KAMAL_SERVICE: app.componentName,
          KAMAL_VERSION: version,
          KAMAL_HOSTS: hosts.join(","),
          KAMAL_ROLES: roles.map(({ name }) => name).join(","),
          KAMAL_DESTINATION: pulumi.getStack(),
        },
      },
      // What a program of the user's prints is shown, and kept from nobody who can read the state but in cipher.
      { parent: app, dependsOn: after, additionalSecretOutputs: ["stdout", "stderr"] },
    ),
  );
}

/** What a hook is told of. */
export interface HookedApp {
  app: Component;
  hooks: Hooks | undefined;
  version: pulumi.Input<string>;
  roles: readonly { readonly name: string; readonly servers: readonly Host[] }[];
}

export function checkHooks(hooks: Hooks = {}): Problem[] {
  return (Object.keys(names) as (keyof Hooks)[]).flatMap((when) =>
    hooks[when] === undefined
      ? []
      : check.notEmpty(`hooks.${when}`, hooks[when].trim(), "give a line for a shell, such as bin/notify"),
  );
}
