/** The steps of a rollout as resources: each has its inputs from the program, and waits for what the rollout says. */
import { cut } from "../../provider/core/cut";
import { canaryRoute } from "../../provider/release/canary";
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Component } from "../core/component";
import { plainVariables, secretVariables } from "../core/environment";
import { hostWide, ownerOf, roleLabel } from "../core/names";
import type { Names } from "../data/data";
import { Container, type ContainerArgs } from "../docker/container";
import { dependingOn } from "../host/depends";
import type { Host } from "../host/host";
import { Step, type CanaryStepArgs, type ReadyArgs, type SwitchArgs } from "../host/step";
import { loginLine } from "../image/login";
import type { Front } from "../proxy/args";
import { inSeconds, memoryLimit, seconds } from "../../provider/core/units";
import { kamalNetwork } from "../../provider/kamal/names";
import { ownerLabel } from "../../provider/docker/container-body";
import type { AppArgs } from "./args";
import { assetsMount } from "./assets";
import { staying, type Chosen } from "./chosen";
import { claimedByOthers } from "./checks/route-claims";
import { hashOf, type Pages } from "./error-pages";
import { runBatchHook } from "./hooks";
import type { Images } from "./images";
import { containerName, isCanary, isReader, releasePlace, routesTo, type Placement, type Role } from "./plan";
import { referenceOf, type NamedArgs } from "./released";
import type { Replica, RoleOnHost } from "./role-on-host";
import { begin, keyOf, keysOf, rollout, switchSeconds, type RolloutStep } from "./rollout";
import {
  errorPagesDirectory,
  healthQuestion,
  routeBehind,
  type RouteDirectories,
  switchedRoute,
} from "./route";
import { runningAlways } from "./schedule";
import { awaited, onceAllAreMade, putCertificate, settled } from "./routing";
import { takenOver } from "./take-over";
import { imageVolumesOf, mountsOn, volumesOn, type AppVolumes } from "./volumes";
import { Wait } from "./wait";

/** What is released, and with what. */
export interface Releasing {
  app: Component;
  args: NamedArgs;
  roles: readonly Role[];
  /** The full reference of the app's image. */
  reference: pulumi.Output<string>;
  /** The images on the hosts of the run. */
  images: Images;
  volumes: AppVolumes;
  /** What puts the assets of each role on each of its hosts, by the keys of the rollout. */
  assets: ReadonlyMap<string, pulumi.Resource>;
  /** What the app's data is called, and whose it is. */
  data: Names;
  /** The pages that the proxy answers errors with. */
  pages: Pages | undefined;
  /** What this run releases. */
  chosen: Chosen;
}

/**
 * The release command, once, on the first host of the first role that the run releases to, in the app's image.
 * @param before the user's own command before it
 */
export function runRelease(
  releasing: Releasing,
  before: pulumi.Resource | undefined,
): Step<"Release"> | undefined {
  const { app, args, roles, reference, images, volumes, data, assets, chosen } = releasing;
  const place = releasePlace(roles, chosen.has);
  if (args.release === undefined || place === undefined) return undefined;
  const { role: primary, host } = place;
  return new Step(
    "Release",
    `${app.componentName}-release`,
    host,
    {
      name: hostWide(`${app.componentName}-release`),
      image: reference,
      __auth: loginLine(host, reference),
      command: args.release,
      timeout: inSeconds(args.releaseTimeout ?? "10m"),
      ...variables(releasing, { ...primary, released: undefined }, host),
      network: host.network.name,
      ...(host.takeOver === "kamal" ? { alsoOn: [kamalNetwork] } : {}),
      volumes: mountsOn(volumes, host, primary),
      imageVolumes: imageVolumesOf(app, data, primary),
    },
    {
      ...staying("release", !chosen.any),
      parent: app,
      dependsOn: [
        ...images.first,
        ...volumes.values(),
        ...assets.values(),
        ...(before === undefined ? [] : [before]),
      ],
    },
    args.transform?.release,
  );
}

/** What a rollout has made. */
interface RolledOut<More> {
  /** Every role on every host, in the order of the rollout; the canaries behind all others. */
  readonly placements: RoleOnHost[];
  /** The last steps of the release. */
  readonly last: pulumi.Resource[];
  /** What was made behind those. */
  readonly more: More[];
  /** The last steps of the canaries, which come behind all of that; none of it waits for them. */
  readonly canaries: pulumi.Resource[];
}

/**
 * Makes the steps of the rollout.
 * @param first what it begins after
 * @param more makes what comes behind the release and before the canaries
 */
