/** The data volumes of an app, a volume for each name and host: what they are called, whose they are, and who mounts them. */
import { mountsOf } from "../accessory/mounts";
import { isPath } from "../../provider/data/host-path";
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Component } from "../core/component";
import { hostWide, ownerOf } from "../core/names";
import { calledByTransform, DataOf, placeOf, type Names } from "../data/data";
import type { InputsOf } from "../core/resource";
import type { ContainerArgs } from "../docker/container";
import { Volume, type VolumeArgs } from "../docker/volume";
import { staying, type Chosen } from "./chosen";
import { dependingOn } from "../host/depends";
import type { Host } from "../host/host";
import type { DataPlace } from "../../provider/data/left-behind";
import type { ImageVolumes } from "../../provider/docker/container-body";
import type { AppArgs } from "./args";
import { volumePlaces } from "./checks/check-names";
import { notCanaries, type Role } from "./plan";

/** The volumes by `<host>/<volume>` in the program's names. */
export type AppVolumes = ReadonlyMap<string, Volume>;

/** What its volumes are called and whose they are, kept through renames. */
export function nameData(app: Component, args: AppArgs, roles: readonly Role[]): DataOf {
  const { data = "keep", transform } = args;
  const names = { name: hostWide(app.componentName), owner: ownerOf("app", app.componentName) };
  const places = volumePlaces(roles).map(({ host, source }) => {
    const own = volumeArgs(app, args, host, source, names);
    const called = calledByTransform(transform?.volume, resourceName(app, host, source), own, {
      parent: app,
    });
    return { volume: source, ...placeOf(host), ...called };
  });
  return new DataOf(
    app.componentName,
    { label: app.label, argument: "roles", ...names, data, places, ofImages: imagePlaces(roles) },
    { parent: app },
  );
}

/** Where roles may have volumes for what only their image names. */
function imagePlaces(roles: readonly Role[]): InputsOf<DataPlace>[] {
  return notCanaries(roles).flatMap((role) =>
    role.servers.map((host) => ({ volume: volumeOfImage(role), ...placeOf(host) })),
  );
}

/**
 * What a role's volumes for what only the image names are called, behind the name of the app's data and before the path. A canary has those of its
 * role.
 */
export const volumeOfImage = ({ name, beside }: Pick<Role, "name" | "beside">): string =>
  `${beside?.kind === "canary" ? beside.of : name}-image`;

/** Those of a role, as what makes a container of it wants to know. */
export function imageVolumesOf(app: Component, data: Names, role: Role): InputsOf<ImageVolumes> {
  const component = ownerOf("app", app.componentName);
  return { name: data.name, owner: data.owner, volume: volumeOfImage(role), component };
}

/** Makes them. @param names as `nameData` has kept them; @param chosen what the run releases */
export function makeVolumes(
  app: Component,
  args: AppArgs,
  roles: readonly Role[],
  names: Names,
  chosen: Chosen,
): Map<string, Volume> {
  return new Map(
    volumePlaces(roles).map(({ host, source }) => [
      keyOf(host, source),
      new Volume(
        ...transformed<VolumeArgs>(
          args.transform?.volume,
          resourceName(app, host, source),
          volumeArgs(app, args, host, source, names),
          dependingOn(host, {
            ...staying(
              "volume",
              !roles.some((role) => mounts(role, host, source) && chosen.has({ role, host })),
            ),
            parent: app,
          }),
        ),
      ),
    ]),
  );
}

const mounts = ({ servers, volumes = {} }: Role, host: Host, source: string): boolean =>
  servers.includes(host) && source in volumes;

/** The volumes that a role mounts on a host. */
export function volumesOn(made: AppVolumes, host: Host, { volumes = {} }: Role): Volume[] {
  return Object.keys(volumes).flatMap((source) => made.get(keyOf(host, source)) ?? []);
}

/** What a role mounts on a host: Docker volumes by the names that they were made with, or directories. */
export function mountsOn(
  made: AppVolumes,
  host: Host,
  { volumes = {} }: Role,
): Extract<ContainerArgs["volumes"], unknown[]> {
  return mountsOf({ volumes }).map(({ source, containerPath, options }) => ({
    ...(isPath(source)
      ? { hostPath: source }
      : { volumeName: made.get(keyOf(host, source))?.name ?? source }),
    containerPath,
    ...(options.length === 0 ? {} : { options }),
  }));
}

const keyOf = (host: Host, source: string): string => `${host.hostName}/${source}`;

const resourceName = ({ componentName }: Component, host: Host, source: string): string =>
  `${componentName}-${host.hostName}-${source}`;

function volumeArgs(
  app: Component,
  { data = "keep" }: AppArgs,
  host: Host,
  source: string,
  names: Names,
): VolumeArgs {
  return {
    ...placeOf(host),
    label: app.label,
    name: pulumi.interpolate`${names.name}-${source}`,
    owner: pulumi.interpolate`${names.owner}/${source}`,
    component: ownerOf("app", app.componentName),
    formerly: names.owner,
    data,
  };
}
