/** The assets of an app across its releases: where they lie on a host, what a container has mounted of them, and the step that puts them there. */
import * as pulumi from "@pulumi/pulumi";
import { mountsOf } from "../accessory/mounts";
import { shortHash } from "../../provider/core/short-hash";
import { servedAssets } from "../../provider/release/assets";
import * as check from "../core/checks";
import { staying, type Chosen } from "./chosen";
import type { Component } from "../core/component";
import { roleLabel } from "../core/names";
import type { Problem } from "../core/problem";
import type { ContainerArgs } from "../docker/container";
import { Step } from "../host/step";
import { loginLine } from "../image/login";
import type { AppArgs } from "./args";
import type { Images } from "./images";
import { assetPathOf, plainPath, routesTo, type Placement, type Role } from "./plan";
import { referenceOf } from "./released";
import { assetsOf, keyOf } from "./rollout";

/** Below it the verb `assets` writes and removes. */
const base = "/var/lib/sextant/assets";

/** The directory of a role, named so that no other role has it, of whichever app and stack. */
export function assetsDirectory(app: string, role: string): string {
  return `${base}/${app}-${role}.${shortHash(roleLabel(app, role), 8)}`;
}

/** The name of a release's directory: an edit that leaves the image as it is leaves it, too. */
export function assetsRelease(reference: string, path: string): string {
  return shortHash(`${reference} ${path}`, 12);
}

/** What is released. */
interface Assets {
  app: Component;
  args: AppArgs;
  roles: readonly Role[];
  /** The full reference of the app's image. */
  reference: pulumi.Output<string>;
}

/** The directory of this release of a role, for the clean-up. */
export function assetsOfRelease(
  { app, reference }: Pick<Assets, "app" | "reference">,
  role: Role,
): pulumi.Output<string> | undefined {
  const path = assetPathOf(role);
  if (path === undefined) return undefined;
  const directory = assetsDirectory(app.componentName, role.name);
  return referenceOf({ reference }, role).apply((image) => `${directory}/${assetsRelease(image, path)}`);
}

/** What a container of a role mounts of them: to read, since the same files serve other releases. */
export function assetsMount(
  { app, reference }: Pick<Assets, "app" | "reference">,
  role: Role,
): Extract<ContainerArgs["volumes"], unknown[]> {
  const path = assetPathOf(role);
  if (path === undefined) return [];
  const directory = assetsDirectory(app.componentName, role.name);
  const hostPath = referenceOf({ reference }, role).apply((image) =>
    servedAssets(directory, assetsRelease(image, path)),
  );
  return [{ hostPath, containerPath: path, readOnly: true }];
}

/** Makes the steps, by their keys. @param images the images on the hosts of the run */
export function putAssets(
  { app, args, roles, reference, chosen }: Assets & { chosen: Chosen },
  images: Images,
): Map<string, Step<"Assets">> {
  return new Map(assetsOf(roles).map((placement) => [keyOf("assets", placement), put(placement)]));

  function put({ role, host }: Placement): Step<"Assets"> {
    const path = assetPathOf(role) ?? "";
    const image = referenceOf({ reference }, role);
    return new Step(
      "Assets",
      `${app.componentName}-${role.name}-${host.hostName}-assets`,
      host,
      {
        directory: assetsDirectory(app.componentName, role.name),
        release: image.apply((of) => assetsRelease(of, path)),
        image,
        __auth: loginLine(host, image),
        path,
      },
      {
        ...staying("assets", !chosen.has({ role, host })),
        parent: app,
        dependsOn: [images.apart.get(role.name)?.pull ?? images.app],
      },
      args.transform?.assets,
    );
  }
}

/** What is wrong with the path of the assets. */
export function checkAssets(args: AppArgs, roles: readonly Role[]): Problem[] {
  const given = [
    { at: "assetPath", path: args.assetPath },
    ...Object.entries(args.roles).map(([name, { assetPath }]) => ({
      at: `roles.${name}.assetPath`,
      path: assetPath,
    })),
  ];
  return [
    ...given.flatMap(({ at, path }) => [...check.absolutePath(at, path), ...notRoot(at, path)]),
    ...roles.flatMap((role) => withoutRoute(args, role)),
    ...(args.assetPath !== undefined && roles.every(({ routes }) => routes.length === 0)
      ? [
          {
            argument: "assetPath",
            fault: "is for roles with a route, and there is none",
            cure: "remove it, or give a route",
          },
        ]
      : []),
    ...roles.flatMap((role) => mountedTwice(args, role)),
  ];
}

function notRoot(argument: string, path: string | undefined): Problem[] {
  if (typeof path !== "string" || !path.startsWith("/") || plainPath(path) !== "/") return [];
  return [
    {
      argument,
      value: path,
      rule: "it would hide all of the image",
      cure: 'name the directory of the built assets, such as "/rails/public/assets"',
    },
  ];
}

function withoutRoute({ roles }: AppArgs, role: Role): Problem[] {
  if (routesTo(role).length > 0 || roles[role.name]?.assetPath === undefined) return [];
  return [
    {
      argument: `roles.${role.name}.assetPath`,
      fault: "is for roles with a route, and this one has none",
      cure: "remove it",
    },
  ];
}

function mountedTwice(args: AppArgs, role: Role): Problem[] {
  const path = assetPathOf(role);
  const source = mountsOf(role).find(
    ({ containerPath }) => path !== undefined && plainPath(containerPath) === path,
  )?.source;
  if (source === undefined) return [];
  const own = args.roles[role.name]?.volumes?.[source] !== undefined;
  return [
    {
      argument: `${own ? `roles.${role.name}.` : ""}volumes.${source}`,
      value: path,
      rule: "the assets are mounted there by assetPath",
      cure: "remove one of them",
    },
  ];
}
