/** Roles with a schedule as resources: each is put on its host once the release serves, so that what runs from then on is of it. */
import * as pulumi from "@pulumi/pulumi";
import { inSeconds, memoryLimit } from "../../provider/core/units";
import { kamalNetwork } from "../../provider/kamal/names";
import { hostWide, ownerOf, roleLabel } from "../core/names";
import { staying } from "./chosen";
import type { Host } from "../host/host";
import { Step } from "../host/step";
import { loginLine } from "../image/login";
import type { Role } from "./plan";
import { referenceOf } from "./released";
import { variables, type Releasing } from "./releasing";
import { scheduleOf } from "./schedule";
import { imageVolumesOf, mountsOn, volumesOn } from "./volumes";

/** A role with a schedule on its host. */
export interface ScheduledRole {
  readonly role: string;
  readonly host: Host;
  readonly step: Step<"Schedule">;
  /** What it is called on the host: its timer is `sextant-job-<name>.timer`. */
  readonly name: string;
}

/**
 * Puts the roles with a schedule on their hosts.
 * @param after what has to be done before: the last switches
 */
export function putSchedules(releasing: Releasing, after: pulumi.Resource[]): ScheduledRole[] {
  return releasing.roles.flatMap((role) =>
    role.servers.flatMap((host) => {
      const schedule = scheduleOf(role);
      return schedule === undefined ? [] : [put(releasing, role, host, schedule, after)];
    }),
  );
}

function put(
  releasing: Releasing,
  role: Role,
  host: Host,
  { cron, timeZone, timeout }: NonNullable<ReturnType<typeof scheduleOf>>,
  after: pulumi.Resource[],
): ScheduledRole {
  const { app, args, volumes, data } = releasing;
  const reference = referenceOf(releasing, role);
  const name = hostWide(`${app.componentName}-${role.name}`);
  const step = new Step(
    "Schedule",
    `${app.componentName}-${role.name}-schedule`,
    host,
    {
      name,
      role: roleLabel(app.componentName, role.name),
      owner: ownerOf("app", app.componentName),
      ...{ schedule: cron, timeZone, timeout: inSeconds(timeout) },
      stopTimeout: inSeconds(role.stopTimeout ?? "30s"),
      image: reference,
      __auth: loginLine(host, reference),
      command: role.command,
      hostname: host.hostName,
      ...variables(releasing, role, host),
      labels: { ...role.labels, service: app.componentName, role: role.name },
      network: host.network.name,
      ...(host.takeOver === "kamal" ? { alsoOn: [kamalNetwork] } : {}),
      volumes: mountsOn(volumes, host, role),
      imageVolumes: imageVolumesOf(app, data, role),
      ...memoryLimit(role.resources?.memory),
      cpus: role.resources?.cpus,
      logDriver: role.logging?.driver ?? "json-file",
      logOpts: role.logging === undefined ? { "max-size": "10m", "max-file": "3" } : role.logging.options,
    },
    {
      ...staying("schedule", !releasing.chosen.has({ role, host })),
      parent: app,
      dependsOn: [...after, ...volumesOn(volumes, host, role)],
      // Before it comes to another host it goes from the one that had it, so that no two run it.
      replacementTrigger: pulumi.all([host.hostName, host.lifecycle.replacementTrigger]),
      deleteBeforeReplace: true,
    },
    args.transform?.schedule,
  );
  return { role: role.name, host, step, name };
}
