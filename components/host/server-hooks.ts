/** Commands of the user's own around the set-up of a server, on the machine that runs Pulumi. */
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Component, Transform } from "../core/component";
import { checkOutput, hookCommand, type HookOutput } from "../core/hook";
import type { Problem } from "../core/problem";
import type { Host } from "./host";

/** The hooks of a server. */
export interface ServerHooks {
  /**
   * Once Docker answers on the server, Kamal's `docker-setup`: whatever else is put there waits for it, and where it fails, nothing is. It runs
   * once for each machine, with `KAMAL_HOSTS`, its address. What is to run on the machine itself is sent there, such as by
   * `ssh root@$KAMAL_HOSTS docker plugin install …`, and has to do no harm when it runs again, as after a run that was cut off.
   *
   * @default none
   * @edit the new line runs at once, on a machine that is there already, too
   * @example "bin/docker-setup $KAMAL_HOSTS"
   */
  afterDocker?: string;
  /** Whether `pulumi up` shows what it prints; of one that fails it does. @default "verbose" @edit the hook runs at once */
  output?: HookOutput;
}

/** Makes the command of the hook, where there is one. @param after what says that Docker answers */
export function runServerHook(
  server: Component,
  hooks: ServerHooks | undefined,
  address: pulumi.Output<string>,
  lifecycle: Host["lifecycle"],
  after: pulumi.Resource,
  transform?: Transform<command.local.CommandArgs>,
): command.local.Command | undefined {
  const line = hooks?.afterDocker;
  if (line === undefined) return undefined;
  return hookCommand(
    server,
    {
      ...{ name: `${server.componentName}-after-docker`, line, service: pulumi.getProject() },
      ...{ command: "server", subcommand: "bootstrap", hosts: [address], output: hooks?.output },
    },
    [after],
    transform,
    // Another machine is set up anew.
    lifecycle,
  );
}

/** What is wrong with the hooks of a server. */
export function checkServerHooks(hooks: ServerHooks = {}): Problem[] {
  const { afterDocker, output } = hooks;
  return [
    ...(afterDocker === undefined
      ? []
      : check.notEmpty(
          "hooks.afterDocker",
          afterDocker.trim(),
          "give a line for a shell, such as bin/docker-setup",
        )),
    ...checkOutput("hooks.output", output),
  ];
}
