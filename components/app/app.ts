import { createHash } from "node:crypto";
import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { claimChildren } from "../core/claimed-names";
import { Component, transformed } from "../core/component";
import { plainVariables, secretVariables } from "../core/environment";
import { appLabel, hostWide, ownerOf, roleLabel } from "../core/names";
import { sentences, type Problem } from "../core/problem";
import { lateRefusal } from "../core/refusal";
import { ofType, refuseShape } from "../core/shape";
import { inSeconds, memoryLimit, seconds } from "../../provider/core/units";
import { calledByTransform, DataOf, placeOf, type Names } from "../data/data";
import { sameNames, takeNames } from "../data/same-name";
import { warnData } from "../data/check-word";
import { Container, type ContainerArgs } from "../docker/container";
import { ownerLabel } from "../../provider/docker/container-body";
import { loginLine } from "../image/login";
import { Pull } from "../image/pull";
import { Volume, type VolumeArgs } from "../docker/volume";
import type { Host } from "../host/host";
import { onHost } from "../host/depends";
import { StepOnHost, type ReadyArgs, type SwitchArgs } from "../host/step";
import type { Front } from "../proxy/args";
import type { AppArgs } from "./args";
import { CleanUp } from "./clean-up";
import { Certificates } from "./certificates";
import { checkApp } from "./checks/check-app";
import { checkKey } from "./checks/check-certificate";
import { checkHosts, occupy } from "./checks/check-hosts";
import { childrenOf, namesOf, volumePlaces } from "./checks/check-names";
import { checkParallel, stepsAtATime } from "./checks/check-parallel";
import { checkPaths } from "./checks/check-paths";
import { traceAccessories } from "./checks/check-reach";
import { checkTimeouts } from "./checks/check-timeouts";
import { inspectImage } from "./checks/inspect-image";
import { inspectNames } from "./checks/inspect-names";
import { batches, imageReference, rolesOf, type Placement, type Role } from "./plan";
import { claimedByOthers } from "./checks/route-claims";
import { certificateDirectory, healthQuestion, routeBehind, switchedRoute, type RouteArgs } from "./route";
import { appShape } from "./shape";

/** What a role is on one of its hosts. */
export interface RoleOnHost {
  readonly role: string;
  readonly host: Host;
  readonly container: Container;
  /** Starts it, and waits until it is fit for traffic. */
  readonly ready: StepOnHost<"Ready">;
  /** One for each route; one that only stops the old container for a worker; none for a stop-first role. */
  readonly switches: StepOnHost<"Switch">[];
}

/**
 * A web app in containers: roles on hosts behind the proxy, released without losing a request.
 *
 * A release pulls the image on all hosts, runs the release command once, starts the new containers beside the old ones,
 * waits until each is ready, and only then switches the traffic, host after host. If one container does not become ready,
 * no host of its batch is switched and the old release serves on there; without `rollout`, all hosts are one batch. A role with
 * `strategy: "stop-first"` has no old container by then.
 *
 * A worker takes work as soon as it runs. So it starts when every container with a route of its batch is ready, and works beside the old
 * one until its own switch; where the release fails in between, it is stopped within a few minutes, and by the next release at once.
 *
 * @example
 * const shop = new App("shop", {
 *   image: "registry.example.com/shop", version: config.require("version"),
 *   proxy, route: { hosts: ["shop.example.com"], port: 3000, tls: letsEncrypt() },
 *   roles: { web: { servers: [web1, web2] }, job: { servers: [web1], command: ["bin/jobs"] } },
 *   env: { DATABASE_HOST: db.host }, secrets: { DATABASE_PASSWORD: db.password },
 *   release: ["bin/rails", "db:prepare"],
 * });
 */
