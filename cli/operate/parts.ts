/** What a stack runs on its hosts, from its state: pure. */
import { compare } from "../../provider/core/compare";
import { canariedRole } from "../../provider/release/canary-part";
import { proxyContainer } from "../../provider/release/proxy-names";
import { accessoryLabel, ownerLabel } from "../../provider/docker/container-body";
import { seconds, type Duration } from "../../provider/core/units";
import { jobLabel } from "../../provider/release/schedule";
import { plain, resourcesOf } from "../state";

/** A role of an app, one with a schedule, an accessory, or the proxies. */
export interface Part {
  readonly kind: "role" | "job" | "accessory" | "proxy";
  /** How a person names it: `shop/web`, `db`, `proxy`. */
  readonly name: string;
  /** Of a role: its app, and its own name. */
  readonly app?: string;
  readonly role?: string;
  /** The hosts that the state has it on, in the order of the program. */
  readonly hosts: readonly string[];
  /** The label by which its containers are known. */
  readonly label: readonly [name: string, value: string];
  /** Seconds that its containers have to stop, before they are killed. */
  readonly stopSeconds: number;
  /** How many of its containers a host has: more than one for a role with replicas. */
  readonly replicas: number;
  /**
   * The containers that count: their addresses in the state, by which Pulumi is told of them, where they are, and the name of one that is
   * Kamal's own still, as an accessory has taken it up.
   */
  readonly containers: readonly { readonly urn: string; readonly host: string; readonly kamals?: string }[];
  /** Of a canary: the name of the role whose visitors it has a part of, behind whose routes it is. */
  readonly canaryOf?: string;
  /** Of a canary: which container has a part of them on which host, as the proxy was told; none where a refresh found it otherwise. */
  readonly shares?: readonly Share[];
  /** Of a role with a schedule: when it runs, and what its timer is called on the host. */
  readonly job?: { readonly schedule: string; readonly timeZone: string; readonly name: string };
}

/** A canary's part of the visitors on a host. */
export interface Share {
  readonly host: string;
  readonly container: string;
  /** How many of a hundred. */
  readonly percent: number;
  /** How many more are named. */
  readonly named: number;
}

interface Resource {
  urn?: string;
  type: string;
  delete?: boolean;
  inputs?: {
    shell?: unknown;
    name?: unknown;
    labels?: unknown;
    destroyGraceSeconds?: unknown;
    role?: unknown;
    schedule?: unknown;
    timeZone?: unknown;
    stopTimeout?: unknown;
    container?: unknown;
    percent?: unknown;
    visitors?: unknown;
  };
  outputs?: { commands?: unknown; roles?: unknown; version?: unknown; kamals?: unknown; undone?: unknown };
}

/** Seconds that a container has to stop where nothing is said. */
const usualStop = 10;

/**
 * The parts: the apps by their names, with their roles in the order of the program, so that the first one is the primary one, and its first
 * host the one that ran the release command; then the accessories, then the proxies.
 */
export function partsOf(state: unknown): Part[] {
  const order = orderOf(state);
  const place = (part: Part, host = part.hosts[0] ?? ""): number => order.get(`${part.name}@${host}`) ?? 0;
  return unordered(state)
    .map((part) => ({
      ...part,
      hosts: part.hosts.toSorted((a, b) => place(part, a) - place(part, b) || compare(a, b)),
    }))
    .sort(
      (a, b) =>
        kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
        compare(a.app ?? a.name, b.app ?? b.name) ||
        place(a) - place(b),
    );
}

const kinds: readonly Part["kind"][] = ["role", "job", "accessory", "proxy"];

/** The places of roles on hosts in the program, which each app keeps: the engine takes up resources as they come. */
function orderOf(state: unknown): Map<string, number> {
  const order = new Map<string, number>();
  for (const [app, { roles }] of appsOf(state))
    for (const { name, hosts } of Array.isArray(roles) ? (roles as { name: string; hosts: string[] }[]) : [])
      for (const host of hosts) order.set(`${app}/${name}@${host}`, order.size);
  return order;
}

