/** Whether two descriptions of a machine are of the same one. Pure: it is decided from what the state and the program say. */
import { addressOf, type SshAddress } from "../ssh/address";

/** What Pulumi gives a provider at preview for what is known only later. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Where ssh reaches a machine. */
export type Way = Pick<SshAddress, "destination" | "port">;

/** A machine as the resources on it know it; at preview each member may be `unknownValue`. */
export interface Place {
  /** The host's name in the program. */
  host?: string | undefined;
  /** What is another one with another machine behind the same name: the id of a server that the program makes. */
  machine?: string | undefined;
  shell: SshAddress;
  /** Where it is reached, while `shell` is not known: at the preview of a first run, where the key that will answer is not. */
  way?: Way | undefined;
}

/** A place as the state has it: what says no more than `shell` is left out. What a preview has a text without meaning for stays so. */
export function withoutWay<Known extends { shell: SshAddress; way?: Way | undefined }>(place: Known): Known {
  if (!isKnown(place.shell)) return place;
  const { way: _, ...rest } = place;
  return rest as Known;
}

/**
 * - `same`: the same machine, or nothing says otherwise;
 * - `moved`: another host of the program;
 * - `replaced`: another machine behind the same `Server`;
 * - `readdressed`: the same `ExistingServer` at another address, which only a look there can tell from another machine.
 */
export type Relation = "same" | "moved" | "replaced" | "readdressed";

/** How the machine of before and that of now are related. */
export function relation(old: Place, now: Place): Relation {
  const made = old.machine !== undefined && now.machine !== undefined;
  if (made && old.machine === now.machine) return "same";
  const [before, after] = [wayTo(old), wayTo(now)];
  if (!made && after !== undefined && before === after) return "same";
  const [was, is] = [nameOf(old), nameOf(now)];
  if (is === undefined || was === undefined) return "same";
  if (was !== is) return "moved";
  if (made) return "replaced";
  // A state that was written before machines were kept tells nothing.
  if (old.machine !== now.machine) return old.host === undefined ? "same" : "moved";
  // Nobody can be asked who answers there yet.
  return after === undefined || !isKnown(now.shell) ? "same" : "readdressed";
}

function nameOf({ host, shell }: Place): string | undefined {
  if (host !== undefined && host !== unknownValue) return host;
  return isKnown(shell) ? shell.name : undefined;
}

function wayTo({ shell, way }: Place): string | undefined {
  const known = isKnown(shell) ? shell : isKnown(way) ? way : undefined;
  return known === undefined || [known.destination, known.port].includes(unknownValue)
    ? undefined
    : `${addressOf(known)} ${known.port}`;
}

function isKnown<Known extends object>(value: Known | undefined): value is Known {
  return typeof value === "object";
}
