/** The arguments of a registry on a server, and what can be wrong with them. */
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { Transform } from "../core/component";
import type { AccessoryArgs } from "../accessory/args";
import type { Host } from "../host/host";
import { privateCure } from "../host/private-address";
import type { RegistryPruneArgs, RegistryTrustArgs } from "../host/step";

/** Arguments of `ServerRegistry`. */
export interface ServerRegistryArgs {
  /**
   * The host that it runs on, which always may use it.
   *
   * @edit refused at preview, as with any accessory that has data, unless `data` says what becomes of the images; their names stay
   */
  server: Host;
  /**
   * The other hosts that use it. With any, it listens on the server's address in the private network; with none, on the server itself
   * alone.
   *
   * @default none
   * @edit in place; with the first or without the last one the container is replaced, and the images stay
   * @example [web1, web2]
   */
  clients?: Host[];
  /**
   * How many images of each repository it keeps: those that were pushed last. What is older goes at the end of a `pulumi up` that has
   * pushed.
   *
   * @default 10
   * @edit in place
   */
  keep?: number;
  /** The port. @default 5000 @edit replaces the container; it is a part of the name of each image, which is built and pushed again */
  port?: number;
  /** The version, the tag of its image; 3 or newer. @default "3.0.0" @edit replaces the container; the images stay */
  version?: string;
  /** Its image, without the tag. @default "registry", the official one @edit replaces the container; the images stay */
  image?: string;
  /** Limits. @default none @edit memory in place; cores replace the container */
  resources?: NonNullable<AccessoryArgs["resources"]>;
  /** What becomes of the images when it is removed, moved or destroyed; see `Accessory`. @default "keep" @edit in the state only */
  data?: NonNullable<AccessoryArgs["data"]>;
  /** Changes a child before it is made. @default none @edit what the changed argument of the child does */
  transform?: Omit<NonNullable<AccessoryArgs["transform"]>, "directories" | "switch"> & {
    /** What lets each host use it. */
    trust?: Transform<RegistryTrustArgs>;
    /** What removes its older images. */
    prune?: Transform<RegistryPruneArgs>;
  };
}

/**
 * The first whose garbage collection knows the parts of an image for several platforms (distribution v3.0.0
 * registry/storage/garbagecollect.go, unmarkReferencedManifest).
 */
const leastMajor = 3;

/** What is wrong with the arguments of a registry on a server. */
export function checkServerRegistry({
  server,
  clients = [],
  keep,
  port,
  version,
}: ServerRegistryArgs): Problem[] {
  return [
    ...check.port("port", port),
    ...(version === undefined || Number.parseInt(version, 10) >= leastMajor
      ? []
      : [
          {
            argument: "version",
            value: version,
            rule: "what frees the space of older images would take newer ones for several platforms with them before version 3",
            cure: 'give one such as "3.0.0", or leave it out',
          },
        ]),
    ...(keep === undefined || (Number.isInteger(keep) && keep >= 2)
      ? []
      : [
          {
            argument: "keep",
            value: keep,
            rule: "with fewer than two images there is none to go back to",
            cure: "give a whole number from 2 on, or leave it out for 10",
          },
        ]),
    ...[server, ...clients].flatMap((host, at): Problem[] => {
      const others = clients.filter(({ hostName }) => hostName !== server.hostName);
      const alone = host.exposure !== undefined && !host.exposure.inPrivateNetwork;
      if (others.length === 0 || !alone) return [];
      return [
        {
          argument: at === 0 ? "server" : `clients[${at - 1}]`,
          value: host.hostName,
          rule: "it is in no private network, by which the hosts reach the registry",
          cure: `${privateCure([host], "the Network of the others")}, or use a registry elsewhere with a Registry`,
        },
      ];
    }),
  ];
}
