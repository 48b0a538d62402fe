/** A program, before it is text: what stands in it, and where. */
import { variableOf } from "../init/variable";
import type { Fields, Node } from "./node";
import type { Wanted } from "./secrets";

/** A machine that is there already. */
export interface Machine {
  /** Its name in the program. */
  readonly name: string;
  readonly address: Node;
  readonly fields: Fields;
}

export interface RegistryPart {
  readonly name: string;
  readonly fields: Fields;
}

export interface AccessoryPart {
  readonly name: string;
  readonly kind: "Postgres" | "MariaDb" | "MySql" | "Redis" | "Memcached" | "Accessory";
  /** The machines that have it, by name: one, or one of its own on each. */
  readonly machines: readonly string[];
  readonly fields: Fields;
  /** Whether requests come to it through the proxy of its machines. */
  readonly routed?: true;
}

export interface RolePart {
  readonly name: string;
  readonly machines: readonly string[];
  readonly fields: Fields;
}

export interface AppPart {
  /** What stands before the roles: the image and how requests come to it. */
  readonly head: Fields;
  readonly roles: readonly RolePart[];
  /** What stands behind them: what containers are run with. */
  readonly tail: Fields;
}

/** What one destination comes to. */
export interface Program {
  /** The name of the project and of the app. */
  readonly name: string;
  readonly registries: readonly RegistryPart[];
  readonly machines: readonly Machine[];
  /** The machines with a proxy, and its arguments. */
  readonly proxy?: {
    readonly kind: "Proxy" | "ExistingProxy";
    readonly machines: readonly string[];
    readonly fields: Fields;
  };
  readonly accessories: readonly AccessoryPart[];
  readonly app?: AppPart;
  /** The values that a stack has to be given by somebody. */
  readonly wanted: readonly Wanted[];
  /** The arguments of the image of the app, where the program builds it. */
  readonly image?: Fields;
}

/** Names that the program has already. */
const taken = [
  ...["config", "pulumi", "proxy", "app", "image", "version", "servers", "on", "map"],
  ...["letsEncrypt", "ownCertificate"],
];

/** A component's name as a variable: `web-1` as `web1`. */
export const variable = (name: string, kind = "App"): string => variableOf(name, taken, kind);

/** The variable of an accessory. */
export function accessoryVariable(name: string): string {
  return name === "registry" ? "registryAccessory" : variable(name, "Accessory");
}