export function rollOut<More extends { readonly step: pulumi.Resource }>(
  releasing: Releasing,
  first: readonly pulumi.Resource[],
  more: (last: pulumi.Resource[]) => More[],
): RolledOut<More> {
  const { app, args } = releasing;
  const around = (["beforeBatch", "afterBatch"] as const).filter((when) => args.hooks?.[when] !== undefined);
  const { steps, last, canaries } = rollout(runningAlways(releasing.roles), args.rollout, around);
  const hooked = { app, hooks: args.hooks, version: args.version };
  const made = new Map<string, pulumi.Resource>(releasing.assets);
  const containers = new Map<string, Container>();
  const placed = new Map<Placement, RoleOnHost & { replicas: Replica[] }>();
  const resources = (keys: readonly string[]): pulumi.Resource[] =>
    keys.flatMap((key) => (key === begin ? first : [known(made, key)]));
  let behind: More[] | undefined;
  for (const step of steps) {
    const { key } = step;
    const after = resources(step.after);
    if (step.kind === "container" && isCanary(step.placement.role)) {
      behind ??= more(resources(last));
      after.push(...behind.map((each) => each.step));
    }
    if (step.kind === "wait") {
      made.set(key, makeWait(releasing, step, containers, after));
      continue;
    }
    if (step.kind === "hook") {
      const batch = step.batch.filter(releasing.chosen.has);
      const opts = staying("hook", batch.length === 0);
      const told = { ...step, batch: batch.length === 0 ? step.batch : batch };
      made.set(key, runBatchHook(hooked, told, after, args.transform?.hook, opts));
      continue;
    }
    const { placement } = step;
    if (step.kind === "canary") {
      const there = known(placed, placement);
      const canary = giveVisitors(releasing, placement, there, after);
      placed.set(placement, { ...there, canary });
      made.set(key, canary);
    } else if (step.kind === "container") {
      const container = makeContainer(releasing, placement, step.replica, after);
      containers.set(key, container);
      made.set(key, container);
    } else if (step.kind === "ready") {
      const replica = makeReady(releasing, step, containers, after);
      const { role, host } = placement;
      const there = placed.get(placement);
      if (there === undefined)
        placed.set(placement, { role: role.name, host, ...replica, replicas: [replica], switches: [] });
      else there.replicas.push(replica);
      made.set(key, replica.ready);
    } else {
      const there = known(placed, placement);
      const change = makeSwitch(releasing, step, there, containers, after);
      there.switches.push(change);
      made.set(key, change);
    }
  }
  const ends = resources(last);
  return {
    placements: [...placed.values()],
    last: ends,
    more: behind ?? more(ends),
    canaries: resources(canaries),
  };
}

function makeWait(
  { app, args }: Releasing,
  { key, batch, next }: Extract<RolloutStep, { kind: "wait" }>,
  containers: ReadonlyMap<string, Container>,
  after: pulumi.Resource[],
): Wait {
  return new Wait(
    `${app.componentName}-${key.replace(" ", "-")}`,
    {
      length: inSeconds(args.rollout?.wait ?? "0s"),
      containers: batch.flatMap((placement) =>
        keysOf("container", placement).map((each) => known(containers, each).name),
      ),
      next: [...new Set(next.map(({ host }) => host.hostName))],
    },
    { parent: app, dependsOn: after },
    args.transform?.wait,
  );
}

/** A step waits for steps before it alone. */
function known<Key, Value>(made: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = made.get(key);
  if (value === undefined) throw new Error("a step of the rollout waits for one that comes after it");
  return value;
}

function makeContainer(
  releasing: Releasing,
  { role, host }: Placement,
  replica: number,
  after: pulumi.Resource[],
): Container {
  const { app, args, volumes, data } = releasing;
  const reference = referenceOf(releasing, role);
  // All that is released begins after its image; a canary's own is waited for by nothing else.
  const image = isCanary(role) ? releasing.images.apart.get(role.name)?.pull : undefined;
  return new Container(
    ...transformed<ContainerArgs>(
      args.transform?.container,
      containerName(app.componentName, role.name, host.hostName, replica),
      {
        shell: host.ssh,
        image: reference,
        __auth: loginLine(host, reference),
        hostname: hostnameOf(host, replica),
        // The gate starts it, so that what keeps it from starting is said in the gate's words.
        start: false,
        command: role.command,
        ...variables(releasing, role, host),
        network: {
          name: host.network.name,
          id: host.network.id,
          ...(host.takeOver === "kamal" ? { also: [kamalNetwork] } : {}),
        },
        volumes: [...mountsOn(volumes, host, role), ...assetsMount(releasing, role)],
        imageVolumes: imageVolumesOf(app, data, role),
        labels: labelsOf(app, role),
        ...memoryLimit(role.resources?.memory),
        cpus: role.resources?.cpus,
        restart: role.restart ?? "unless-stopped",
        logDriver: role.logging?.driver ?? "json-file",
        logOpts: role.logging === undefined ? { "max-size": "10m", "max-file": "3" } : role.logging.options,
        destroyGraceSeconds: seconds(role.stopTimeout ?? "30s"),
      },
      // A new container starts beside the old one; no name is given, so that both can be there.
      dependingOn(host, {
        ...staying("container", !releasing.chosen.has({ role, host })),
        parent: app,
        deleteBeforeReplace: role.strategy === "stop-first",
        dependsOn: [...after, ...volumesOn(volumes, host, role), ...(image === undefined ? [] : [image])],
      }),
    ),
  );
}

