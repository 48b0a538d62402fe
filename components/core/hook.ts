/** A line of the user's own for a shell on the machine that runs Pulumi, as a resource: with the variables of Kamal's hooks. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Component, type Transform } from "./component";
import type { Problem } from "./problem";

/** By this variable of the environment a run leaves out all hooks. */
export const skipVariable = "SEXTANT_SKIP_HOOKS";

/**
 * What runs a line. What is another in each run is no input of a resource, and is found out here: the moment, and who it is, as Kamal does
 * (lib/kamal/tags.rb). A hook that is left out is not made up for at the next run.
 */
const interpreter = [
  "/bin/sh",
  "-c",
  [
    `case \${${skipVariable}:-} in 1 | true) echo "left out by ${skipVariable}"; exit 0 ;; esac`,
    'KAMAL_PERFORMER=$(git config user.email 2>/dev/null) || KAMAL_PERFORMER=""',
    '[ -n "$KAMAL_PERFORMER" ] || KAMAL_PERFORMER=$(whoami)',
    "KAMAL_RECORDED_AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)",
    "export KAMAL_PERFORMER KAMAL_RECORDED_AT",
    'exec /bin/sh -c "$0"',
  ].join("\n"),
];

/** A hook, and what it is told. */
export interface Hook {
  /** The name of its resource. */
  name: string;
  line: string;
  /** What is released, by which of Kamal's commands. */
  service: string;
  version: pulumi.Input<string>;
  command: "build" | "deploy";
  hosts?: readonly string[];
  roles?: readonly string[];
}

/** Makes its command. It runs once for each release. @param after what it waits for */
export function hookCommand(
  component: Component,
  { name, line, service, version, command: kamalCommand, hosts = [], roles = [] }: Hook,
  after: pulumi.Resource[],
  transform?: Transform<command.local.CommandArgs>,
): command.local.Command {
  return new command.local.Command(
    ...transformed<command.local.CommandArgs>(
      transform,
      name,
      {
        create: line,
        // Another release is an update, and no new resource: the old one has nothing to undo.
        update: line,
        // The shell of Windows is another one, and has the line as it is.
        ...(process.platform === "win32" ? {} : { interpreter }),
        addPreviousOutputInEnv: false,
        environment: {
          KAMAL_COMMAND: kamalCommand,
          KAMAL_SERVICE: service,
          KAMAL_VERSION: version,
          KAMAL_SERVICE_VERSION: pulumi.output(version).apply((text) => `${service}@${abbreviated(text)}`),
          ...(hosts.length === 0 ? {} : { KAMAL_HOSTS: hosts.join(",") }),
          ...(roles.length === 0 ? {} : { KAMAL_ROLES: roles.join(",") }),
          KAMAL_DESTINATION: pulumi.getStack(),
        },
      },
      // What a program of the user's prints is shown, and kept from nobody who can read the state but in cipher.
      { parent: component, dependsOn: after, additionalSecretOutputs: ["stdout", "stderr"] },
    ),
  );
}

/** As Kamal has it: seven characters, but for a commit with changes that are in none (lib/kamal/configuration.rb abbreviated_version). */
export const abbreviated = (version: string): string =>
  version.includes("_") ? version : version.slice(0, 7);

/** What is said of hooks that a run leaves out. */
export function skippedHooks(
  hooks: object | undefined,
  value = process.env[skipVariable],
): { refused: Problem[]; warned: Problem[] } {
  if (hooks === undefined || Object.keys(hooks).length === 0 || value === undefined || value === "")
    return { refused: [], warned: [] };
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
        argument: `hooks (${Object.keys(hooks).join(", ")})`,
        fault: `are left out of this run by ${skipVariable}, and are not made up for`,
        cure: "unset it to have them run",
      },
    ],
  };
}
