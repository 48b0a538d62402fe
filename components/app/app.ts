import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { Component, transformed } from "../core/component";
import { dockerEnvs } from "../core/environment";
import { hostWide, roleLabel } from "../core/names";
import { memoryLimit, seconds } from "../core/units";
import { Container, type ContainerArgs } from "../docker/container";
import { Pull } from "../docker/pull";
import { Volume, type VolumeArgs } from "../docker/volume";
import type { Host } from "../host/host";
import { verbLine } from "../host/kit";
import { environmentLines, onHost } from "../host/remote";
import { VerbOnHost } from "../host/verb";
import type { AppArgs } from "./args";
import { checkApp } from "./check-app";
import { checkHosts, occupy } from "./check-hosts";
import { checkParallel, stepsAtATime } from "./check-parallel";
import { checkPaths } from "./check-paths";
import { checkTimeouts } from "./check-timeouts";
import { inspectImage } from "./inspect-image";
import { batches, imageReference, rolesOf, type Placement, type Role } from "./plan";
import { Prune } from "./prune";
import { Routes } from "./routes";
import { certificateDirectory, deployFlags, healthWords, routePort, type RouteArgs } from "./route";

/** What a role is on one of its hosts. */
export interface RoleOnHost {
  readonly role: string;
  readonly host: Host;
  readonly container: Container;
  /** Starts it, and waits until it is fit for traffic. */
  readonly ready: VerbOnHost;
  /** One for each route; one that only stops the old container for a worker; none for a stop-first role. */
  readonly switches: VerbOnHost[];
}

