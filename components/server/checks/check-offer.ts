/** What Hetzner would refuse at `pulumi up`, found by asking it at preview: pure, on what it has said. */
import type { Findings, Problem } from "../../core/problem";
import type { Deprecation, Facts, KnownServer, OfferedType } from "../../hetzner/facts";
import type { Check } from "../../core/check";

export const hetznerCheck: Check = {
  id: "hetzner",
  title: "What Hetzner has",
  effect: "refused or warned",
  why: "Type, location, image, SSH keys, the network's zone and the token would fail in `pulumi up` only, after other things have been made. So where a token is there, as `hcloud:token` or `HCLOUD_TOKEN`, Hetzner is asked, once a run and for five seconds at most. Refused is what it does not have. Warned is what it may not have when `pulumi up` comes: a type that is sold out at the moment, or that goes soon, and a key of `sshKeys` that is not there, unless the program makes it. A server that is there already is asked nothing for, also where its type is sold no more. With a provider of the program's own, or with `transform.server`, nothing is asked. What remains for `pulumi up` is in [Troubleshooting](troubleshooting.md#hetzner).",
  says: [
    'Server "web-1": type is "CX23", but Hetzner has no such server type; write "cx23" (npx sextant docs checks#hetzner).',
    'Server "web-1": type is "cx23", but Hetzner has none of it left in fsn1 at the moment; take it in nbg1 or hel1, take another type, such as cx33, or try later (npx sextant docs checks#hetzner).',
    'Server "web-1": the API token is unknown to Hetzner; make one in the project\'s Console, under Security, with read and write, and set it by pulumi config set --secret hcloud:token, or as HCLOUD_TOKEN (npx sextant docs checks#hetzner).',
  ],
};

/** What of a server Hetzner may refuse. */
export interface Wanted {
  /** The name at Hetzner; the beginning of it where Pulumi adds an end. */
  name: string;
  /** Whether Pulumi adds an end to the name. */
  autonamed: boolean;
  type: string;
  location: string | undefined;
  image: string;
  /** The zone of its private network. */
  networkZone: string | undefined;
  /** Keys at Hetzner, of those whose names are plain. */
  sshKeys: readonly string[];
}

/** What is refused and warned of a server that is to be made. One that is there already runs on with what it has. */
export function checkOffer(wanted: Wanted, facts: Facts, now = new Date()): Findings {
  if (facts.tokenRefused === true) return { refused: [badToken], warned: [] };
  const warned: Problem[] = facts.unread === undefined ? [] : [notAsked(facts.unread)];
  // Without the list of servers, a type that is sold no more may be that of a server which runs on.
  if (facts.servers === undefined) return { refused: [], warned };
  const there = facts.servers.filter((server) => isOf(wanted, server));
  if (there.some((server) => isAsWanted(wanted, server))) return { refused: [], warned };
  const refused = [
    ...checkLocation(wanted, facts),
    ...checkZone(wanted, facts),
    ...checkType(wanted, facts, now),
    ...(there.length === 0 ? checkImage(wanted, facts) : []),
  ];
  const doubtful = refused.length === 0 ? [...checkKeys(wanted, facts), ...doubts(wanted, facts, now)] : [];
  return { refused, warned: [...warned, ...doubtful] };
}

const badToken: Problem = {
  argument: "the API token",
  fault: "is unknown to Hetzner",
  cure: "make one in the project's Console, under Security, with read and write, and set it by pulumi config set --secret hcloud:token, or as HCLOUD_TOKEN",
  check: hetznerCheck,
};

function notAsked(why: string): Problem {
  return {
    argument: "the offer of Hetzner",
    fault: `could not be asked for, so that type, location and image are unchecked (${why})`,
    cure: "see pulumi up for what it refuses",
    check: hetznerCheck,
  };
}

function isOf({ name, autonamed }: Wanted, server: KnownServer): boolean {
  return server.name === name || (autonamed && server.name.startsWith(`${name}-`));
}

/** Nothing is ordered for a server that is there as it is wanted, also one of a type that is sold no more. */
function isAsWanted({ type, location }: Wanted, server: KnownServer): boolean {
  return server.server_type.name === type && (location === undefined || server.location.name === location);
}

function checkLocation({ location }: Wanted, { locations }: Facts): Problem[] {
  if (location === undefined || locations === undefined) return [];
  const names = locations.map(({ name }) => name);
  if (names.includes(location)) return [];
  return [problem("location", location, "Hetzner has no such location", `take one of ${names.join(", ")}`)];
}

function checkZone({ location, networkZone }: Wanted, { locations }: Facts): Problem[] {
  const zone = locations?.find(({ name }) => name === location)?.network_zone;
  if (zone === undefined || networkZone === undefined || zone === networkZone) return [];
  const inZone = locations?.filter((each) => each.network_zone === networkZone).map(({ name }) => name) ?? [];
  return [
    problem(
      "location",
      location,
      `it is in ${zone}, and the server's network in ${networkZone}`,
      `take ${inZone.join(" or ")}, or give the network zone: "${zone}"`,
    ),
  ];
}

