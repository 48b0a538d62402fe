import * as pulumi from "@pulumi/pulumi";
import { claimChildren } from "../core/claimed-names";
import { Component } from "../core/component";
import { appLabel, hostWide, roleLabel } from "../core/names";
import type { Findings, Problem } from "../core/problem";
import { warnPlain } from "../core/plain-secret";
import { refuseShape } from "../core/shape";
import type { DataOf } from "../data/data";
import { sameNames, takeNames } from "../data/same-name";
import { warnData } from "../data/check-word";
import type { Volume } from "../docker/volume";
import type { Host } from "../host/host";
import type { Step } from "../host/step";
import type { Pull } from "../image/pull";
import type { AppArgs } from "./args";
import { assetsOfRelease, putAssets } from "./assets";
import { CleanUp } from "./clean-up";
import { askForCertificates, certificatePlaces, type Certificates } from "./certificates";
import { chosenOf, staying, type Chosen } from "./chosen";
import { checkApp } from "./checks/check-app";
import { checkHosts, checkOwnRegistry, registerApp } from "./checks/check-hosts";
import { childrenOf, namesOf, volumePlaces } from "./checks/check-names";
import { checkParallel, stepsAtATime } from "./checks/check-parallel";
import { checkPaths } from "./checks/check-paths";
import { traceAccessories } from "./checks/check-reach";
import { warnBuilt } from "./checks/check-built";
import { checkTimeouts } from "./checks/check-timeouts";
import { inspectImages } from "./checks/inspect-image";
import { inspectNames } from "./checks/inspect-names";
import { readPages } from "./error-pages";
import { skippedHooks } from "../core/hook";
import { tellOf } from "../core/asides";
import { failureHook, runHook } from "./hooks";
import { pullImages, pullsOf, type Images } from "./images";
import { isCanary, notCanaries, releasePlace, rolesOf, type Placement, type Role } from "./plan";
import { namedArgs, referenceOf, referenceTo, type NamedArgs } from "./released";
import { further, rollOut, runRelease } from "./releasing";
import { runningAlways } from "./schedule";
import { putSchedules, type ScheduledRole } from "./scheduled";
import type { RoleOnHost } from "./role-on-host";
import { switchSeconds } from "./rollout";
import { appShape } from "./shape";
import { makeVolumes, nameData } from "./volumes";