/** As the state has them. */
function unordered(state: unknown): Part[] {
  const parts = new Map<string, Omit<Part, "replicas">>();
  for (const resource of resourcesOf<Resource>(state)) {
    const { urn = "", type, delete: goes, inputs, outputs } = resource;
    const job = jobOf(resource);
    if (job !== undefined) parts.set(job.name, job);
    if (type !== "sextant:index:Container" || goes === true) continue;
    const labels = (inputs?.labels ?? {}) as Record<string, string>;
    const known = partBy(labels, inputs?.name);
    const host = (plain(inputs?.shell) as { name?: string } | undefined)?.name;
    if (known === undefined || host === undefined) continue;
    const before = parts.get(known.name);
    const kamals =
      outputs?.kamals === true && typeof inputs?.name === "string" ? { kamals: inputs.name } : undefined;
    parts.set(known.name, {
      ...known,
      // Kamal's own container has Kamal's labels alone.
      ...(kamals === undefined ? {} : { label: ["service", kamals.kamals] as const }),
      hosts: [...new Set([...(before?.hosts ?? []), host])],
      stopSeconds: Math.max(before?.stopSeconds ?? 0, Number(inputs?.destroyGraceSeconds ?? usualStop)),
      containers: [...(before?.containers ?? []), { urn, host, ...kamals }],
    });
  }
  const canaries = canariesOf(state);
  return [...parts.values()].map((part) => ({
    ...part,
    ...(part.kind === "role" ? canaries.get(part.name) : undefined),
    replicas: Math.max(
      ...part.hosts.map((host) => part.containers.filter((each) => each.host === host).length),
    ),
  }));
}

/** The canaries that are given visitors, by their names. */
function canariesOf(state: unknown): Map<string, Required<Pick<Part, "canaryOf" | "shares">>> {
  const canaries = new Map<string, Required<Pick<Part, "canaryOf" | "shares">>>();
  for (const { type, delete: goes, inputs = {}, outputs } of resourcesOf<Resource>(state)) {
    const host = (plain(inputs.shell) as { name?: string } | undefined)?.name;
    if (type !== "sextant:index:Canary" || goes === true || host === undefined) continue;
    const [, , app = "", role = ""] = String(inputs.role).split("/");
    const { container, percent, visitors } = inputs;
    const share = {
      ...{ host, container: String(container), percent: Number(plain(percent)) },
      named: Array.isArray(visitors) ? visitors.length : 0,
    };
    const name = `${app}/${role}`;
    canaries.set(name, {
      canaryOf: canariedRole(name),
      shares: [...(canaries.get(name)?.shares ?? []), ...(outputs?.undone === true ? [] : [share])],
    });
  }
  return canaries;
}

/** A role with a schedule. */
function jobOf({ urn = "", type, delete: goes, inputs = {} }: Resource): Omit<Part, "replicas"> | undefined {
  const { role, schedule, timeZone, name, stopTimeout } = inputs;
  const host = (plain(inputs.shell) as { name?: string } | undefined)?.name;
  if (type !== "sextant:index:Schedule" || goes === true || host === undefined) return undefined;
  if (typeof role !== "string" || typeof name !== "string") return undefined;
  const [, , app = "", own = ""] = role.split("/");
  return {
    ...{ kind: "job", name: `${app}/${own}`, app, role: own, hosts: [host] },
    label: [jobLabel, role],
    stopSeconds: seconds(stopTimeout as Duration),
    containers: [{ urn, host }],
    job: { schedule: String(schedule), timeZone: String(timeZone), name },
  };
}

function partBy(
  labels: Readonly<Record<string, string>>,
  name: unknown,
): Omit<Part, "hosts" | "containers" | "stopSeconds" | "replicas"> | undefined {
  const {
    "sextant.role": label,
    "sextant.app": app,
    [accessoryLabel]: accessory,
    [ownerLabel]: owner,
  } = labels;
  if (label !== undefined && app !== undefined) {
    const role = label.split("/").at(-1) ?? "";
    return { kind: "role", name: `${app}/${role}`, app, role, label: ["sextant.role", label] };
  }
  if (accessory !== undefined && owner !== undefined)
    return { kind: "accessory", name: accessory, label: [ownerLabel, owner] };
  const proxy = labels["sextant.proxy"];
  return proxy !== undefined && name === proxyContainer
    ? { kind: "proxy", name: "proxy", label: ["sextant.proxy", proxy] }
    : undefined;
}

/** What the apps of the stack say of themselves, by their names. */
function appsOf(state: unknown): [name: string, outputs: NonNullable<Resource["outputs"]>][] {
  return resourcesOf<Resource>(state).flatMap(({ urn = "", type, outputs = {} }) =>
    type === "sextant:index:App" ? [[urn.split("::").at(-1) ?? "", outputs]] : [],
  );
}

/** The commands that the apps of the stack have names for: `console`, and what else the program says. By app, then by name. */
export function commandsOf(state: unknown): Map<string, Readonly<Record<string, readonly string[]>>> {
  return new Map(
    appsOf(state).flatMap(([app, { commands }]) =>
      commands === undefined ? [] : [[app, commands as Record<string, string[]>] as const],
    ),
  );
}

/** The releases that serve: known once the last host was switched. */
export function versionsOf(state: unknown): string[] {
  return appsOf(state).flatMap(([, { version }]) => (typeof version === "string" ? [version] : []));
}
