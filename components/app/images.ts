/** The images of an app on its hosts: a pull for the app's own, and one for each that roles have beside it, each on the hosts of its roles. */
import type * as pulumi from "@pulumi/pulumi";
import type { Child } from "../core/claimed-names";
import type { Component } from "../core/component";
import { appLabel, roleLabel } from "../core/names";
import type { Host } from "../host/host";
import { Pull } from "../image/pull";
import { staying, type Chosen } from "./chosen";
import { isCanary, notCanaries, releasePlace, type Placement, type Role } from "./plan";
import { referenceTo, releasedApart, type NamedArgs, type ReleasedApart } from "./released";

/** What brings the images. */
export interface Images {
  /** The app's own. */
  readonly app: Pull;
  /** What a release begins after: all but those of canaries alone. */
  readonly first: readonly Pull[];
  /** Those that roles have beside the app's, by the names of the roles. */
  readonly apart: ReadonlyMap<string, ImageApart>;
}

/** An image beside the app's. */
export interface ImageApart {
  readonly pull: Pull;
  /** `project/stack/app/role`: by which a host knows that it is about to be used, apart from the app's own. */
  readonly owner: string;
}

/** Makes the pulls. @param reference the full reference of the app's release */
export function pullImages(
  app: Component,
  args: NamedArgs,
  roles: readonly Role[],
  reference: pulumi.Output<string>,
  chosen: Chosen,
): Images {
  const make = (
    name: string,
    placements: readonly Placement[],
    image: pulumi.Output<string>,
    owner: string,
  ): Pull => {
    const on = (some: readonly Placement[]): Host[] => [...new Set(some.map(({ host }) => host))];
    const taken = on(placements.filter(chosen.has));
    const all = on(placements);
    // To the hosts that the run releases to; where there is none, it stays as it is.
    const stays = taken.length === 0 && all.length > 0;
    const opts = { ...staying("pull", stays), parent: app };
    return new Pull(name, stays ? all : taken, image, opts, owner, args.transform?.image);
  };
  const placesOf = (some: readonly Role[]): Placement[] =>
    some.flatMap((role) => role.servers.map((host) => ({ role, host })));
  const ofApp = placesOf(notCanaries(roles).filter(({ released }) => released === undefined));
  const release = args.release === undefined ? undefined : releasePlace(roles, chosen.has);
  const own = make(
    pullName(app.componentName),
    release === undefined ? ofApp : [...ofApp, release],
    reference,
    appLabel(app.componentName),
  );
  const apart = releasedApart(roles).map((each) => {
    const { released, roles: its } = each;
    const owner = roleLabel(app.componentName, its[0].name);
    const pull = make(pullName(app.componentName, each), placesOf(its), referenceTo(released), owner);
    return { roles: its, pull, owner };
  });
  return {
    app: own,
    first: [own, ...apart.filter((each) => !each.roles.every(isCanary)).map(({ pull }) => pull)],
    apart: new Map(
      apart.flatMap(({ roles: its, pull, owner }) => its.map(({ name }) => [name, { pull, owner }] as const)),
    ),
  };
}

/** What a pull is called; one beside the app's by the first role that has it. */
function pullName(app: string, apart?: ReleasedApart<Role>): string {
  return [app, ...(apart === undefined ? [] : [apart.roles[0].name]), "pull"].join("-");
}

/** The pulls by their names, which are joined of several. */
export function pullsOf(app: string, label: string, roles: readonly Role[]): Child[] {
  return [
    { name: pullName(app), argument: "name", what: `the image of ${label}` },
    ...releasedApart(roles).map((each) => {
      const [{ name, beside }] = each.roles;
      return {
        name: pullName(app, each),
        argument: beside?.kind === "canary" ? `roles.${beside.of}.canary` : `roles.${name}`,
        what: `the image of role ${name} of ${label}`,
      };
    }),
  ];
}
