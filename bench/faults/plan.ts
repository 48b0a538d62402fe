/** Which fault strikes at which step: pure functions of the steps that clean runs have told. */
import { kindOf, type TimedStep } from "../../lab/events";

/** What a run of Pulumi changes. */
export const changes = ["release", "proxy", "accessory", "first", "server"] as const;
export type Change = (typeof changes)[number];

/** What goes wrong. */
export const faults = [
  "^C",
  "^C ^C",
  "kill -9 pulumi",
  "kill -9 program",
  "kill -9 plugin",
  "kill -9 ssh",
  "connection reset",
  "connection hangs",
  "host reset",
  "docker restarts",
] as const;
export type Fault = (typeof faults)[number];

/** Those that end a run at once, wherever it is. */
const abrupt: readonly Fault[] = ["^C ^C", "kill -9 pulumi"];
/** How many steps each fault strikes at least. */
const least = 3;

/** What the next `pulumi up` deploys: the same, a release more, or what was there before. */
export const nexts = ["same", "newer", "former"] as const;
export type Next = (typeof nexts)[number];

export interface Row {
  change: Change;
  fault: Fault;
  step: TimedStep;
  /** When within the step, from 0 for its beginning to 1 for its end. */
  moment: number;
  next: Next;
}

/** The steps of a clean run of each change. */
export type References = Readonly<Partial<Record<Change, readonly TimedStep[]>>>;

/** A kind of step of a change, and the steps of that kind. */
interface Place {
  change: Change;
  kind: string;
  steps: TimedStep[];
}

export interface Wish {
  /** Every fault at every kind of step, and not a choice of them. */
  all: boolean;
  /** Those rows alone whose title has it. */
  only: RegExp | undefined;
  /** A number from 0 to most, by what it is for. */
  draw: (what: string, most: number) => number;
}

const moments = [0, 0.5, 0.9];

/** `release: Switch update, ^C ^C` */
export const titleOf = ({ change, step, fault }: Pick<Row, "change" | "step" | "fault">): string =>
  `${change}: ${kindOf(step)}, ${fault}`;

/** The rows in the order in which they run: a change after the other. */
export function plan(references: References, { all, only, draw }: Wish): Row[] {
  const places = changes.flatMap((change) => placesOf(change, references[change] ?? []));
  const pairs = all ? places.flatMap((place) => faults.map((fault) => ({ place, fault }))) : covering(places);
  return pairs
    .map(({ place, fault }) => rowOf(place, fault, draw))
    .filter((row) => only === undefined || only.test(titleOf(row)))
    .sort((a, b) => changes.indexOf(a.change) - changes.indexOf(b.change));
}

function placesOf(change: Change, steps: readonly TimedStep[]): Place[] {
  const kinds = new Map<string, TimedStep[]>();
  for (const step of steps) {
    const kind = kindOf(step);
    kinds.set(kind, [...(kinds.get(kind) ?? []), step]);
  }
  return [...kinds].map(([kind, of]) => ({ change, kind, steps: of }));
}

interface Pair {
  place: Place;
  fault: Fault;
}

/**
 * Every kind of step with a fault that ends the run at once, every fault at three steps or more, and servers and first deploys with each of
 * those that end a run. What a new server has in common with other changes is struck there.
 */
function covering(places: readonly Place[]): Pair[] {
  const pairs: Pair[] = [];
  const known = new Set<string>();
  for (const place of places) {
    const isNew = !known.has(place.kind);
    known.add(place.kind);
    if (place.change === "server" && !isNew) continue;
    pairs.push({ place, fault: abrupt[pairs.length % abrupt.length] ?? "^C ^C" });
  }
  const add = (place: Place | undefined, fault: Fault): void => {
    if (place !== undefined && !pairs.some((each) => each.place === place && each.fault === fault))
      pairs.push({ place, fault });
  };
  const made = places.find(({ change, kind }) => change === "server" && /\bServer create$/.test(kind));
  for (const fault of ["^C", ...abrupt] as const) {
    add(made, fault);
    const first = places.filter(({ change }) => change === "first");
    if (!pairs.some((each) => each.place.change === "first" && each.fault === fault))
      add(first[Math.floor(first.length / 2)], fault);
  }
  // The others at steps of what is changed most often, spread over them.
  const often = places.filter(({ change }) => change !== "first" && change !== "server");
  const pool = often.length > 0 ? often : places;
  for (const [at, fault] of faults.entries()) {
    for (let tries = 0; tries < pool.length; tries += 1) {
      if (pairs.filter((each) => each.fault === fault).length >= least) break;
      const stride = Math.max(1, Math.round(pool.length / least));
      add(pool[(at + tries * stride + Math.floor(tries / least)) % pool.length], fault);
    }
  }
  return pairs;
}

function rowOf({ change, kind, steps }: Place, fault: Fault, draw: Wish["draw"]): Row {
  const what = `${change} ${kind} ${fault}`;
  const pick = <T>(of: string, from: readonly T[]): T => from[draw(`${of} of ${what}`, from.length - 1)] as T;
  const step = pick("step", steps);
  // What comes and goes is mostly taken back, which saves the run that would take it away before the next row.
  const often: readonly Next[] = change === "first" || change === "server" ? [...nexts, "former"] : nexts;
  // A server that was being made is taken up by a program that has it, and known to no other.
  const possible = /\bServer create$/.test(kind) ? often.filter((next) => next !== "former") : often;
  return { change, fault, step, moment: pick("moment", moments), next: pick("next", possible) };
}
