/** Asks Hetzner what a server needs to know before it is made. */
import * as pulumi from "@pulumi/pulumi";
import type { Findings } from "../core/problem";
import { accessOf, ask } from "../hetzner/ask";
import { factsOf, questions, type KnownKey, type KnownServer } from "../hetzner/facts";
import type { ServerArgs } from "./args";
import { checkOffer, type Wanted } from "./checks/check-offer";

/** What Hetzner said, as far as this server is concerned. */
export interface Offer extends Findings {
  /** The SSH keys that are there; none where it was not asked. */
  readonly keys: readonly KnownKey[];
  /** The servers that are there; none where it was not asked. */
  readonly servers: readonly KnownServer[];
}

const unasked: Offer = { refused: [], warned: [], keys: [], servers: [] };

/** The runs of programs that were told that Hetzner could not be asked: once is enough for all servers. */
const told = new WeakSet();

/** Asks, where a token is there. */
export function askFor(name: string, args: ServerArgs, provider: pulumi.ProviderResource | undefined): Offer {
  const access = accessOf(provider);
  if (access === undefined) return unasked;
  const wanted = wantedOf(name, args);
  const asked = questions(wanted.image);
  const facts = factsOf(asked, ask(access, Object.values(asked)));
  const { keys = [], servers = [] } = facts;
  const run = pulumi.runtime.getStackResource() ?? access;
  if (facts.unread !== undefined && told.has(run)) delete facts.unread;
  if (facts.unread !== undefined) told.add(run);
  // What a transform makes of the arguments is not known here.
  if (args.transform?.server !== undefined && facts.tokenRefused !== true)
    return { ...unasked, keys, servers };
  return { ...checkOffer(wanted, facts), keys, servers };
}

function wantedOf(name: string, args: ServerArgs): Wanted {
  const network = args.network !== undefined && "ip" in args.network ? args.network.network : args.network;
  return {
    name: typeof args.name === "string" ? args.name : name,
    autonamed: args.name === false,
    type: args.type,
    location: args.location,
    image: args.image ?? "debian-12",
    networkZone: network?.zone,
    sshKeys: (args.sshKeys ?? []).filter((key) => typeof key === "string"),
  };
}
