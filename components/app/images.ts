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

/** An image, and where it is wanted. */
export interface WantedImage {
  /** The roles that have it beside the app's; undefined for the app's own. */
  readonly apart: ReleasedApart<Role> | undefined;
  readonly placements: readonly Placement[];
}

/**
 * The app's image, and those beside it, each where its roles are. Pure. A canary that is of what a role is runs where that is, and is not named: a run
 * of the canary alone is none of the role's.
 * @param release where the release command runs, in the app's image
 */
export function wantedImages(roles: readonly Role[], release: Placement | undefined): WantedImage[] {
  const placesOf = (some: readonly Role[]): Placement[] => {
    const own = notCanaries(some);
    return (own.length === 0 ? some : own).flatMap((role) => role.servers.map((host) => ({ role, host })));
  };
  const ofApp = placesOf(roles.filter(({ released }) => released === undefined));
  return [
    { apart: undefined, placements: release === undefined ? ofApp : [...ofApp, release] },
    ...releasedApart(roles).map((apart) => ({ apart, placements: placesOf(apart.roles) })),
  ];
}

/** Makes the pulls. @param reference the full reference of the app's release */
export function pullImages(
  app: Component,
  args: NamedArgs,
  roles: readonly Role[],
  reference: pulumi.Output<string>,
  chosen: Chosen,
): Images {
  const hostsOf = (some: readonly Placement[]): Host[] => [...new Set(some.map(({ host }) => host))];
  const make = ({ apart, placements }: WantedImage, owner: string): Pull => {
    const taken = hostsOf(placements.filter(chosen.has));
    const all = hostsOf(placements);
    // To the hosts that the run releases to; where there is none, it stays as it is.
    const stays = taken.length === 0 && all.length > 0;
    return new Pull(
      pullName(app.componentName, apart),
      stays ? all : taken,
      apart === undefined ? reference : referenceTo(apart.released),
      { ...staying("pull", stays), parent: app },
      owner,
      args.transform?.image,
    );
  };
  const release = args.release === undefined ? undefined : releasePlace(roles, chosen.has);
  const made = wantedImages(roles, release).map((wanted) => {
    const its = wanted.apart?.roles ?? [];
    const [first] = its;
    const owner =
      first === undefined ? appLabel(app.componentName) : roleLabel(app.componentName, first.name);
    return { its, owner, pull: make(wanted, owner) };
  });
  const [own] = made;
  if (own === undefined) throw new Error("an app has an image");
  return {
    app: own.pull,
    first: made.filter(({ its }) => its.length === 0 || !its.every(isCanary)).map(({ pull }) => pull),
    apart: new Map(made.flatMap(({ its, pull, owner }) => its.map(({ name }) => [name, { pull, owner }]))),
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
