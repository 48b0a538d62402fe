/**
 * Hetzner's server types as plain data, so that processors, memory and architecture are known at preview. A type that is
 * not here works as well; what is known only from this table is then not checked.
 */
import type { Architecture } from "../host/host";

export interface ServerType {
  readonly cores: number;
  readonly memoryMb: number;
  readonly architecture: Architecture;
}

/** An architecture's types: cores and memory in GB, by name. */
type Family = [Architecture, Record<string, readonly [cores: number, memoryGb: number]>];

/** What Hetzner sells: one line a family. */
const sold: Family[] = [
  ["amd64", { cx23: [2, 4], cx33: [4, 8], cx43: [8, 16], cx53: [16, 32] }],
  ["amd64", { cpx11: [2, 2], cpx21: [3, 4], cpx31: [4, 8], cpx41: [8, 16], cpx51: [16, 32] }],
  [
    "amd64",
    { cpx12: [1, 2], cpx22: [2, 4], cpx32: [4, 8], cpx42: [8, 16], cpx52: [12, 24], cpx62: [16, 32] },
  ],
  [
    "amd64",
    { ccx13: [2, 8], ccx23: [4, 16], ccx33: [8, 32], ccx43: [16, 64], ccx53: [32, 128], ccx63: [48, 192] },
  ],
  ["arm64", { cax11: [2, 4], cax21: [4, 8], cax31: [8, 16], cax41: [16, 32] }],
];

/** What no new server can be made of. Servers of these types run on, and so do the checks of what is on them. */
const retired: Family[] = [
  ["amd64", { cx11: [1, 2], cx21: [2, 4], cx31: [2, 8], cx41: [4, 16], cx51: [8, 32] }],
  ["amd64", { cx22: [2, 4], cx32: [4, 8], cx42: [8, 16], cx52: [16, 32] }],
  [
    "amd64",
    { ccx12: [2, 8], ccx22: [4, 16], ccx32: [8, 32], ccx42: [16, 64], ccx52: [32, 128], ccx62: [48, 192] },
  ],
];

/** The names of the types that can be ordered somewhere. */
export const soldTypes: readonly string[] = sold.flatMap(([, types]) => Object.keys(types));

/** All known server types. */
export const serverTypes: ReadonlyMap<string, ServerType> = new Map(
  [...sold, ...retired].flatMap(([architecture, types]) =>
    Object.entries(types).map(([name, [cores, memoryGb]]): [string, ServerType] => [
      name,
      { cores, memoryMb: memoryGb * 1024, architecture },
    ]),
  ),
);

/** Up to this much memory, a server gets swap: two releases run side by side for some seconds in each deploy. */
export const smallMemoryMb = 4096;
