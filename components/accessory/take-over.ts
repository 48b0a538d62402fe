/** An accessory of Kamal's that an `Accessory` takes up: what is looked for, and where its data lies. */
import * as pulumi from "@pulumi/pulumi";
import type { InputsOf } from "../core/resource";
import type { Problem } from "../core/problem";
import type { DataOf, Names } from "../data/data";
import type { Volume } from "../docker/volume";
import type { DataInputs } from "../../provider/data/data";
import type { Mount } from "../../provider/docker/container-body";
import type { AccessoryArgs } from "./args";

/** What the resource of the data looks for. @param ownedBy the owner that the program's own container says, once it is there */
export function takeOverOf(
  { takeOver, volumes = {}, files = {} }: AccessoryArgs,
  ownedBy: string,
): Pick<InputsOf<DataInputs>, "kamal"> {
  if (takeOver === undefined) return {};
  return { kamal: { service: takeOver, volumes, files: Object.keys(files).sort(), ownedBy } };
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

/** What is mounted in the container. */
export function mountsFor(
  paths: Readonly<Record<string, string>>,
  volumes: Readonly<Record<string, Volume>>,
  taken: DataOf["taken"],
): pulumi.Input<InputsOf<Mount>[]> {
  const mounts = Object.entries(paths).map(([volume, containerPath]) => ({
    volumeName: volumes[volume]?.name,
    containerPath,
  }));
  if (taken === undefined) return mounts;
  const names = Object.keys(paths);
  return pulumi.all([mounts, taken]).apply(([all, found]) =>
    all.map((mount, at) => ({
      ...mount,
      ...(found?.[names[at] ?? ""]?.readOnly === true ? { readOnly: true } : {}),
    })),
  );
}

/** What is wrong with taking up an accessory of Kamal's. */
export function checkTakeOver({ takeOver, server, data }: AccessoryArgs): Problem[] {
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
      ? [
          problem(
            "data",
            data,
            "what Kamal has made stays where it lies",
            'write "keep", or "leave" to begin without it on another server',
          ),
        ]
      : []),
  ];
}
