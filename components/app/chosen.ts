/** A release to some hosts or roles alone, Kamal's --hosts and --roles: what the environment of a run names, and what stays as it is. */
import type * as pulumi from "@pulumi/pulumi";
import { limitsOf, type Environment, type Limits } from "../../provider/core/limited-run";
import type { LeftOut } from "../core/resource";
import type { Findings } from "../core/problem";
import type { ContainerArgs } from "../docker/container";
import type { VolumeArgs } from "../docker/volume";
import type {
  AssetsArgs,
  CanaryStepArgs,
  CertificateArgs,
  ErrorPagesArgs,
  ReadyArgs,
  ReleaseArgs,
  ScheduleStepArgs,
  SwitchArgs,
} from "../host/step";
import type { PullArgs } from "../image/pull";
import type { CertificatesInputs } from "../../provider/release/certificates";
import type { CleanUpArgs } from "./clean-up";
import { isCanary, type Role } from "./plan";

/** A role where it runs, as far as it is chosen by. */
export interface Choosable {
  readonly role: Pick<Role, "name" | "reads" | "beside">;
  readonly host: { readonly hostName: string };
}

/** What is chosen of an app. */
export interface Chosen {
  /** Whether a run releases there. */
  readonly has: (placement: Choosable) => boolean;
  /** Whether it releases the app's own version anywhere: a canary alone is no release, with no release command and no hooks. */
  readonly any: boolean;
  readonly findings: Findings;
}

/** Reads what a run is to release. Pure. */
export function chosenOf(placements: readonly Choosable[], environment: Environment): Chosen {
  const limits = limitsOf(environment);
  // A role and those that read for it are released in one step.
  const together = ({ role }: Choosable): string => role.reads ?? role.name;
  const named = new Set(placements.filter(({ role }) => limits.role(role.name)).map(together));
  const has = (one: Choosable): boolean => limits.host(one.host.hostName) && named.has(together(one));
  const taken = placements.filter(has);
  const left = placements.filter((one) => !has(one));
  return {
    has,
    any: taken.some(({ role }) => !isCanary(role)),
    findings: { refused: [], warned: left.length === 0 ? [] : [said(limits, taken, left)] },
  };
}

function said(
  { by }: Limits,
  taken: readonly Choosable[],
  left: readonly Choosable[],
): Findings["warned"][number] {
  const names = by.map(({ variable }) => variable);
  const list = (all: readonly Choosable[]): string =>
    all.map(({ role, host }) => `${role.name} on ${host.hostName}`).join(", ");
  return {
    argument: names.join(" and "),
    value: by.map(({ value }) => value).join(" and "),
    rule:
      taken.length === 0
        ? `none of its roles is there, and it stays as it is: ${list(left)}`
        : `it is released as ${list(taken)} alone, and the rest stays as it is: ${list(left)}`,
    cure: `leave ${names.join(" and ")} out of a run to release it everywhere`,
  };
}

/** The inputs of a resource by their names, but for how its host is reached, which may be another by now, and what is found out on the way. */
type Inputs<Args> = Record<Exclude<keyof Args, "shell" | "name" | "__auth">, true>;

const container: Inputs<ContainerArgs> = {
  ...{ image: true, hostname: true, command: true, env: true, secrets: true, labels: true, network: true },
  ...{ volumes: true, imageVolumes: true, ports: true, uploads: true, memory: true, memorySwap: true },
  ...{ cpus: true, shm: true, restart: true, logDriver: true, logOpts: true, destroyGraceSeconds: true },
  ...{ start: true, firstEnvs: true, ownedBy: true, kamal: true, body: true },
};
const ready: Inputs<ReadyArgs> = {
  ...{ role: true, container: true, replicas: true, timeout: true, health: true, delay: true, command: true },
  ...{ takeOver: true, lease: true },
};
const change: Inputs<SwitchArgs> = {
  ...{ role: true, container: true, replicas: true, route: true, services: true, claimed: true },
  ...{ takeOver: true, keepOld: true, awaitProxy: true, stopTimeout: true, timeout: true },
  ...{ readers: true, reads: true },
};
const canary: Inputs<CanaryStepArgs> = {
  ...{ role: true, container: true, percent: true, visitors: true, routes: true, awaitProxy: true },
  ...{ stopTimeout: true, timeout: true },
};
const schedule: Inputs<ScheduleStepArgs> = {
  ...{ role: true, owner: true, schedule: true, timeZone: true, timeout: true, stopTimeout: true },
  ...{ image: true, command: true, hostname: true, env: true, secrets: true, labels: true, network: true },
  ...{ alsoOn: true, volumes: true, imageVolumes: true, memory: true, memorySwap: true, cpus: true },
  ...{ logDriver: true, logOpts: true, body: true },
};
const release: Inputs<ReleaseArgs> = {
  ...{ image: true, command: true, timeout: true, env: true, secrets: true, network: true, alsoOn: true },
  ...{ volumes: true, imageVolumes: true },
};
const assets: Inputs<AssetsArgs> = { directory: true, release: true, image: true, path: true };
const certificate: Inputs<CertificateArgs> = { directory: true, certificate: true, privateKey: true };
const errorPages: Inputs<ErrorPagesArgs> = { directory: true, pages: true };
const pull: Inputs<PullArgs> = { image: true, owner: true, hosts: true };
const cleanUp: Inputs<CleanUpArgs> = { places: true, repository: true, retainImages: true, owner: true };
const certificates: Inputs<CertificatesInputs> = { places: true };
// What a volume is called is the resource's own output.
const volume: Inputs<Omit<VolumeArgs, "name">> = {
  ...{ label: true, driver: true, driverOpts: true, labels: true, owner: true, component: true },
  ...{ formerly: true, data: true, format: true, kamal: true, host: true, machine: true, way: true },
};
const hook = { create: true, update: true, environment: true, interpreter: true, logging: true };
const ofPlugin = { container, ready, change, canary, schedule, release, assets, certificate, errorPages };
const inputs = { ...ofPlugin, pull, cleanUp, certificates, volume, hook };

/**
 * The options by which a resource keeps its inputs, and nothing is done on its host. The engine takes the old ones before the plugin is asked;
 * one that neither side has is no error (pulumi sdk/go/common/resource/property_path.go reset). The plugin is told that the run leaves it out:
 * a new step waits for a run that does not, and anything else that is new is refused at preview.
 */
export function staying(
  kind: keyof typeof inputs,
  stays: boolean,
): Pick<pulumi.CustomResourceOptions, "ignoreChanges"> & LeftOut {
  if (!stays) return {};
  return { ignoreChanges: Object.keys(inputs[kind]), ...(kind === "hook" ? {} : { leftOut: true }) };
}
