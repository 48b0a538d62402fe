/** Which role of Kamal's an app's role takes the place of. Pure. */
import type { KamalRole } from "../../provider/kamal/names";

/** Kamal's app whose place this one takes. */
export interface TakeOver {
  /** Its `service`, as config/deploy.yml has it. @example "shop" */
  service: string;
  /** The destination that it was deployed with. @default none */
  destination?: string;
  /**
   * What roles are called there, by their names here; one that Kamal has not is a new one.
   *
   * @default by the same names
   * @example { "web-eu": "web" }
   */
  roles?: Record<string, string>;
}

/** Kamal's role whose place a role takes; undefined where it takes none. */
export function takenOver(takeOver: TakeOver | undefined, role: string): KamalRole | undefined {
  if (takeOver === undefined) return undefined;
  const { service, destination, roles = {} } = takeOver;
  return { service, role: roles[role] ?? role, ...(destination === undefined ? {} : { destination }) };
}
