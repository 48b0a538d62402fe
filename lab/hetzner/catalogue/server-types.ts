/** The server types that Hetzner sells, and those that it no longer sells but still lists. */
import { locationNamed } from "./locations";
import { monthly, type LocationPrice } from "./prices";

export interface Deprecation {
  announced: string;
  unavailable_after: string;
}

export interface ServerType {
  id: number;
  name: string;
  description: string;
  category: string;
  cores: number;
  memory: number;
  disk: number;
  prices: LocationPrice[];
  storage_type: "local";
  cpu_type: "shared" | "dedicated";
  architecture: "x86" | "arm";
  included_traffic: 0;
  deprecated: boolean;
  deprecation: Deprecation | null;
  locations: {
    id: number;
    name: string;
    available: boolean;
    recommended: boolean;
    deprecation: Deprecation | null;
  }[];
}

const europe = ["fsn1", "nbg1", "hel1"];
const everywhere = [...europe, "ash", "hil", "sin"];
const overseas = ["ash", "hil", "sin"];

interface Family {
  category: string;
  cpu: "shared" | "dedicated";
  architecture: "x86" | "arm";
  locations: string[];
  /** Locations where the family can no longer be ordered. */
  deprecatedAt: string[];
}

const families: Record<string, Family> = {
  cx: { category: "cost_optimized", cpu: "shared", architecture: "x86", locations: europe, deprecatedAt: [] },
  cxOld: {
    category: "cost_optimized",
    cpu: "shared",
    architecture: "x86",
    locations: europe,
    deprecatedAt: europe,
  },
  cpx: {
    category: "regular_purpose",
    cpu: "shared",
    architecture: "x86",
    locations: europe,
    deprecatedAt: [],
  },
  cpxOld: {
    category: "regular_purpose",
    cpu: "shared",
    architecture: "x86",
    locations: everywhere,
    deprecatedAt: europe,
  },
  cax: {
    category: "cost_optimized",
    cpu: "shared",
    architecture: "arm",
    locations: europe,
    deprecatedAt: [],
  },
  ccx: {
    category: "general_purpose",
    cpu: "dedicated",
    architecture: "x86",
    locations: everywhere,
    deprecatedAt: [],
  },
};

/** Announced and last day of the Intel and AMD types that were followed by newer ones. */
const replaced: Deprecation = {
  announced: "2025-10-16T06:00:00Z",
  unavailable_after: "2026-01-01T00:00:00Z",
};

/** Family, id, name, cores, memory in GB, disk in GB, euro a month. */
const rows: [keyof typeof families & string, number, string, number, number, number, number][] = [
  ["cx", 114, "cx23", 2, 4, 40, 3.49],
  ["cx", 115, "cx33", 4, 8, 80, 5.49],
  ["cx", 116, "cx43", 8, 16, 160, 9.49],
  ["cx", 117, "cx53", 16, 32, 320, 17.49],
  ["cxOld", 104, "cx22", 2, 4, 40, 3.79],
  ["cxOld", 105, "cx32", 4, 8, 80, 6.8],
  ["cxOld", 106, "cx42", 8, 16, 160, 16.4],
  ["cxOld", 107, "cx52", 16, 32, 320, 32.4],
  ["cpx", 108, "cpx12", 1, 2, 40, 4.49],
  ["cpx", 109, "cpx22", 2, 4, 80, 5.99],
  ["cpx", 110, "cpx32", 4, 8, 160, 10.49],
  ["cpx", 111, "cpx42", 8, 16, 320, 19.49],
  ["cpx", 112, "cpx52", 12, 24, 480, 28.49],
  ["cpx", 113, "cpx62", 16, 32, 640, 38.99],
  ["cpxOld", 22, "cpx11", 2, 2, 40, 4.35],
  ["cpxOld", 23, "cpx21", 3, 4, 80, 7.55],
  ["cpxOld", 24, "cpx31", 4, 8, 160, 13.6],
  ["cpxOld", 25, "cpx41", 8, 16, 240, 25.2],
  ["cpxOld", 26, "cpx51", 16, 32, 360, 54.9],
  ["cax", 45, "cax11", 2, 4, 40, 3.79],
  ["cax", 93, "cax21", 4, 8, 80, 6.49],
  ["cax", 94, "cax31", 8, 16, 160, 12.49],
  ["cax", 95, "cax41", 16, 32, 320, 24.49],
  ["ccx", 96, "ccx13", 2, 8, 80, 12.49],
  ["ccx", 97, "ccx23", 4, 16, 160, 24.49],
  ["ccx", 98, "ccx33", 8, 32, 240, 48.49],
  ["ccx", 99, "ccx43", 16, 64, 360, 96.49],
  ["ccx", 100, "ccx53", 32, 128, 600, 192.49],
  ["ccx", 101, "ccx63", 48, 192, 960, 288.49],
];

export const serverTypes: ServerType[] = rows
  .map(([familyName, id, name, cores, memory, disk, euro]): ServerType => {
    const family = families[familyName] as Family;
    const gone = family.deprecatedAt.length === family.locations.length;
    return {
      id,
      name,
      description: name.toUpperCase().replace(/^([A-Z]+)(\d+)$/, "$1 $2"),
      category: family.category,
      cores,
      memory,
      disk,
      prices: monthly(euro, family.locations),
      storage_type: "local",
      cpu_type: family.cpu,
      architecture: family.architecture,
      included_traffic: 0,
      deprecated: gone,
      deprecation: gone ? replaced : null,
      locations: family.locations.map((location) => {
        const deprecated = family.deprecatedAt.includes(location);
        return {
          id: locationNamed(location).id,
          name: location,
          available: !deprecated,
          recommended: !deprecated && !overseas.includes(location),
          deprecation: deprecated ? replaced : null,
        };
      }),
    };
  })
  .sort((a, b) => a.id - b.id);

/** Why a type cannot be ordered at a location at a time, or undefined when it can. */
export function orderProblem(type: ServerType, location: string, now = new Date()): string | undefined {
  const place = type.locations.find((each) => each.name === location);
  if (!place) {
    const places = type.locations.map((each) => each.name).join(", ");
    return `server type ${type.name} is not offered in ${location}; it is in ${places}`;
  }
  if (place.deprecation && new Date(place.deprecation.unavailable_after) <= now) {
    const day = place.deprecation.unavailable_after.slice(0, 10);
    return `server type ${type.name} can no longer be ordered in ${location} since ${day}; see GET /server_types for those that can`;
  }
  return undefined;
}
