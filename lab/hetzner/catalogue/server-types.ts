/**
 * The server types that Hetzner lists. The second generation of CX, and the first of CPX in Europe, were deprecated on 16 October
 * 2025 and are no longer known since 2026: docs.hetzner.cloud/changelog#2025-10-16-server-types-deprecated;
 * github.com/Dakera-AI/dakera-deploy/issues/187 has "Server Type not found: cx32".
 */
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
  /** Announced and last day, where the family is going to be sold no more. */
  deprecation: Deprecation | null;
}

const families: Record<string, Family> = {
  cx: {
    category: "cost_optimized",
    cpu: "shared",
    architecture: "x86",
    locations: europe,
    deprecation: null,
  },
  cpx: {
    category: "regular_purpose",
    cpu: "shared",
    architecture: "x86",
    locations: europe,
    deprecation: null,
  },
  cpxOld: {
    category: "regular_purpose",
    cpu: "shared",
    architecture: "x86",
    locations: overseas,
    deprecation: null,
  },
  cax: {
    category: "cost_optimized",
    cpu: "shared",
    architecture: "arm",
    locations: europe,
    deprecation: null,
  },
  ccx: {
    category: "general_purpose",
    cpu: "dedicated",
    architecture: "x86",
    locations: everywhere,
    deprecation: null,
  },
};

/** Family, id, name, cores, memory in GB, disk in GB, euro a month. */
const rows: [keyof typeof families & string, number, string, number, number, number, number][] = [
  ["cx", 114, "cx23", 2, 4, 40, 3.49],
  ["cx", 115, "cx33", 4, 8, 80, 5.49],
  ["cx", 116, "cx43", 8, 16, 160, 9.49],
  ["cx", 117, "cx53", 16, 32, 320, 17.49],
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
      deprecated: family.deprecation !== null,
      deprecation: family.deprecation,
      locations: family.locations.map((location) => ({
        id: locationNamed(location).id,
        name: location,
        available: true,
        recommended: family.deprecation === null && !overseas.includes(location),
        deprecation: family.deprecation,
      })),
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

/** What says that a type is sold out. */
export interface Stock {
  isSoldOut(type: string, location: string): boolean;
}

/** The type as it is listed while some places have none of it left. */
export function withStock(type: ServerType, stock: Stock): ServerType {
  const locations = type.locations.map((place) =>
    stock.isSoldOut(type.name, place.name) ? { ...place, available: false, recommended: false } : place,
  );
  return { ...type, locations };
}
