/** A line of the user's own for a shell on the machine that runs Pulumi, as a resource: with the variables of Kamal's hooks. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as check from "./checks";
import { transformed, type Component, type Transform } from "./component";
import type { Problem } from "./problem";
import { hookShell, skipVariable } from "../../provider/core/hook-shell";

/** A hook, and what it is told. */
export interface Hook {
  /** The name of its resource. */
  name: string;
  line: string;
  /** What is released, by which of Kamal's commands. */
  service: string;
  /** None where nothing is released. */
  version?: pulumi.Input<string>;
  command: "build" | "deploy" | "server";
  /** The part of Kamal's command, where it has parts. */
  subcommand?: string;
  hosts?: readonly pulumi.Input<string>[];
  roles?: readonly string[];
  /** Whether it is told how long the run has taken by then. */
  runtime?: boolean;
  /** Whether `pulumi up` shows what it prints. @default "verbose" */
  output?: HookOutput | undefined;
}

/** Whether what a hook prints is shown; of one that fails it always is. */
export type HookOutput = "quiet" | "verbose";

/** Makes its command. It runs once for each release. @param after what it waits for */
export function hookCommand(
  component: Component,
  hook: Hook,
  after: pulumi.Resource[],
  transform?: Transform<command.local.CommandArgs>,
  opts: pulumi.CustomResourceOptions = {},
): command.local.Command {
  const { name, line, runtime, output } = hook;
  return new command.local.Command(
    ...transformed<command.local.CommandArgs>(
      transform,
      name,
      {
        create: line,
        // Another release is an update, and no new resource: the old one has nothing to undo.
        update: line,
        // The shell of Windows is another one, and has the line as it is.
        ...(process.platform === "win32" ? {} : { interpreter: ["/bin/sh", ...hookShell({ runtime })] }),
        // What it prints is in the state all the same, in cipher.
        ...(output === "quiet" ? { logging: command.local.Logging.None } : {}),
        addPreviousOutputInEnv: false,
        environment: hookEnvironment(hook),
      },
      // What a program of the user's prints is shown, and kept from nobody who can read the state but in cipher.
      { ...opts, parent: component, dependsOn: after, additionalSecretOutputs: ["stdout", "stderr"] },
    ),
  );
}

/** The variables of Kamal's hooks, but for those that are another in each run. */
export function hookEnvironment({
  service,
  version,
  command: kamalCommand,
  subcommand,
  hosts = [],
  roles = [],
}: Omit<Hook, "name" | "line">): Record<string, pulumi.Input<string>> {
  return {
    KAMAL_COMMAND: kamalCommand,
    ...(subcommand === undefined ? {} : { KAMAL_SUBCOMMAND: subcommand }),
    KAMAL_SERVICE: service,
    ...(version === undefined
      ? {}
      : {
          KAMAL_VERSION: version,
          KAMAL_SERVICE_VERSION: pulumi.output(version).apply((text) => `${service}@${abbreviated(text)}`),
        }),
    ...(hosts.length === 0 ? {} : { KAMAL_HOSTS: pulumi.all([...hosts]).apply((all) => all.join(",")) }),
    ...(roles.length === 0 ? {} : { KAMAL_ROLES: roles.join(",") }),
    KAMAL_DESTINATION: pulumi.getStack(),
  };
}

/** As Kamal has it: seven characters, but for a commit with changes that are in none (lib/kamal/configuration.rb abbreviated_version). */
export const abbreviated = (version: string): string =>
  version.includes("_") ? version : version.slice(0, 7);

/** What is said of hooks that a run leaves out. */
export function skippedHooks(
  hooks: object | undefined,
  value = process.env[skipVariable],
): { refused: Problem[]; warned: Problem[] } {
  const names = Object.keys(hooks ?? {}).filter((name) => name !== "output");
  if (names.length === 0 || value === undefined || value === "") return { refused: [], warned: [] };
  if (value !== "1" && value !== "true")
    return {
      refused: [
        {
          argument: skipVariable,
          value,
          rule: "it is 1 or not set",
          cure: "write 1 to leave out the hooks of a run",
        },
      ],
      warned: [],
    };
  return {
    refused: [],
    warned: [
      {
        argument: `hooks (${names.join(", ")})`,
        fault: `are left out of this run by ${skipVariable}, and are not made up for`,
        cure: "unset it to have them run",
      },
    ],
  };
}

/** What is wrong with what is said of the output of hooks. */
export function checkOutput(
  argument: string,
  output: HookOutput | Partial<Record<string, HookOutput>> | undefined,
): Problem[] {
  const all = typeof output === "object" ? Object.entries(output) : [[undefined, output] as const];
  return all.flatMap(([name, value]) =>
    check.oneOf(name === undefined ? argument : `${argument}.${name}`, value, ["quiet", "verbose"]),
  );
}