/** By which a container knows itself, as an app's list of its processes does: those of a role on a host differ in it. */
function hostnameOf({ hostName }: Host, replica: number): string {
  return replica === 1 ? hostName : cut(`${hostName}-${replica}`, 63);
}

function makeReady(
  { app, args, chosen }: Releasing,
  { placement, replica, lease }: Extract<RolloutStep, { kind: "ready" }>,
  containers: ReadonlyMap<string, Container>,
  after: pulumi.Resource[],
): Replica {
  const { role, host } = placement;
  const own = keyOf("container", placement, replica);
  const container = known(containers, own);
  const others = keysOf("container", placement).filter((key) => key !== own);
  // The gate asks as well whether the proxy runs that is to send traffic.
  const proxy = routesTo(role).length === 0 ? [] : settled(args, host);
  const ready = new Step(
    "Ready",
    `${containerName(app.componentName, role.name, host.hostName, replica)}-ready`,
    host,
    {
      role: roleLabel(app.componentName, role.name),
      container: container.name,
      ...further(others.map((key) => known(containers, key))),
      timeout: inSeconds(role.readyTimeout ?? "60s"),
      ...fitness(role, args.proxy?.config.behind),
      ...(lease > 0 ? { lease: `${lease}s` as const } : {}),
      ...(role.strategy === "stop-first" ? takes(args, role) : {}),
    },
    { ...staying("ready", !chosen.has(placement)), parent: app, dependsOn: [...after, ...proxy] },
    args.transform?.ready,
  );
  return { container, ready };
}

/** The names of further containers of a role on its host; nothing is said of none. */
export function further(containers: readonly Container[]): { replicas?: pulumi.Output<string>[] } {
  return containers.length === 0 ? {} : { replicas: containers.map(({ name }) => name) };
}

/** Kamal's role whose containers end with the step. */
function takes(args: AppArgs, role: Role): Pick<SwitchArgs, "takeOver"> {
  const takeOver = takenOver(args.takeOver, role.name);
  return takeOver === undefined ? {} : { takeOver };
}

/** By what a container of a role is known to be fit: its first route's health, or a command, or that it keeps running. */
function fitness(role: Role, front: Front | undefined): Pick<ReadyArgs, "health" | "delay" | "command"> {
  const route = routesTo(role)[0]?.route;
  if (route !== undefined) return { health: healthQuestion(routeBehind(route, front)) };
  return { delay: inSeconds(role.readyDelay ?? "3s"), command: role.ready };
}

function makeSwitch(
  releasing: Releasing,
  { placement: { role, host }, route: at }: Extract<RolloutStep, { kind: "switch" }>,
  there: RoleOnHost,
  containers: ReadonlyMap<string, Container>,
  after: pulumi.Resource[],
): Step<"Switch"> {
  const { app, args } = releasing;
  const container = there.container.name;
  const routed = at === undefined ? undefined : role.routes[at];
  const stays = !releasing.chosen.has({ role, host });
  const kept = staying("certificate", stays);
  const certificate = routed && putCertificate(releasing, routed.service, routed.route, host, kept);
  const errorPages = routed && putErrorPages(releasing, routed.service, host, stays);
  const name = [app.componentName, role.name, host.hostName, "switch", routed?.route.name ?? ""];
  return new Step(
    "Switch",
    name.filter(Boolean).join("-"),
    host,
    {
      role: roleLabel(app.componentName, role.name),
      container,
      ...further(there.replicas.slice(1).map((each) => each.container)),
      ...(routed === undefined
        ? readingOf(app, role)
        : {
            ...readersOf(releasing, { role, host }, containers),
            ...routeInputs(args, role, routed, {
              certificate: certificate?.directory,
              errorPages: errorPages?.directory,
            }),
          }),
      services: role.routes.map(({ service }) => service),
      claimed: onceAllAreMade(container, () =>
        claimedByOthers(args.proxy, host.hostName, routed === undefined ? [] : [routed.service]),
      ),
      ...takes(args, role),
      stopTimeout: inSeconds(role.stopTimeout ?? "30s"),
      timeout: `${switchSeconds(role)}s`,
    },
    {
      ...staying("change", stays),
      parent: app,
      dependsOn: [
        ...after,
        ...(routed === undefined ? [] : settled(args, host)),
        ...(certificate === undefined ? [] : [certificate.step]),
        ...(errorPages === undefined ? [] : [errorPages.step]),
      ],
    },
    args.transform?.switch,
  );
}

