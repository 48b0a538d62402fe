/** An accessory of Kamal's that an `Accessory` takes up: what is looked for, and where its data lies. */
import { isPath } from "../../provider/data/host-path";
import * as pulumi from "@pulumi/pulumi";
import type { InputsOf } from "../core/resource";
import type { Problem } from "../core/problem";
import type { DataOf, Names } from "../data/data";
import type { Volume } from "../docker/volume";
import type { DataInputs } from "../../provider/data/data";
import type { Mount } from "../../provider/docker/container-body";
import { kamalNetwork } from "../../provider/kamal/names";
import { mountsOf, type HostDirectory, type Mounted } from "./mounts";
import type { Host } from "../host/host";
import type { Data } from "../../provider/data/word";

/** What is said of it in the arguments of an accessory. */
interface TakingUp {
  takeOver?: string;
  server: Host;
  route?: object;
  data?: Data;
  service?: string;
  networks?: string[];
  volumes?: Record<string, string>;
  directories?: Record<string, string | HostDirectory>;
  files?: object;
}

/** What the resource of the data looks for. @param ownedBy the owner that the program's own container says, once it is there */
export function takeOverOf(
  { takeOver, volumes = {}, directories = {}, files = {} }: TakingUp,
  ownedBy: string,
): Pick<InputsOf<DataInputs>, "kamal"> {
  if (takeOver === undefined) return {};
  // A path of the host is where the program says.
  const named = Object.entries(volumes).filter(([source]) => !isPath(source));
  const paths = mountsOf({ volumes, directories })
    .filter(({ source }) => isPath(source))
    .map(({ source, containerPath }) => [containerPath, source]);
  return {
    kamal: {
      service: takeOver,
      volumes: Object.fromEntries(named),
      files: Object.keys(files).sort(),
      ...(paths.length === 0 ? {} : { paths: Object.fromEntries(paths) as Record<string, string> }),
      ownedBy,
    },
  };
}

/** What a volume is called: as Kamal's container has it, or by the name of the data. */
export function sourceOf(
  { name, taken }: Names & Pick<Partial<DataOf>, "taken">,
  volume: string,
): pulumi.Output<string> {
  const own = pulumi.interpolate`${name}-${volume}`;
  if (taken === undefined) return own;
  return pulumi.all([own, taken]).apply(([usual, found]) => found?.[volume]?.source ?? usual);
}

/** What is mounted in the container: what is taken up as Kamal's container has it. */
export function mountsFor(
  mounted: readonly Mounted[],
  volumes: Readonly<Record<string, Volume>>,
  taken: DataOf["taken"],
): pulumi.Input<InputsOf<Mount>[]> {
  const mounts = mounted.map(({ source, containerPath, options }) => ({
    ...(isPath(source) ? { hostPath: source } : { volumeName: volumes[source]?.name }),
    containerPath,
    ...(options.length === 0 ? {} : { options }),
  }));
  if (taken === undefined) return mounts;
  return pulumi.all([mounts, taken]).apply(([all, found]) =>
    all.map((mount, at) => ({
      ...mount,
      ...(found?.[mounted[at]?.source ?? ""]?.readOnly === true ? { readOnly: true } : {}),
    })),
  );
}

/**
 * The further Docker networks of the container: Kamal's containers have one that was taken up by the name that they knew, too, and Kamal's
 * proxy, which is in no other network, finds one that it routes to.
 */
export function alsoIn({ takeOver, server, route, networks = [] }: TakingUp): { also?: string[] } {
  const behindKamals = server.takeOver === "kamal" && route !== undefined;
  const ofKamals = takeOver !== undefined || behindKamals ? [kamalNetwork] : [];
  const also = [...new Set([...ofKamals, ...networks])];
  return also.length === 0 ? {} : { also };
}

/** What is wrong with taking up an accessory of Kamal's. */
export function checkTakeOver({ takeOver, server, data, service }: TakingUp): Problem[] {
  if (takeOver === undefined) return [];
  const problem = (argument: string, value: unknown, rule: string, cure: string): Problem => ({
    ...{ argument, value, rule, cure },
  });
  return [
    ...(/^[\w][\w.-]*$/.test(takeOver)
      ? []
      : [
          problem(
            "takeOver",
            takeOver,
            "Kamal's containers have names of letters, digits, dots, hyphens and underscores",
            'write it as docker ps shows it on the server, such as "shop-db"',
          ),
        ]),
    ...(service === undefined
      ? []
      : [
          problem(
            "service",
            service,
            `the container of Kamal's that is taken up has its name already, ${takeOver}`,
            "leave service out",
          ),
        ]),
    ...(server.takeOver === "kamal"
      ? []
      : [
          problem(
            "takeOver",
            takeOver,
            `${server.hostName} is not said to be a server of Kamal's`,
            'make it an ExistingServer with takeOver: "kamal"',
          ),
        ]),
    ...(data === "move" || data === "discard"
      ? [problem("data", data, "what Kamal has made stays where it lies", 'write "keep", or leave it out')]
      : []),
    ...(data === "leave"
      ? [
          problem(
            "data",
            data,
            `its data is that of Kamal's ${takeOver} wherever it is`,
            'write "keep", or leave it out, and make a second component without takeOver for one that begins without it',
          ),
        ]
      : []),
  ];
}
