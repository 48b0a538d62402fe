/** The rollout of a release as plain values: which steps there are, and which of them each one waits for. Pure. */
import { seconds } from "../../provider/core/units";
import type { AppArgs } from "./args";
import {
  assetPathOf,
  batches,
  isCanary,
  isReader,
  notCanaries,
  replicasOf,
  routesTo,
  type Placement,
  type Role,
} from "./plan";

/** A step of a rollout. */
export type RolloutStep = {
  /** By which the steps after it name it. */
  readonly key: string;
  /** The keys of the steps that it waits for; those that these wait for are not named again. */
  readonly after: readonly string[];
} & (
  | PlacedStep
  /** @property batch what was released before it; @property next what comes after it */
  | { readonly kind: "wait"; readonly batch: readonly Placement[]; readonly next: readonly Placement[] }
  /** @property number the place of the batch, from 1 */
  | {
      readonly kind: "hook";
      readonly when: BatchHook;
      readonly number: number;
      readonly batch: readonly Placement[];
    }
);

/** When a hook of a batch runs. */
export type BatchHook = "beforeBatch" | "afterBatch";

/** A step for a role on a host, or for one of its containers there, which have numbers from 1 on. */
type PlacedStep = { readonly placement: Placement } & (
  | { readonly kind: "container"; readonly replica: number }
  /** @property lease seconds that the container may wait for its switch; 0 where it has none */
  | { readonly kind: "ready"; readonly replica: number; readonly lease: number }
  /** @property route which of the role's routes; undefined for a worker */
  | { readonly kind: "switch"; readonly route: number | undefined }
  /** A canary gets its visitors. */
  | { readonly kind: "canary" }
);

/** The steps of a rollout, each after those that it names. */
export interface Rollout {
  readonly steps: readonly RolloutStep[];
  /** The keys of the steps at the end of the release. */
  readonly last: readonly string[];
  /** The keys of the steps at the end of the canaries, behind those; none without a canary. */
  readonly canaries: readonly string[];
}

/** The key of what a rollout begins after: the pull, or the release command. */
export const begin = "begin";

/**
 * The key of a step, or of the one before the rollout that puts the assets of a role on a host.
 * @param at which of the role's routes, or of its containers on the host
 */
export function keyOf(kind: PlacedStep["kind"] | "assets", { role, host }: Placement, at?: number): string {
  return [kind, role.name, host.hostName, ...(at === undefined ? [] : [at])].join(" ");
}

/** The keys of a step for all containers of a role on a host. */
export function keysOf(kind: "container" | "ready", placement: Placement): string[] {
  return replicasOf(placement.role).map((replica) => keyOf(kind, placement, replica));
}

/** The key of the wait after a batch, by its place. */
export const waitKey = (at: number): string => `wait ${at + 1}`;

/** The key of a hook, by the place of its batch. */
export const hookKey = (when: BatchHook, at: number): string => `${when} ${at + 1}`;

/** The roles on hosts whose assets are put there, before the rollout. */
export function assetsOf(roles: readonly Role[]): Placement[] {
  return roles
    .filter((role) => assetPathOf(role) !== undefined)
    .flatMap((role) => role.servers.map((host) => ({ role, host })));
}

/**
 * Batch after batch: all containers, the gates of what has a route, those of the workers, then what is stopped first, and the switches
 * one after the other: one a route and host, for all containers of the role there. The assets of the release are on every host before the
 * first of them has its traffic, since a page of it may ask any host for them: also one of a later batch. Each step names the one before it
 * and not all that was before that: names of every host in every host's state would be most of it on many hosts.
 *
 * A role that reads for another one goes with it: it is checked before the switch of that one's routes, which lead to it, and its own switch
 * behind that stops its old containers. Canaries come behind all of the release, and nothing of it waits for them: the engine starts nothing more
 * once a step has failed (pulumi/pulumi pkg/resource/deploy/step_executor.go cancelDueToError), so that one that fails beside a batch would keep it back.
 *
 * @param hooks which hooks there are around each batch
 */
export function rollout(
  roles: readonly Role[],
  { batch: size, wait }: NonNullable<AppArgs["rollout"]> = {},
  hooks: readonly BatchHook[] = [],
): Rollout {
  const steps: RolloutStep[] = [];
  let before: string[] = [begin];
  let assets = assetsOf(roles).map((placement) => keyOf("assets", placement));
  const all = batches(notCanaries(roles), size);
  const hook = (when: BatchHook, at: number, batch: readonly Placement[]): void => {
    if (!hooks.includes(when)) return;
    const key = hookKey(when, at);
    steps.push({ kind: "hook", key, when, number: at + 1, batch, after: before });
    before = [key];
  };
  for (const [at, batch] of all.entries()) {
    hook("beforeBatch", at, batch);
    const found = rolloutOf(batch, before, assets);
    steps.push(...found.steps);
    before = [...found.last];
    assets = [];
    hook("afterBatch", at, batch);
    const next = all[at + 1];
    if (wait === undefined || next === undefined) continue;
    steps.push({ kind: "wait", key: waitKey(at), batch, next, after: before });
    before = [waitKey(at)];
  }
  const canaries = roles.filter(isCanary).flatMap((role) => role.servers.map((host) => ({ role, host })));
  return {
    steps: [...steps, ...canaries.flatMap((placement) => canarySteps(placement, before))],
    last: before,
    canaries: canaries.map((placement) => keyOf("canary", placement)),
  };
}

