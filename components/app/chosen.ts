/** A release to some hosts or roles alone, Kamal's --hosts and --roles: what the environment of a run names, and what stays as it is. */
import type * as pulumi from "@pulumi/pulumi";
import type { Findings } from "../core/problem";
import type { ContainerArgs } from "../docker/container";
import type { CanaryStepArgs, ReadyArgs, ReleaseArgs, ScheduleStepArgs, SwitchArgs } from "../host/step";

/** Variables of the environment of a run: names with commas between them, in which `*` stands for anything. */
export const hostsVariable = "SEXTANT_HOSTS";
export const rolesVariable = "SEXTANT_ROLES";

/** A role where it runs, as far as it is chosen by. */
export interface Choosable {
  readonly role: { readonly name: string; readonly reads?: string };
  readonly host: { readonly hostName: string };
}

/** What is chosen of an app. */
export interface Chosen {
  /** Whether a run releases there. */
  readonly has: (placement: Choosable) => boolean;
  /** Whether it releases anywhere. */
  readonly any: boolean;
  readonly findings: Findings;
}

type Environment = Partial<Record<string, string>>;

/** Reads what a run is to release. Pure. */
export function chosenOf(placements: readonly Choosable[], environment: Environment): Chosen {
  const hosts = matcher(environment[hostsVariable]);
  const roles = matcher(environment[rolesVariable]);
  // A role and those that read for it are released in one step.
  const together = ({ role }: Choosable): string => role.reads ?? role.name;
  const named = new Set(placements.filter(({ role }) => roles(role.name)).map(together));
  const has = (one: Choosable): boolean => hosts(one.host.hostName) && named.has(together(one));
  const taken = placements.filter(has);
  const left = placements.filter((one) => !has(one));
  return {
    has,
    any: taken.length > 0,
    findings: { refused: [], warned: left.length === 0 ? [] : [said(environment, taken, left)] },
  };
}

function said(
  environment: Environment,
  taken: readonly Choosable[],
  left: readonly Choosable[],
): Findings["warned"][number] {
  const names = [hostsVariable, rolesVariable].filter((name) => (environment[name] ?? "") !== "");
  const list = (all: readonly Choosable[]): string =>
    all.map(({ role, host }) => `${role.name} on ${host.hostName}`).join(", ");
  return {
    argument: names.join(" and "),
    value: names.map((name) => environment[name]).join(" and "),
    rule:
      taken.length === 0
        ? `none of its roles is there, and it stays as it is: ${list(left)}`
        : `it is released as ${list(taken)} alone, and the rest stays as it is: ${list(left)}`,
    cure: `leave ${names.join(" and ")} out of a run to release it everywhere`,
  };
}

/** Whether a name is one of a list; without a list each is. */
function matcher(list = ""): (name: string) => boolean {
  const parts = list.split(",").map((part) => part.trim());
  const some = parts.filter((part) => part !== "");
  if (some.length === 0) return () => true;
  const forms = some.map((part) => {
    const plain = part.split("*").map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
    return new RegExp(`^${plain.join(".*")}$`);
  });
  return (name) => forms.some((form) => form.test(name));
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
const hook = { create: true, update: true, environment: true, interpreter: true, logging: true };
const inputs = { container, ready, change, canary, schedule, release, hook };

/**
 * The option by which a resource that is there keeps its inputs, so that nothing is done on its host. The engine takes the old ones before
 * the provider is asked; one that neither side has is no error (pulumi sdk/go/common/resource/property_path.go reset). What is not there yet
 * is made.
 */
export function staying(
  kind: keyof typeof inputs,
  stays: boolean,
): Pick<pulumi.CustomResourceOptions, "ignoreChanges"> {
  return stays ? { ignoreChanges: Object.keys(inputs[kind]) } : {};
}