export class App extends Component {
  /** The image, on all hosts. */
  readonly image: Pull;
  /** The release command, where there is one. */
  readonly release: StepOnHost<"Release"> | undefined;
  /** What its volumes are called and whose they are, kept through renames, also while it has none. */
  readonly data: DataOf;
  /** The data volumes: `<host>/<volume>` in the program's names. They outlive every container. */
  readonly volumes: ReadonlyMap<string, Volume>;
  /** Every role on every host, in the order of the rollout. */
  readonly placements: readonly RoleOnHost[];
  /** The certificates of its routes from Let's Encrypt; none without such a route. */
  readonly certificates: Certificates | undefined;
  /** The release that serves; known once the last host is switched. */
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, appShape, args);
    super("App", name, opts);
    const roles = this.admit(args, opts?.parent !== undefined);
    const reference = pulumi.output(args.version).apply((version) => imageReference(args.image, version));
    this.image = this.pull(args, roles, reference);
    this.data = this.nameData(args, roles);
    this.volumes = this.makeVolumes(args, roles);
    this.release = this.runRelease(args, roles, reference);
    const { placements, last } = this.rollOut(args, roles, reference);
    this.placements = placements;
    this.cleanUp(args, roles, last);
    this.certificates = this.askForCertificates(roles, last);
    const switched = this.placements.flatMap((placement) => placement.switches.map((command) => command.id));
    this.version = pulumi
      .all([pulumi.output(args.version), pulumi.all(switched)])
      .apply(([version]) => version);
    this.registerOutputs({ version: this.version });
  }

  /** Refuses what cannot work, says what may not be meant, and takes its place on the hosts. */
  private admit(args: AppArgs, within: boolean): Role[] {
    const roles = rolesOf(this.componentName, args);
    const onHosts = checkHosts(this.label, args, roles);
    const names = namesOf(this.componentName, args, roles);
    this.refuse([...checkApp(this.componentName, args), ...onHosts.refused, ...sameNames(names)]);
    if (!within) this.refuse(this.claim(roles));
    this.warn([
      ...checkTimeouts(args, roles).warned,
      ...checkPaths(args, roles),
      ...onHosts.warned,
      ...checkParallel(args, roles, stepsAtATime()),
    ]);
    this.warn(warnData(args.data, [...new Set(volumePlaces(roles).map(({ source }) => source))]));
    occupy(this.label, args, roles);
    takeNames(this.label, names);
    if (pulumi.runtime.isDryRun()) {
      inspectNames(args, roles, (problems) => {
        this.warn(problems);
      });
      inspectImage(args, roles, ({ refused, warned }) => {
        this.warn(warned);
        this.refuseLate(refused);
      });
      traceAccessories(roles, ({ refused, warned }) => {
        this.warn(warned);
        this.refuseLate(refused);
      });
    }
    return roles;
  }

  /** Takes the names of its children as Pulumi has them; those of a parent's are named together with it. */
  private claim(roles: readonly Role[]): Problem[] {
    const run = pulumi.runtime.getStackResource();
    if (run === undefined) return [];
    const children = childrenOf(this.componentName, this.label, roles);
    return [
      ...claimChildren(run, "role", children.roles),
      ...claimChildren(run, "app volume", children.volumes),
    ];
  }

  private pull(args: AppArgs, roles: Role[], reference: pulumi.Output<string>): Pull {
    const hosts = [...new Set(roles.flatMap((role) => role.servers))];
    return new Pull(
      `${this.componentName}-pull`,
      hosts,
      reference,
      { parent: this },
      appLabel(this.componentName),
      args.transform?.image,
    );
  }

  private nameData(args: AppArgs, roles: Role[]): DataOf {
    const { data = "keep", transform } = args;
    const names = { name: hostWide(this.componentName), owner: ownerOf("app", this.componentName) };
    const places = volumePlaces(roles).map(({ host, source }) => {
      const own = this.volumeArgs(args, host, source, names);
      const called = calledByTransform(transform?.volume, this.volumeResource(host, source), own, {
        parent: this,
      });
      return { volume: source, ...placeOf(host), ...called };
    });
    return new DataOf(
      this.componentName,
      { label: this.label, argument: "roles", ...names, data, places },
      { parent: this },
    );
  }

  private volumeResource(host: Host, source: string): string {
    return `${this.componentName}-${host.hostName}-${source}`;
  }

  private volumeArgs({ data = "keep" }: AppArgs, host: Host, source: string, names: Names): VolumeArgs {
    return {
      ...placeOf(host),
      label: this.label,
      name: pulumi.interpolate`${names.name}-${source}`,
      owner: pulumi.interpolate`${names.owner}/${source}`,
      component: ownerOf("app", this.componentName),
      formerly: names.owner,
      data,
    };
  }

  private makeVolumes(args: AppArgs, roles: Role[]): Map<string, Volume> {
    const make = (host: Host, source: string): Volume =>
      new Volume(
        ...transformed<VolumeArgs>(
          args.transform?.volume,
          this.volumeResource(host, source),
          this.volumeArgs(args, host, source, this.data),
          onHost(host, { parent: this }),
        ),
      );
    return new Map(
      volumePlaces(roles).map(({ host, source }) => [volumeKey(host, source), make(host, source)]),
    );
  }

  private runRelease(
    args: AppArgs,
    roles: Role[],
    reference: pulumi.Output<string>,
  ): StepOnHost<"Release"> | undefined {
    const [primary] = roles;
    const host = primary?.servers[0];
    if (args.release === undefined || primary === undefined || host === undefined) return undefined;
    return new StepOnHost(
      "Release",
      `${this.componentName}-release`,
      host,
      {
        name: hostWide(`${this.componentName}-release`),
        image: reference,
        __auth: loginLine(host, reference),
        command: args.release,
        timeout: inSeconds(args.releaseTimeout ?? "10m"),
        ...this.variables(args, primary, host),
        network: host.network.name,
        volumes: this.mounts(host, primary),
      },
      { parent: this, dependsOn: [this.image, ...this.volumes.values()] },
      args.transform?.release,
    );
  }

  /**
   * Batch after batch: all containers, the gates of what has a route, those of the workers, then what is stopped first, and the switches
   * one after the other. Each step names the one before it and
   * not all that was before that: names of every host in every host's state would be most of it on many hosts.
   */
  private rollOut(
    args: AppArgs,
    roles: Role[],
    reference: pulumi.Output<string>,
  ): { placements: RoleOnHost[]; last: pulumi.Resource[] } {
    const placements: RoleOnHost[] = [];
    let before: pulumi.Resource[] = [this.release ?? this.image];
    for (const batch of batches(roles, args.rollout?.batch)) {
      const instead = batch.filter(({ role }) => role.strategy === "stop-first");
      const beside = batch.filter(({ role }) => role.strategy !== "stop-first");
      const routed = beside.filter(({ role }) => role.routes.length > 0);
      const workers = beside.filter(({ role }) => role.routes.length === 0);
      const lease = leaseSeconds(batch);
      const start = (placement: Placement, after: pulumi.Resource[] = []): RoleOnHost =>
        this.start(args, placement, reference, before, lease, after);
      const web = routed.map((placement) => start(placement));
      // A worker takes work as soon as it runs.
      const fit = web.map(({ ready }) => ready);
      const started = [...web, ...workers.map((placement) => start(placement, fit))];
      const gates = started.map(({ ready }) => ready);
      // What must not run twice is stopped only when all else is known to be fit.
      const replaced = instead.map((placement) =>
        this.start(args, placement, reference, [...before, ...gates], 0),
      );
      let last: pulumi.Resource[] = [...gates, ...replaced.map(({ ready }) => ready)];
      for (const [at, { role, host }] of [...routed, ...workers].entries()) {
        const placed = started[at];
        if (placed === undefined) continue;
        const switches = this.switchTraffic(args, role, host, placed, [placed.ready, ...last]);
        placed.switches.push(...switches);
        last = switches;
      }
      placements.push(...started, ...replaced);
      before = last;
    }
    return { placements, last: before };
  }

  /** @param before what it is made after; @param fit what has to be ready before it is started */
  private start(
    args: AppArgs,
    { role, host }: Placement,
    reference: pulumi.Output<string>,
    before: pulumi.Resource[],
    lease: number,
    fit: pulumi.Resource[] = [],
  ): RoleOnHost {
    const name = `${this.componentName}-${role.name}-${host.hostName}`;
    const dependsOn = [...before, ...this.volumesOn(host, role)];
    const container = new Container(
      ...transformed<ContainerArgs>(
        args.transform?.container,
        name,
        {
          shell: host.shell,
          image: reference,
          __auth: loginLine(host, reference),
          hostname: host.hostName,
          // The gate starts it, so that what keeps it from starting is said in the gate's words.
          start: false,
          command: role.command,
          ...this.variables(args, role, host),
          network: { name: host.network.name, id: host.network.id },
          volumes: this.mounts(host, role),
          labels: this.labels(role),
          ...memoryLimit(role.resources?.memory),
          cpus: role.resources?.cpus,
          restart: role.restart ?? "unless-stopped",
          logDriver: role.logging?.driver ?? "json-file",
          logOpts: role.logging === undefined ? { "max-size": "10m", "max-file": "3" } : role.logging.options,
          destroyGraceSeconds: seconds(role.stopTimeout ?? "30s"),
        },
        // A new container starts beside the old one; no name is given, so that both can be there.
        onHost(host, { parent: this, deleteBeforeReplace: role.strategy === "stop-first", dependsOn }),
      ),
    );
    const ready = new StepOnHost(
      "Ready",
      `${name}-ready`,
      host,
      {
        role: roleLabel(this.componentName, role.name),
        container: container.name,
        timeout: inSeconds(role.readyTimeout ?? "60s"),
        ...fitness(role, args.proxy?.config.behind),
        ...(lease > 0 ? { lease: `${lease}s` as const } : {}),
      },
      // The gate asks as well whether the proxy runs that is to send traffic.
      { parent: this, dependsOn: [container, ...this.proxyOf(args, role, host), ...fit] },
      args.transform?.ready,
    );
    return { role: role.name, host, container, ready, switches: [] };
  }

  /** What makes the proxy of a role with a route ready on a host. */
  private proxyOf({ proxy }: AppArgs, role: Role, host: Host): pulumi.Resource[] {
    const there = role.routes.length === 0 ? undefined : proxy?.on.get(host.hostName);
    return there === undefined ? [] : [there.settle];
  }

  private switchTraffic(
    args: AppArgs,
    role: Role,
    host: Host,
    placed: RoleOnHost,
    after: pulumi.Resource[],
  ): StepOnHost<"Switch">[] {
    const { name: container } = placed.container;
    const name = `${this.componentName}-${role.name}-${host.hostName}-switch`;
    const make = (
      route: string | undefined,
      own: readonly string[],
      more: Partial<SwitchArgs>,
      dependsOn: pulumi.Resource[],
    ): StepOnHost<"Switch"> =>
      new StepOnHost(
        "Switch",
        route === undefined ? name : `${name}-${route}`,
        host,
        {
          role: roleLabel(this.componentName, role.name),
          container,
          ...more,
          services: role.routes.map(({ service }) => service),
          claimed: onceAllAreMade(container, () => claimedByOthers(args.proxy, host.hostName, own)),
          stopTimeout: inSeconds(role.stopTimeout ?? "30s"),
          timeout: `${switchSeconds(role)}s`,
        },
        { parent: this, dependsOn },
        args.transform?.switch,
      );
    if (role.routes.length === 0) return [make(undefined, [], {}, after)];
    const settle = args.proxy?.on.get(host.hostName)?.settle;
    const made: StepOnHost<"Switch">[] = [];
    for (const [at, { service, route }] of role.routes.entries()) {
      const certificate = this.putCertificate(service, route, host, settle);
      const behind = routeBehind(route, args.proxy?.config.behind);
      made.push(
        make(
          route.name,
          [service],
          {
            route: switchedRoute(service, behind, role.readyTimeout ?? "60s", certificate?.directory),
            // Only the last route stops the old containers; until then they serve the others.
            ...(at < role.routes.length - 1 ? { keepOld: true } : {}),
            // Its own program may be replacing it now.
            ...(args.proxy !== undefined && isExisting(args.proxy) ? { awaitProxy: true } : {}),
          },
          [
            ...after,
            ...made,
            ...(settle === undefined ? [] : [settle]),
            ...(certificate === undefined ? [] : [certificate.command]),
          ],
        ),
      );
    }
    return made;
  }

  private putCertificate(
    service: string,
    route: RouteArgs,
    host: Host,
    settle: pulumi.Resource | undefined,
  ): { directory: string; command: StepOnHost<"Certificate"> } | undefined {
    if (route.tls?.kind !== "certificate") return undefined;
    const { certificate, privateKey } = route.tls;
    const hash = createHash("sha256").update(certificate).digest("hex").slice(0, 12);
    const directory = certificateDirectory(service, hash);
    const command = new StepOnHost(
      "Certificate",
      `${service}-${host.hostName}-certificate`,
      host,
      {
        directory,
        certificate,
        privateKey: pulumi.secret(privateKey).apply((key) => {
          const problems = checkKey("tls", certificate, key);
          if (problems.length > 0) throw lateRefusal(sentences(`${this.label}: route ${service}`, problems));
          return key;
        }),
      },
      { parent: this, dependsOn: settle === undefined ? [] : [settle] },
    );
    return { directory, command };
  }

  /** After the last switch. */
  private cleanUp(args: AppArgs, roles: Role[], after: pulumi.Resource[]): void {
    const longest = (role: string): number =>
      Math.max(0, ...roles.filter(({ name }) => name === role).map(switchSeconds));
    new CleanUp(
      `${this.componentName}-clean-up`,
      {
        places: this.placements.map(({ role, host, container }) => ({
          shell: host.shell,
          role: roleLabel(this.componentName, role),
          container: container.name,
          wait: `${longest(role)}s` as const,
        })),
        repository: args.image,
        retainImages: args.retainImages ?? 3,
        owner: appLabel(this.componentName),
      },
      { parent: this, dependsOn: after },
      args.transform?.cleanUp,
    );
  }

  /** After the last switch, and never in its way: what cannot be got yet is said. */
  private askForCertificates(roles: Role[], after: pulumi.Resource[]): Certificates | undefined {
    const places = this.placements.flatMap(({ role: name, host }) =>
      roles
        .filter((role) => role.name === name)
        .flatMap(({ routes }) => routes)
        .flatMap(({ route: { tls, hosts = [], health } }) =>
          tls?.kind !== "letsEncrypt"
            ? []
            : [
                {
                  shell: host.shell,
                  hosts,
                  path: health?.path ?? "/up",
                  ...(tls.staging ? { staging: true } : {}),
                  addresses: pulumi
                    .all([host.address, host.ipv6Address])
                    .apply((all) => all.filter((one): one is string => one !== undefined && isIP(one) !== 0)),
                },
              ],
        ),
    );
    if (places.length === 0) return undefined;
    const certificates = new Certificates(
      `${this.componentName}-certificates`,
      { places },
      { parent: this, dependsOn: after },
    );
    // Undefined in a user's unit tests, where no provider answers.
    certificates.missing.apply((missing: string[] | undefined) => {
      for (const text of missing ?? []) void pulumi.log.warn(`${this.label}: ${text}`, this);
    });
    return certificates;
  }

  /** The variables of a role on a host; each container of a release knows of it, as Kamal's do. */
  private variables(
    { version }: AppArgs,
    { env, secrets = {} }: Role,
    { hostName }: Host,
  ): Pick<ContainerArgs, "env" | "secrets"> {
    return {
      env: plainVariables({ KAMAL_VERSION: version, KAMAL_HOST: hostName, ...env }, this.label),
      secrets: secretVariables(secrets, this.label),
    };
  }

  /** The volumes that a role mounts on a host. */
  private volumesOn(host: Host, role: Role): Volume[] {
    return Object.keys(role.volumes ?? {}).flatMap(
      (source) => this.volumes.get(volumeKey(host, source)) ?? [],
    );
  }

  /** What a role mounts on a host: Docker volumes by the names that they were made with, or directories. */
  private mounts(host: Host, { volumes = {} }: Role): NonNullable<ContainerArgs["volumes"]> {
    return Object.entries(volumes).map(([source, containerPath]) => ({
      ...(source.startsWith("/")
        ? { hostPath: source }
        : { volumeName: this.volumes.get(volumeKey(host, source))?.name ?? source }),
      containerPath,
    }));
  }

  /** Which containers are whose, for the verbs, and which of their variables are secret. */
  private labels(role: Role): Record<string, pulumi.Input<string>> {
    return {
      ...role.labels,
      service: this.componentName,
      role: role.name,
      "sextant.app": this.componentName,
      [ownerLabel]: ownerOf("app", this.componentName),
      "sextant.role": roleLabel(this.componentName, role.name),
      "sextant.secrets": Object.keys(role.secrets ?? {})
        .sort()
        .join(","),
    };
  }
}