/** @param first what is to be done before the first switch, beside the checks of the batch */
function rolloutOf(
  batch: readonly Placement[],
  before: readonly string[],
  first: readonly string[],
): Pick<Rollout, "steps" | "last"> {
  const instead = batch.filter(({ role }) => role.strategy === "stop-first");
  const beside = batch.filter(({ role }) => role.strategy !== "stop-first");
  const readers = beside.filter(({ role }) => isReader(role));
  const routed = [...beside.filter(({ role }) => role.routes.length > 0), ...readers];
  const workers = beside.filter((placement) => !routed.includes(placement));
  const lease = leaseSeconds(batch);
  // A worker takes work as soon as it runs.
  const fit = gatesOf(routed);
  const gates = gatesOf([...routed, ...workers]);
  const started = [
    ...routed.flatMap((placement) => start(placement, before, lease)),
    ...workers.flatMap((placement) => start(placement, before, lease, fit)),
    // What must not run twice is stopped only when all else is known to be fit.
    ...instead.flatMap((placement) => start(placement, [...before, ...gates], 0)),
  ];
  const switches: RolloutStep[] = [];
  let last = [...gates, ...gatesOf(instead), ...first];
  for (const placement of [...routed, ...workers]) {
    const own = switchesOf(placement, last);
    switches.push(...own);
    last = own.map(({ key }) => key);
  }
  return { steps: [...started, ...switches], last };
}

/** Its container, its check, and that it gets its visitors, one host beside the other. */
function canarySteps(placement: Placement, before: readonly string[]): RolloutStep[] {
  const key = keyOf("canary", placement);
  return [
    ...start(placement, before, switchSeconds(placement.role) + 30),
    { kind: "canary", key, placement, after: keysOf("ready", placement) },
  ];
}

const gatesOf = (placements: readonly Placement[]): string[] =>
  placements.flatMap((placement) => keysOf("ready", placement));

/** @param before what the containers are made after; @param fit what has to be ready before they are started */
function start(
  placement: Placement,
  before: readonly string[],
  lease: number,
  fit: readonly string[] = [],
): RolloutStep[] {
  const containers = keysOf("container", placement);
  const assets = assetPathOf(placement.role) !== undefined ? [keyOf("assets", placement)] : [];
  const replicas = replicasOf(placement.role);
  const made = { kind: "container", placement, after: [...before, ...assets] } as const;
  // A check stops what runs without work, and has to know those beside it.
  const checked = { kind: "ready", placement, lease, after: [...containers, ...fit] } as const;
  return [
    ...replicas.map((replica) => ({ ...made, replica, key: keyOf("container", placement, replica) })),
    ...replicas.map((replica) => ({ ...checked, replica, key: keyOf("ready", placement, replica) })),
  ];
}

/** One for each route, one after the other; for a worker, one. */
function switchesOf(placement: Placement, last: readonly string[]): RolloutStep[] {
  const { routes } = placement.role;
  const after = [...new Set([...keysOf("ready", placement), ...last])];
  if (routes.length === 0)
    return [{ kind: "switch", key: keyOf("switch", placement), placement, route: undefined, after }];
  const keys = routes.map((_, at) => keyOf("switch", placement, at));
  return keys.map((key, at) => ({
    kind: "switch",
    key,
    placement,
    route: at,
    after: [...after, ...keys.slice(0, at)],
  }));
}

/** How long the switch of a role may take on a host: the proxy's own check, draining, and stopping the old containers. */
export function switchSeconds(role: Role): number {
  const drain = Math.max(0, ...routesTo(role).map(({ route }) => seconds(route.drainTimeout ?? "30s")));
  return seconds(role.readyTimeout ?? "60s") + drain + seconds(role.stopTimeout ?? "30s");
}

/**
 * How long a ready container may wait for its switch: the workers, and what is stopped first, may take their time to become ready,
 * and all the switches before it may drain and stop to their limits.
 */
export function leaseSeconds(batch: readonly Placement[]): number {
  const roles = batch.map(({ role }) => role);
  const instead = roles.filter(({ strategy }) => strategy === "stop-first");
  const workers = roles.filter((role) => routesTo(role).length === 0 && !instead.includes(role));
  const ready = (some: readonly Role[]): number[] =>
    some.map(({ readyTimeout }) => seconds(readyTimeout ?? "60s"));
  const stop = instead.map(({ stopTimeout }) => seconds(stopTimeout ?? "30s"));
  const waits = [ready(workers), ready(instead), stop].reduce((sum, all) => sum + Math.max(0, ...all), 0);
  const switches = roles.filter((role) => !instead.includes(role)).map(switchSeconds);
  return waits + switches.reduce((sum, each) => sum + each, 0) + 30;
}
