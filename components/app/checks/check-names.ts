/** What an app is called on its hosts, and what its children are called to Pulumi, against all other components of the program. */
import { isPath } from "../../../provider/data/host-path";
import type { Child } from "../../core/claimed-names";
import { hostWide } from "../../core/names";
import type { Wanted } from "../../data/same-name";
import type { Host } from "../../host/host";
import type { AppArgs } from "../args";
import { containerName, replicasOf, type Role } from "../plan";

/** A volume of an app on a host. */
export interface VolumePlace {
  readonly host: Host;
  readonly source: string;
  readonly path: string;
}

/** The Docker volumes of an app, each once a host. */
export function volumePlaces(roles: readonly Role[]): VolumePlace[] {
  const all = roles.flatMap(({ volumes = {}, servers }) =>
    Object.entries(volumes)
      .filter(([source]) => !isPath(source))
      .flatMap(([source, path]) => servers.map((host) => ({ host, source, path }))),
  );
  return [...new Map(all.map((each) => [`${each.host.hostName}/${each.source}`, each])).values()];
}

/** The names at Docker that are the same at each release, where nothing has been renamed. */
export function namesOf(app: string, args: AppArgs, roles: readonly Role[]): Wanted[] {
  const primary = roles[0]?.servers[0];
  const release: Wanted[] =
    args.release === undefined || primary === undefined
      ? []
      : [
          {
            host: primary,
            kind: "container",
            name: hostWide(`${app}-release`),
            argument: "name",
            value: app,
          },
        ];
  return [
    ...release,
    ...volumePlaces(roles).map(({ host, source, path }) => ({
      host,
      kind: "volume" as const,
      name: `${hostWide(app)}-${source}`,
      argument: `volumes.${source}`,
      value: path,
    })),
  ];
}

/** The names of children that are joined of several. */
export function childrenOf(
  app: string,
  label: string,
  roles: readonly Role[],
): { roles: Child[]; volumes: Child[] } {
  return {
    roles: roles.flatMap((role) =>
      role.servers.flatMap(({ hostName }) =>
        replicasOf(role).map((replica) => ({
          name: containerName(app, role.name, hostName, replica),
          argument: replica === 1 ? `roles.${role.name}` : `roles.${role.name}.replicas`,
          what: `${replica === 1 ? "" : `replica ${replica} of `}role ${role.name} on ${hostName} of ${label}`,
        })),
      ),
    ),
    volumes: volumePlaces(roles).map(({ host: { hostName }, source }) => ({
      name: `${app}-${hostName}-${source}`,
      argument: `volumes.${source}`,
      what: `the volume ${source} on ${hostName} of ${label}`,
    })),
  };
}