/**
 * A web app in containers: roles on hosts behind the proxy, released without losing a request.
 *
 * A release pulls the image on all hosts, runs the release command once, starts the new containers beside the old ones,
 * waits until each is ready, and only then switches the traffic, host after host. If one container does not become ready,
 * no host of its batch is switched and the old release serves on there; without `rollout`, all hosts are one batch. A role with
 * `strategy: "stop-first"` has no old container by then.
 *
 * A role with `replicas` has several containers on each of its hosts, which share its requests: they count as one in all this. Each has
 * its check, one switch is for all of them, and if one of them does not become ready, all old ones go on.
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
  /** The app's image, on all hosts of roles that have none of their own, as far as the run releases to them. */
  readonly image: Pull;
  /** The release command, where there is one. */
  readonly release: Step<"Release"> | undefined;
  /** What its volumes are called and whose they are, kept through renames, also while it has none. */
  readonly data: DataOf;
  /** The data volumes: `<host>/<volume>` in the program's names. They outlive every container. */
  readonly volumes: ReadonlyMap<string, Volume>;
  /** Every role on every host, in the order of the rollout. */
  readonly placements: readonly RoleOnHost[];
  /** The roles with a schedule, each on the host that runs it. */
  readonly scheduled: readonly ScheduledRole[];
  /** The certificates of its routes from Let's Encrypt; none without such a route. */
  readonly certificates: Certificates | undefined;
  /** The release that serves; known once the last host is switched. */
  readonly version: pulumi.Output<string>;

  constructor(name: string, given: AppArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, appShape, given);
    super("App", name, opts);
    const args = namedArgs(given);
    const roles = this.admit(args, given, opts?.parent !== undefined);
    const reference = referenceTo(args);
    const placements = roles.flatMap((role) => role.servers.map((host) => ({ role, host })));
    const chosen = chosenOf(placements, process.env);
    this.warn(chosen.findings.warned);
    const ofRoles = placements.filter(({ role }) => !isCanary(role));
    const told = rolesOn(chosen.any ? ofRoles.filter(chosen.has) : ofRoles);
    const hooked = { app: this, hooks: args.hooks, version: args.version, roles: told };
    tellOf(this, failureHook(hooked));
    const images = pullImages(this, args, roles, reference, chosen);
    this.image = images.app;
    this.data = nameData(this, args, roles);
    this.volumes = makeVolumes(this, args, roles, this.data, chosen);
    this.inspect(args, roles);
    const { volumes, data } = this;
    const pages = args.errorPages === undefined ? undefined : readPages(args.errorPages);
    const assets = putAssets({ app: this, args, roles, reference, chosen }, images);
    const releasing = {
      app: this,
      args,
      roles,
      reference,
      images,
      volumes,
      data,
      assets,
      pages,
      chosen,
    };
    const stays = staying("hook", !chosen.any);
    const before = runHook(hooked, "beforeRelease", [...images.first], args.transform?.hook, stays);
    this.release = runRelease(releasing, before);
    const first = this.release ?? before;
    const rolledOut = rollOut(releasing, first === undefined ? images.first : [first], (switched) =>
      putSchedules(releasing, switched),
    );
    this.placements = rolledOut.placements;
    this.scheduled = rolledOut.more;
    const last = [...rolledOut.last, ...this.scheduled.map(({ step }) => step)];
    this.cleanUp(args, roles, reference, images, [...last, ...rolledOut.canaries], chosen);
    this.certificates = this.askForCertificates(roles, last, chosen);
    runHook(hooked, "afterRelease", last, args.transform?.hook, stays);
    this.version = pulumi
      .all([pulumi.output(args.version), pulumi.all(this.lastSteps().map(({ id }) => id))])
      .apply(([version]) => version);
    this.registerOutputs({ version: this.version, commands: args.commands, roles: placesOf(roles) });
  }

  /** The steps by which the release is the one that serves. */
  private lastSteps(): Step[] {
    const switches = this.placements.flatMap((placement): Step[] => placement.switches);
    return [...switches, ...this.scheduled.map(({ step }): Step => step)];
  }

  /** Refuses what cannot work, says what may not be meant, and takes its place on the hosts. */
  private admit(args: NamedArgs, given: AppArgs, within: boolean): Role[] {
    const roles = rolesOf(this.componentName, args);
    const onHosts = checkHosts(this.label, args, roles);
    const names = namesOf(this.componentName, args, roles);
    const skipped = skippedHooks(args.hooks);
    this.refuse([
      ...skipped.refused,
      ...checkApp(this.componentName, args),
      ...checkOwnRegistry(given, roles),
      ...onHosts.refused,
      ...sameNames(names),
    ]);
    if (!within) this.refuse(this.claim(roles));
    this.warn([
      ...skipped.warned,
      ...warnBuilt(given),
      ...warnPlain(args),
      ...Object.entries(args.roles).flatMap(([name, role]) => [
        ...warnPlain(role, `roles.${name}.`),
        ...warnPlain(role.canary ?? {}, `roles.${name}.canary.`),
      ]),
      ...checkTimeouts(args, runningAlways(roles)).warned,
      ...checkPaths(args, roles),
      ...onHosts.warned,
      ...checkParallel(args, notCanaries(runningAlways(roles)), stepsAtATime()),
    ]);
    this.warn(warnData(args.data, [...new Set(volumePlaces(roles).map(({ source }) => source))]));
    registerApp(this.label, args, roles);
    takeNames(this.label, names);
    return roles;
  }

  /** What a preview finds out beside the program. */
  private inspect(args: NamedArgs, roles: readonly Role[]): void {
    if (!pulumi.runtime.isDryRun()) return;
    const found = ({ refused, warned }: Findings): void => {
      this.warn(warned);
      this.refuseLate(refused);
    };
    inspectNames(args, roles, (problems) => {
      this.warn(problems);
    });
    inspectImages(args, notCanaries(roles), this.data.name, found);
    traceAccessories(roles, found);
  }

  /** Takes the names of its children as Pulumi has them; those of a parent's are named together with it. */
  private claim(roles: readonly Role[]): Problem[] {
    const run = pulumi.runtime.getStackResource();
    if (run === undefined) return [];
    const children = childrenOf(this.componentName, this.label, roles);
    return [
      ...claimChildren(run, "role", children.roles),
      ...claimChildren(run, "app volume", children.volumes),
      ...claimChildren(run, "pull", pullsOf(this.componentName, this.label, roles)),
    ];
  }

  /** After the last switch, and after the canaries: it removes those before them. Where the run has released nothing, it stays as it is. */
  private cleanUp(
    args: NamedArgs,
    roles: Role[],
    reference: pulumi.Output<string>,
    images: Images,
    after: pulumi.Resource[],
    chosen: Chosen,
  ): void {
    const has = hasAmong(roles, chosen);
    const all = [...this.placements, ...this.scheduled];
    const stays = all.length > 0 && !all.some(has);
    const placed = this.placements.filter((one) => stays || has(one));
    const scheduled = this.scheduled.filter((one) => stays || has(one));
    const longest = (role: string): number =>
      Math.max(0, ...roles.filter(({ name }) => name === role).map(switchSeconds));
    const assets = (name: string): { assets?: pulumi.Output<string> } => {
      const role = roles.find((one) => one.name === name);
      const directory = role && assetsOfRelease({ app: this, reference }, role);
      return directory === undefined ? {} : { assets: directory };
    };
    const ofAnother = (name: string): { repository?: string; owner?: string } => {
      const own = roles.find((one) => one.name === name)?.released?.image;
      const owner = images.apart.get(name)?.owner;
      return {
        ...(own === undefined || own === args.image ? {} : { repository: own }),
        ...(owner === undefined ? {} : { owner }),
      };
    };
    const imageOf = (name: string): pulumi.Output<string> => {
      const role = roles.find((one) => one.name === name);
      return role === undefined ? reference : referenceOf({ reference }, role);
    };
    const command = args.release === undefined ? undefined : releasePlace(roles, chosen.has);
    const hasApps = (there: Host): boolean =>
      [...placed, ...scheduled].some(
        ({ role, host }) => host === there && ofAnother(role).repository === undefined,
      );
    new CleanUp(
      `${this.componentName}-clean-up`,
      {
        places: [
          ...placed.map(({ role, host, container, replicas }) => ({
            shell: host.ssh,
            role: roleLabel(this.componentName, role),
            container: container.name,
            ...further(replicas.slice(1).map((each) => each.container)),
            wait: `${longest(role)}s` as const,
            ...assets(role),
            ...ofAnother(role),
          })),
          // For its images: of its containers it takes care itself, and those from before it had a schedule are Pulumi's to stop.
          ...scheduled.map(({ role, host, name }) => ({
            shell: host.ssh,
            role: roleLabel(this.componentName, role),
            container: name,
            wait: "60s" as const,
            imagesOnly: true as const,
            // Its container has the same name in each release.
            image: imageOf(role),
            ...ofAnother(role),
          })),
          // The app's image, where nothing of it runs there but the release command.
          ...(command === undefined || (!stays && !chosen.has(command)) || hasApps(command.host)
            ? []
            : [
                {
                  shell: command.host.ssh,
                  role: appLabel(this.componentName),
                  container: hostWide(`${this.componentName}-release`),
                  wait: "60s" as const,
                  imagesOnly: true as const,
                  image: reference,
                },
              ]),
        ],
        repository: args.image,
        retainImages: args.retainImages ?? 3,
        owner: appLabel(this.componentName),
      },
      { ...staying("cleanUp", stays), parent: this, dependsOn: after },
      args.transform?.cleanUp,
    );
  }

  /** After the last switch: those of the hosts that the run releases to; where there is none, they stay as they are. */
  private askForCertificates(
    roles: Role[],
    after: pulumi.Resource[],
    chosen: Chosen,
  ): Certificates | undefined {
    const has = hasAmong(roles, chosen);
    const found = this.placements.flatMap((placement) =>
      roles
        .filter(({ name }) => name === placement.role)
        .flatMap(({ routes }) => routes.flatMap(({ route }) => certificatePlaces(placement.host, route)))
        .map((place) => ({ place, taken: has(placement) })),
    );
    const stays = !found.some(({ taken }) => taken);
    const places = found.filter(({ taken }) => stays || taken).map(({ place }) => place);
    return askForCertificates(this, places, { ...staying("certificates", stays), dependsOn: after });
  }
}

/** Whether the run releases a role on a host, by the role's name. */
function hasAmong(
  roles: readonly Role[],
  chosen: Chosen,
): (one: { readonly role: string; readonly host: Host }) => boolean {
  return ({ role: name, host }) => roles.some((role) => role.name === name && chosen.has({ role, host }));
}

/** The roles of placements, each with its hosts among them. */
function rolesOn(placements: readonly Placement[]): { name: string; servers: Host[] }[] {
  const names = [...new Set(placements.map(({ role }) => role.name))];
  return names.map((name) => ({
    name,
    servers: placements.filter(({ role }) => role.name === name).map(({ host }) => host),
  }));
}

/** For `sextant`, which has the state alone: the first role is the primary one, and its first host. */
function placesOf(roles: readonly Role[]): { name: string; hosts: string[] }[] {
  return roles.map(({ name, servers }) => ({ name, hosts: servers.map(({ hostName }) => hostName) }));
}