/** That a role's old containers end behind the route that leads to them. */
function readingOf({ componentName }: Component, role: Role): Pick<SwitchArgs, "reads"> {
  return isReader(role) ? { reads: roleLabel(componentName, role.reads ?? "") } : {};
}

/** The containers that read for a role on a host. */
function readersOf(
  { roles }: Releasing,
  { role, host }: Placement,
  containers: ReadonlyMap<string, Container>,
): Pick<SwitchArgs, "readers"> {
  const names = roles
    .filter((other) => isReader(other) && other.reads === role.name && other.servers.includes(host))
    .flatMap((other) => keysOf("container", { role: other, host }))
    .map((key) => known(containers, key).name);
  return names.length === 0 ? {} : { readers: names };
}

/** Gives a canary on a host its visitors. */
function giveVisitors(
  { app, args, chosen }: Releasing,
  { role, host }: Placement,
  { container }: RoleOnHost,
  after: pulumi.Resource[],
): Step<"Canary"> {
  const { percent = 0, visitors = [] } = role.canary ?? {};
  const routes = routesTo(role).map(({ service, route }) =>
    canaryRoute(
      switchedRoute(service, routeBehind(route, args.proxy?.config.behind), role.readyTimeout ?? "60s"),
    ),
  );
  const inputs: Omit<CanaryStepArgs, "shell"> = {
    role: roleLabel(app.componentName, role.name),
    container: container.name,
    percent,
    ...(visitors.length === 0 ? {} : { visitors }),
    routes,
    ...awaited(args),
    stopTimeout: inSeconds(role.stopTimeout ?? "30s"),
    timeout: `${routes.length * switchSeconds(role)}s`,
  };
  return new Step(
    "Canary",
    `${containerName(app.componentName, role.name, host.hostName)}-visitors`,
    host,
    inputs,
    {
      ...staying("canary", !chosen.has({ role, host })),
      parent: app,
      dependsOn: [...after, ...settled(args, host)],
    },
    args.transform?.canary,
  );
}

function routeInputs(
  args: AppArgs,
  role: Role,
  routed: Role["routes"][number],
  directories: RouteDirectories,
): Pick<SwitchArgs, "route" | "keepOld" | "awaitProxy"> {
  const route = routeBehind(routed.route, args.proxy?.config.behind);
  return {
    route: switchedRoute(routed.service, route, role.readyTimeout ?? "60s", directories),
    // Only the last route stops the old containers; until then they serve the others.
    ...(routed === role.routes.at(-1) ? {} : { keepOld: true }),
    ...awaited(args),
  };
}

function putErrorPages(
  { app, args, pages }: Releasing,
  service: string,
  host: Host,
  stays: boolean,
): { directory: string; step: Step<"ErrorPages"> } | undefined {
  if (pages === undefined) return undefined;
  const directory = errorPagesDirectory(service, hashOf(pages));
  const step = new Step(
    "ErrorPages",
    `${service}-${host.hostName}-error-pages`,
    host,
    { directory, pages },
    { ...staying("errorPages", stays), parent: app, dependsOn: settled(args, host) },
  );
  return { directory, step };
}

/** The variables of a role on a host; each container of a release knows of it, as Kamal's do. */
export function variables(
  { app, args }: Releasing,
  { env, secrets = {}, released }: Role,
  { hostName }: Host,
): Pick<ContainerArgs, "env" | "secrets"> {
  const { version } = released ?? args;
  return {
    env: plainVariables({ KAMAL_VERSION: version, KAMAL_HOST: hostName, ...env }, app.label),
    secrets: secretVariables(secrets, app.label),
  };
}

/** Which containers are whose, for the verbs, and which of their variables are secret. */
function labelsOf({ componentName }: Component, role: Role): Record<string, pulumi.Input<string>> {
  return {
    ...role.labels,
    service: componentName,
    role: role.name,
    "sextant.app": componentName,
    [ownerLabel]: ownerOf("app", componentName),
    "sextant.role": roleLabel(componentName, role.name),
    "sextant.secrets": Object.keys(role.secrets ?? {})
      .sort()
      .join(","),
  };
}