/** A key that is named may be made by the same program. */
function checkKeys({ sshKeys }: Wanted, { keys }: Facts): Problem[] {
  if (keys === undefined) return [];
  const missing = sshKeys.filter((key) => !keys.some(({ id, name }) => name === key || String(id) === key));
  const there =
    keys.length === 0
      ? "there is none; leave sshKeys out"
      : `there is ${keys.map(({ name }) => name).join(", ")}`;
  return missing.map((key) => problem("sshKeys", key, "Hetzner has no SSH key of that name or id", there));
}

function checkType({ type, location }: Wanted, { types, locations }: Facts, now: Date): Problem[] {
  if (types === undefined || unknownLocation(location, locations)) return [];
  const offered = types.find(({ name }) => name === type);
  if (offered === undefined) {
    const lower = types.some(({ name }) => name === type.toLowerCase());
    const cure = lower
      ? `write "${type.toLowerCase()}"`
      : `take one of ${sold(types, location, now).join(", ")}`;
    return [problem("type", type, "Hetzner has no such server type", cure)];
  }
  const places = orderable(offered, now);
  if (places.length === 0) {
    return [
      problem(
        "type",
        type,
        "Hetzner sells it no more",
        `take one of ${sold(types, location, now).join(", ")}`,
      ),
    ];
  }
  if (location === undefined || places.includes(location)) return [];
  const cure = `take one of ${sold(types, location, now).join(", ")}, or ${type} in ${places.join(", ")}`;
  return [problem("type", type, `Hetzner does not sell it in ${location}`, cure)];
}

function unknownLocation(location: string | undefined, locations: Facts["locations"]): boolean {
  return location !== undefined && locations?.some(({ name }) => name === location) === false;
}

function checkImage({ image, type }: Wanted, { images, types }: Facts): Problem[] {
  if (images === undefined) return [];
  const cure = 'take "debian-12", or another name of hcloud image list';
  if (images.length === 0) return [problem("image", image, "Hetzner has no image of that name", cure)];
  const architecture = types?.find(({ name }) => name === type)?.architecture;
  if (architecture === undefined || images.some((each) => each.architecture === architecture)) return [];
  return [
    problem("image", image, `Hetzner has it for other machines than ${type}, which is ${architecture}`, cure),
  ];
}

/** What works now, and may not for long. */
function doubts({ type, location, image }: Wanted, { types, images }: Facts, now: Date): Problem[] {
  const offered = types?.find(({ name }) => name === type);
  const place = offered?.locations.find(({ name }) => name === location);
  const end = place?.deprecation ?? offered?.deprecation;
  const elsewhere = offered?.locations.filter(({ available }) => available).map(({ name }) => name) ?? [];
  const places = location === undefined ? offered?.locations : place && [place];
  const none = places !== undefined && places.length > 0 && places.every(({ available }) => !available);
  const old = images?.find(({ deprecated }) => typeof deprecated === "string");
  return [
    ...(end
      ? [
          problem(
            "type",
            type,
            `Hetzner sells it until ${day(end)}`,
            "take a newer one, where it is not needed",
          ),
        ]
      : []),
    ...(none
      ? [
          problem(
            "type",
            type,
            `Hetzner has none of it left${location === undefined ? "" : ` in ${location}`} at the moment`,
            [
              ...(elsewhere.length === 0 ? [] : [`take it in ${elsewhere.join(" or ")}`]),
              `take another type, such as ${inStock(types ?? [], location, now)
                .slice(0, 4)
                .join(", ")}`,
              "or try later",
            ].join(", "),
          ),
        ]
      : []),
    ...(old === undefined
      ? []
      : [problem("image", image, "Hetzner is going to remove it", "take a newer one")]),
  ];
}

function day({ unavailable_after }: Deprecation): string {
  return unavailable_after.slice(0, 10);
}

/** The locations at which a type can be ordered, whether it is in stock or not. */
function orderable({ deprecation, locations }: OfferedType, now: Date): string[] {
  const over = (end: Deprecation | null | undefined): boolean =>
    end !== null && end !== undefined && new Date(end.unavailable_after) <= now;
  return locations.filter((place) => !over(place.deprecation ?? deprecation)).map(({ name }) => name);
}

function sold(types: readonly OfferedType[], location: string | undefined, now: Date): string[] {
  return types
    .filter((type) => {
      const places = orderable(type, now);
      return location === undefined ? places.length > 0 : places.includes(location);
    })
    .map(({ name }) => name);
}

function inStock(types: readonly OfferedType[], location: string | undefined, now: Date): string[] {
  const names = sold(types, location, now);
  return types
    .filter(
      ({ name, locations }) =>
        names.includes(name) &&
        locations.some((place) => place.available && (location ?? place.name) === place.name),
    )
    .map(({ name }) => name);
}

function problem(argument: string, value: unknown, rule: string, cure: string): Problem {
  return { argument, value, rule, cure, check: hetznerCheck };
}