/**
 * A web app in containers: roles on hosts behind the proxy, released without losing a request.
 *
 * A release pulls the image on all hosts, runs the release command once, starts the new containers beside the old ones,
 * waits until each is ready, and only then switches the traffic, host after host. If one container does not become ready,
 * no host is switched and the old release serves on.
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
  readonly release: VerbOnHost | undefined;
  /** The data volumes: `<host>/<volume>` in the program's names. They outlive every container. */
  readonly volumes: ReadonlyMap<string, Volume>;
  /** Every role on every host, in the order of the rollout. */
  readonly placements: readonly RoleOnHost[];
  /** What a refresh asks the proxies by; none for an app without routes. */
  readonly watch: Routes | undefined;
  /** The release that serves; known once the last host is switched. */
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("app:App", name, opts);
    const roles = this.admit(args);
    const reference = pulumi.output(args.version).apply((version) => imageReference(args.image, version));
    this.image = this.pull(args, roles, reference);
    this.volumes = this.makeVolumes(args, roles);
    this.release = this.runRelease(args, roles, reference);
    const { placements, last } = this.rollOut(args, roles, reference);
    this.placements = placements;
    this.watch = this.watchRoutes(roles);
    this.prune(args, roles, last);
    const switched = this.placements.flatMap((placement) => placement.switches.map((command) => command.id));
    this.version = pulumi
      .all([pulumi.output(args.version), pulumi.all(switched)])
      .apply(([version]) => version);
    this.registerOutputs({ version: this.version });
  }

  /** Refuses what cannot work, says what may not be meant, and takes its place on the hosts. */
  private admit(args: AppArgs): Role[] {
    const roles = rolesOf(this.componentName, args);
    const onHosts = checkHosts(this.label, args, roles);
    this.refuse([...checkApp(this.componentName, args), ...onHosts.refused]);
    this.warn([
      ...checkTimeouts(args, roles).warned,
      ...checkPaths(args, roles),
      ...onHosts.warned,
      ...checkParallel(args, roles, stepsAtATime()),
    ]);
    occupy(this.label, args, roles);
    if (pulumi.runtime.isDryRun()) {
      inspectImage(args, roles, ({ refused, warned }) => {
        this.warn(warned);
        this.refuseLate(refused);
      });
    }
    return roles;
  }

  private pull(args: AppArgs, roles: Role[], reference: pulumi.Output<string>): Pull {
    const hosts = [...new Set(roles.flatMap((role) => role.servers))];
    return new Pull(`${this.componentName}-pull`, hosts, reference, { parent: this }, args.transform?.image);
  }

  private makeVolumes(args: AppArgs, roles: Role[]): Map<string, Volume> {
    const volumes = new Map<string, Volume>();
    for (const role of roles) {
      for (const source of Object.keys(role.volumes ?? {}).filter((name) => !name.startsWith("/"))) {
        for (const host of role.servers) {
          const key = volumeKey(host, source);
          if (volumes.has(key)) continue;
          const name = `${this.componentName}-${host.hostName}-${source}`;
          const volumeArgs = { shell: host.shell, name: this.volumeName(source) };
          volumes.set(
            key,
            new Volume(
              ...transformed<VolumeArgs>(
                args.transform?.volume,
                name,
                volumeArgs,
                onHost(host, { parent: this }),
              ),
            ),
          );
        }
      }
    }
    return volumes;
  }

  private runRelease(args: AppArgs, roles: Role[], reference: pulumi.Output<string>): VerbOnHost | undefined {
    const primary = roles[0];
    const host = primary?.servers[0];
    if (args.release === undefined || primary === undefined || host === undefined) return undefined;
    return new VerbOnHost(
      `${this.componentName}-release`,
      host,
      "release",
      {
        words: [
          `name=${hostWide(`${this.componentName}-release`)}`,
          pulumi.interpolate`image=${reference}`,
          `timeout=${seconds(args.releaseTimeout ?? "10m")}`,
          ...Object.entries(primary.volumes ?? {}).map(
            ([source, path]) => `volume=${this.volumeName(source)}:${path}`,
          ),
          "--",
          ...args.release,
        ],
        stdin: environmentLines({ ...primary.env, ...primary.secrets }),
        // An earlier one, whose client was cut off, may have to end first.
        timeout: 2 * seconds(args.releaseTimeout ?? "10m"),
      },
      { parent: this, dependsOn: [this.image, ...this.volumes.values()] },
      args.transform?.release,
    );
  }

  /**
   * Batch after batch: all containers, all gates, then the switches one after the other. Each step names the one before it and
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
      const beside = batch.filter(({ role }) => role.strategy !== "stop-first");
      const instead = batch.filter(({ role }) => role.strategy === "stop-first");
      const lease = leaseSeconds(beside);
      const started = beside.map((placement) => this.start(args, placement, reference, before, lease));
      const gates = started.map(({ ready }) => ready);
      // What must not run twice is stopped only when all else is known to be fit.
      const replaced = instead.map((placement) =>
        this.start(args, placement, reference, [...before, ...gates], 0),
      );
      let last: pulumi.Resource[] = [...gates, ...replaced.map(({ ready }) => ready)];
      for (const [at, { role, host }] of beside.entries()) {
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

  private start(
    args: AppArgs,
    { role, host }: Placement,
    reference: pulumi.Output<string>,
    before: pulumi.Resource[],
    lease: number,
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
          hostname: host.hostName,
          // The gate starts it, so that what keeps it from starting is said in the gate's words.
          start: false,
          command: role.command,
          envs: dockerEnvs(
            { KAMAL_VERSION: args.version, KAMAL_HOST: host.hostName, ...role.env },
            role.secrets ?? {},
            this.label,
          ),
          network: { name: host.network.name, id: host.network.id },
          volumes: Object.entries(role.volumes ?? {}).map(([source, containerPath]) => ({
            ...(source.startsWith("/") ? { hostPath: source } : { volumeName: this.volumeName(source) }),
            containerPath,
          })),
          labels: this.labels(args, role),
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
    const ready = new VerbOnHost(
      `${name}-ready`,
      host,
      "ready",
      {
        words: this.readyWords(role, container, lease),
        timeout: seconds(role.readyTimeout ?? "60s"),
        container: container.name,
      },
      { parent: this, dependsOn: [container] },
      args.transform?.ready,
    );
    return { role: role.name, host, container, ready, switches: [] };
  }

  private readyWords(role: Role, container: Container, lease: number): pulumi.Input<string>[] {
    const route = role.routes[0]?.route;
    return [
      `role=${roleLabel(this.componentName, role.name)}`,
      pulumi.interpolate`container=${container.name}`,
      `timeout=${seconds(role.readyTimeout ?? "60s")}`,
      ...(route === undefined ? [`delay=${seconds(role.readyDelay ?? "3s")}`] : healthWords(route)),
      ...(lease > 0 ? [`lease=${lease}`] : []),
      ...(role.ready === undefined ? [] : ["--", ...role.ready]),
    ];
  }

  private switchTraffic(
    args: AppArgs,
    role: Role,
    host: Host,
    placed: RoleOnHost,
    after: pulumi.Resource[],
  ): VerbOnHost[] {
    const words = [
      `role=${roleLabel(this.componentName, role.name)}`,
      pulumi.interpolate`container=${placed.container.name}`,
      `stop=${seconds(role.stopTimeout ?? "30s")}`,
    ];
    const name = `${this.componentName}-${role.name}-${host.hostName}-switch`;
    const timeout = switchSeconds(role);
    if (role.routes.length === 0) {
      return [
        new VerbOnHost(
          name,
          host,
          "switch",
          { words, timeout },
          { parent: this, dependsOn: after },
          args.transform?.switch,
        ),
      ];
    }
    const settle = args.proxy?.on.get(host.hostName)?.settle;
    const made: VerbOnHost[] = [];
    for (const [at, { service, route }] of role.routes.entries()) {
      const certificate = this.putCertificate(service, route, host, settle);
      const directory = certificate?.directory;
      // Only the last route stops the old containers; until then they serve the others.
      const keep = at < role.routes.length - 1 ? ["keep=old"] : [];
      made.push(
        new VerbOnHost(
          route.name === undefined ? name : `${name}-${route.name}`,
          host,
          "switch",
          {
            words: [
              ...words,
              ...keep,
              `service=${service}`,
              `port=${routePort(route)}`,
              "--",
              ...deployFlags(route, role.readyTimeout ?? "60s", directory),
            ],
            undo: { verb: "unroute", words: [service] },
            timeout,
          },
          {
            parent: this,
            dependsOn: [
              ...after,
              ...made,
              ...(settle === undefined ? [] : [settle]),
              ...(certificate === undefined ? [] : [certificate.command]),
            ],
          },
          args.transform?.switch,
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
  ): { directory: string; command: VerbOnHost } | undefined {
    if (route.tls?.kind !== "certificate") return undefined;
    const { certificate, privateKey } = route.tls;
    const hash = createHash("sha256").update(certificate).digest("hex").slice(0, 12);
    const directory = certificateDirectory(service, hash);
    const encoded = (text: string): string => Buffer.from(text).toString("base64");
    const command = new VerbOnHost(
      `${service}-${host.hostName}-certificate`,
      host,
      "certificate",
      {
        words: [`directory=${directory}`],
        stdin: pulumi.secret(
          pulumi.output(privateKey).apply((key) => `${encoded(certificate)}\n${encoded(key)}\n`),
        ),
      },
      { parent: this, dependsOn: settle === undefined ? [] : [settle] },
    );
    return { directory, command };
  }

  /** After the last switch: by which `pulumi up --refresh` sees a route that was removed by hand, and puts it back. */
  private watchRoutes(roles: Role[]): Routes | undefined {
    const routed = this.placements.flatMap((placement) => {
      const role = roles.find(({ name }) => name === placement.role);
      return (role?.routes ?? []).map(({ service, route }, at) => ({ placement, service, route, at }));
    });
    if (routed.length === 0) return undefined;
    const hosts = [...new Set(routed.map(({ placement }) => placement.host))].map((host) =>
      pulumi.output({ shell: host.shell, list: verbLine(host.kit, "routes", []) }),
    );
    const routes = routed.map(({ placement, service, route, at }) =>
      pulumi.output({
        host: placement.host.hostName,
        service,
        target: pulumi.interpolate`${placement.container.name}:${routePort(route)}`,
        line: placement.switches[at]?.line ?? "",
      }),
    );
    return new Routes(
      `${this.componentName}-routes`,
      { hosts, routes },
      { parent: this, dependsOn: routed.flatMap(({ placement }) => placement.switches) },
    );
  }

  /** After the last switch. */
  private prune(args: AppArgs, roles: Role[], after: pulumi.Resource[]): void {
    const drain = ({ role }: RoleOnHost): number =>
      Math.max(0, ...roles.filter(({ name }) => name === role).map(switchSeconds));
    const places = this.placements.map((placement) => ({
      shell: placement.host.shell,
      line: placement.container.name.apply((container) =>
        verbLine(placement.host.kit, "prune", [
          `role=${roleLabel(this.componentName, placement.role)}`,
          `wait=${drain(placement)}`,
          `keep=${args.retainImages ?? 3}`,
          `repository=${args.image}`,
          `container=${container}`,
        ]),
      ),
    }));
    new Prune(
      `${this.componentName}-prune`,
      { places, timeout: Math.max(0, ...this.placements.map(drain)) + 120 },
      { parent: this, dependsOn: after },
      args.transform?.prune,
    );
  }

  /** The volumes that a role mounts on a host. */
  private volumesOn(host: Host, role: Role): Volume[] {
    return Object.keys(role.volumes ?? {}).flatMap(
      (source) => this.volumes.get(volumeKey(host, source)) ?? [],
    );
  }

  /** A Docker volume of the app; the name is the same for all its roles and releases. */
  private volumeName(source: string): string {
    return source.startsWith("/") ? source : hostWide(`${this.componentName}-${source}`);
  }

  /**
   * Which containers are whose, for the verbs; and the plain variables and the names of the secrets, since a list of
   * variables with a secret in it is hidden whole in a diff.
   */
  private labels(args: AppArgs, role: Role): Record<string, pulumi.Input<string>> {
    return {
      ...role.labels,
      ...Object.fromEntries(
        Object.entries(role.env ?? {}).map(([name, value]) => [`sextant.env.${name}`, value]),
      ),
      service: this.componentName,
      role: role.name,
      "sextant.app": this.componentName,
      "sextant.role": roleLabel(this.componentName, role.name),
      "sextant.version": args.version,
      "sextant.secrets": Object.keys(role.secrets ?? {})
        .sort()
        .join(","),
    };
  }
}

/** By which a volume of a host is found. */
const volumeKey = (host: Host, source: string): string => `${host.hostName}/${source}`;

/** How long the switch of a role may take on a host: the proxy's own check, draining, and stopping the old containers. */
function switchSeconds(role: Role): number {
  const drain = Math.max(0, ...role.routes.map(({ route }) => seconds(route.drainTimeout ?? "30s")));
  return seconds(role.readyTimeout ?? "60s") + drain + seconds(role.stopTimeout ?? "30s");
}

/** How long a ready container may wait for its switch: all the switches before it may drain and stop to their limits. */
function leaseSeconds(batch: readonly Placement[]): number {
  return batch.reduce((sum, { role }) => sum + switchSeconds(role), 0) + 30;
}