/** By what a container of a role is known to be fit: its first route's health, or a command, or that it keeps running. */
function fitness(role: Role, front: Front | undefined): Pick<ReadyArgs, "health" | "delay" | "command"> {
  const route = role.routes[0]?.route;
  if (route !== undefined) return { health: healthQuestion(routeBehind(route, front)) };
  return { delay: inSeconds(role.readyDelay ?? "3s"), command: role.ready };
}

/**
 * What is known once the apps that follow in the program are made: by the time that a container has its name. A preview may not know that
 * name, and asks as soon as the program has gone on.
 */
function onceAllAreMade<T>(container: pulumi.Output<string>, ask: () => T): pulumi.Input<T> {
  if (!pulumi.runtime.isDryRun()) return container.apply(ask);
  return new Promise((resolve) => {
    setImmediate(() => {
      resolve(ask());
    });
  });
}

/** Whether a proxy is another program's. */
const isExisting = ofType("sextant:index:ExistingProxy");

/** By which a volume of a host is found. */
const volumeKey = (host: Host, source: string): string => `${host.hostName}/${source}`;

/** How long the switch of a role may take on a host: the proxy's own check, draining, and stopping the old containers. */
function switchSeconds(role: Role): number {
  const drain = Math.max(0, ...role.routes.map(({ route }) => seconds(route.drainTimeout ?? "30s")));
  return seconds(role.readyTimeout ?? "60s") + drain + seconds(role.stopTimeout ?? "30s");
}

/**
 * How long a ready container may wait for its switch: the workers, and what is stopped first, may take their time to become ready,
 * and all the switches before it may drain and stop to their limits.
 */
function leaseSeconds(batch: readonly Placement[]): number {
  const roles = batch.map(({ role }) => role);
  const instead = roles.filter(({ strategy }) => strategy === "stop-first");
  const workers = roles.filter((role) => role.routes.length === 0 && !instead.includes(role));
  const ready = (some: readonly Role[]): number[] =>
    some.map(({ readyTimeout }) => seconds(readyTimeout ?? "60s"));
  const stop = instead.map(({ stopTimeout }) => seconds(stopTimeout ?? "30s"));
  const waits = [ready(workers), ready(instead), stop].reduce((sum, all) => sum + Math.max(0, ...all), 0);
  const switches = roles.filter((role) => !instead.includes(role)).map(switchSeconds);
  return waits + switches.reduce((sum, each) => sum + each, 0) + 30;
}
