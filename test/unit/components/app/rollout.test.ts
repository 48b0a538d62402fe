/** What holds for the order of every rollout, whatever roles, hosts and batches there are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batches, isCanary, replicasOf, type Placement, type Role } from "../../../../components/app/plan";
import {
  assetsOf,
  begin,
  hookKey,
  keyOf,
  keysOf,
  leaseSeconds,
  rollout,
  waitKey,
  type Rollout,
  type RolloutStep,
} from "../../../../components/app/rollout";
import type { AppArgs } from "../../../../components/app/args";
import type { Host } from "../../../../components/host/host";

type Batch = NonNullable<AppArgs["rollout"]>["batch"];

const role = fc.record({
  kind: fc.constantFrom("web", "worker", "stop-first"),
  routes: fc.integer({ min: 1, max: 3 }),
  readyTimeout: fc.constantFrom("10s", "2m"),
  stopTimeout: fc.constantFrom("5s", "1h"),
  assetPath: fc.option(fc.constant("/public"), { nil: undefined }),
  replicas: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
});
const fleet = fc
  .integer({ min: 1, max: 8 })
  .chain((size) => {
    const hosts = Array.from({ length: size }, (_, at) => ({ hostName: `h${at}` }) as Host);
    const placed = fc.tuple(role, fc.subarray(hosts, { minLength: 1 }));
    return fc.array(placed, { minLength: 1, maxLength: 4 });
  })
  .map((all) =>
    all.map(([{ kind, routes, readyTimeout, stopTimeout, assetPath, replicas }, servers], at) => ({
      name: `r${at}`,
      servers,
      readyTimeout,
      stopTimeout,
      assetPath,
      replicas: kind === "stop-first" ? undefined : replicas,
      strategy: kind === "stop-first" ? "stop-first" : undefined,
      routes: Array.from({ length: kind === "web" ? routes : 0 }, (_, each) => ({
        service: `r${at}-${each}`,
        route: {},
      })),
    })),
  ) as fc.Arbitrary<Role[]>;
const share: fc.Arbitrary<Batch> = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined });

/** All that has been done when a step is taken: what it waits for, and what that waits for. */
function waitedFor({ steps }: Rollout): (key: string) => Set<string> {
  const known = new Map<string, Set<string>>([[begin, new Set()]]);
  for (const { key, after } of steps)
    known.set(key, new Set(after.flatMap((each) => [each, ...(known.get(each) ?? [])])));
  return (key) => known.get(key) ?? new Set();
}

/** Half of them wait between batches. */
const rolling = (batch: Batch): NonNullable<AppArgs["rollout"]> =>
  batch !== undefined && Number(batch) % 2 === 0
    ? { batch, wait: "10s" }
    : { ...(batch === undefined ? {} : { batch }) };

const isFirst = ({ role: { strategy } }: Placement): boolean => strategy === "stop-first";
const hasRoute = ({ role: { routes } }: Placement): boolean => routes.length > 0;
const keys = (kind: "container" | "ready") => (placement: Placement) => keysOf(kind, placement);
const switchesOf = (placement: Placement): string[] => {
  if (isFirst(placement)) return [];
  if (!hasRoute(placement)) return [keyOf("switch", placement)];
  return placement.role.routes.map((_, at) => keyOf("switch", placement, at));
};

/** Tries something of each batch of every rollout. */
function ofEachBatch(
  check: (batch: Placement[], before: (key: string) => Set<string>, rolled: Rollout) => void,
): void {
  fc.assert(
    fc.property(fleet, share, (roles, size) => {
      const rolled = rollout(roles, rolling(size));
      const before = waitedFor(rolled);
      for (const batch of batches(roles, size)) check(batch, before, rolled);
    }),
  );
}

const assetKeys = (roles: readonly Role[]): string[] =>
  assetsOf(roles).map((placement) => keyOf("assets", placement));

describe("a rollout", () => {
  it("has the assets of a container on its host before it is made, and all of them before anything is switched", () => {
    fc.assert(
      fc.property(fleet, share, (roles, size) => {
        const { steps } = rollout(roles, rolling(size));
        const before = waitedFor({ steps, last: [], canaries: [] });
        for (const { role, host } of assetsOf(roles)) {
          expect(role.routes.length).toBeGreaterThan(0);
          for (const container of keysOf("container", { role, host }))
            expect(before(container)).toContain(keyOf("assets", { role, host }));
        }
        for (const step of steps.filter(({ kind }) => kind === "switch"))
          expect([...before(step.key)]).toEqual(expect.arrayContaining(assetKeys(roles)));
      }),
    );
  });

  it("has each container of every role on every host, a check of each, and one switch for each route or worker there, once", () => {
    fc.assert(
      fc.property(fleet, share, (roles, size) => {
        const { steps } = rollout(roles, rolling(size));
        const taken = steps.filter(({ kind }) => kind !== "wait").map((step) => step.key);
        const all = batches(roles, size)
          .flat()
          .flatMap((one) => [...keysOf("container", one), ...keysOf("ready", one), ...switchesOf(one)]);
        expect(taken.toSorted()).toEqual(all.toSorted());
        expect(new Set(taken).size).toBe(taken.length);
        const wanted = roles.reduce((sum, one) => sum + one.servers.length * (one.replicas ?? 1), 0);
        expect(steps.filter(({ kind }) => kind === "container")).toHaveLength(wanted);
        expect(steps.filter(({ kind }) => kind === "ready")).toHaveLength(wanted);
      }),
    );
  });

  it("names steps before each step alone, and begins after what comes first", () => {
    fc.assert(
      fc.property(fleet, share, (roles, size) => {
        const made = new Set([begin, ...assetKeys(roles)]);
        for (const { key: own, after } of rollout(roles, rolling(size)).steps) {
          expect(after.length).toBeGreaterThan(0);
          for (const each of after) expect(made).toContain(each);
          made.add(own);
        }
      }),
    );
  });

  it("switches nothing of a batch before every container of the batch has passed its check", () => {
    ofEachBatch((batch, before) => {
      const checks = batch.flatMap(keys("ready"));
      for (const change of batch.flatMap(switchesOf))
        expect([...before(change)]).toEqual(expect.arrayContaining(checks));
    });
  });

  it("checks no container of a role before all of them on its host are made, which a check leaves alone", () => {
    ofEachBatch((batch, before) => {
      for (const placement of batch)
        for (const check of keysOf("ready", placement))
          expect([...before(check)]).toEqual(expect.arrayContaining(keysOf("container", placement)));
    });
  });

  it("makes and checks the containers of a role on a host side by side", () => {
    ofEachBatch((batch, before) => {
      for (const placement of batch)
        for (const replica of replicasOf(placement.role)) {
          const own = before(keyOf("ready", placement, replica));
          for (const other of keysOf("ready", placement)) expect(own).not.toContain(other);
          for (const other of keysOf("container", placement))
            expect(before(keyOf("container", placement, replica))).not.toContain(other);
        }
    });
  });

  it("stops what must not run twice only when all else of its batch is fit", () => {
    ofEachBatch((batch, before) => {
      const others = batch.filter((one) => !isFirst(one)).flatMap(keys("ready"));
      for (const container of batch.filter(isFirst).flatMap(keys("container")))
        expect([...before(container)]).toEqual(expect.arrayContaining(others));
    });
  });

  it("starts a worker only when all that has a route in its batch is fit, and makes it beside them", () => {
    ofEachBatch((batch, before) => {
      const routed = batch.filter((one) => !isFirst(one) && hasRoute(one)).flatMap(keys("ready"));
      for (const worker of batch.filter((one) => !isFirst(one) && !hasRoute(one))) {
        for (const check of keysOf("ready", worker))
          expect([...before(check)]).toEqual(expect.arrayContaining(routed));
        for (const container of keysOf("container", worker))
          for (const check of routed) expect(before(container)).not.toContain(check);
      }
    });
  });

  it("makes nothing of a batch before the batch before it is done, and is done with the last of them", () => {
    fc.assert(
      fc.property(fleet, share, (roles, size) => {
        const rolled = rollout(roles, rolling(size));
        const before = waitedFor(rolled);
        let done: string[] = [];
        for (const batch of batches(roles, size)) {
          for (const container of batch.flatMap(keys("container")))
            expect([...before(container)]).toEqual(expect.arrayContaining(done));
          done = batch.flatMap((one) => [
            ...keysOf("container", one),
            ...keysOf("ready", one),
            ...switchesOf(one),
          ]);
        }
        const all = new Set(rolled.last.flatMap((each) => [each, ...before(each)]));
        expect([...all]).toEqual(expect.arrayContaining(rolled.steps.map((step) => step.key)));
      }),
    );
  });

  it("switches one after the other, the routes of a role on a host in their order", () => {
    fc.assert(
      fc.property(fleet, share, (roles, size) => {
        const rolled = rollout(roles, rolling(size));
        const before = waitedFor(rolled);
        const switches = rolled.steps.filter(({ kind }) => kind === "switch");
        for (const [at, { key: own }] of switches.entries())
          for (const earlier of switches.slice(0, at)) expect(before(own)).toContain(earlier.key);
      }),
    );
  });

  it("names in each switch but those of the first no more than its own checks, and what was switched just before", () => {
    ofEachBatch((batch, _before, { steps }) => {
      const own = steps.filter(
        ({ kind, key: each }) => kind === "switch" && batch.flatMap(switchesOf).includes(each),
      );
      const placements = [...new Set(own.flatMap((step) => ("placement" in step ? [step.placement] : [])))];
      for (const [at, placement] of placements.entries()) {
        const former = placements[at - 1];
        if (former === undefined) continue;
        const near = [...keysOf("ready", placement), ...switchesOf(placement), ...switchesOf(former)];
        for (const { after } of own.filter((step) => "placement" in step && step.placement === placement))
          for (const each of after) expect(near).toContain(each);
      }
    });
  });

  it("waits between two batches when one is done, once, and makes nothing of the next before; without a wait nothing waits", () => {
    fc.assert(
      fc.property(fleet, share, fc.boolean(), (roles, size, waits) => {
        const all = batches(roles, size);
        const given = {
          ...(size === undefined ? {} : { batch: size }),
          ...(waits ? { wait: "10s" as const } : {}),
        };
        const rolled = rollout(roles, given);
        const before = waitedFor(rolled);
        const found = rolled.steps.filter((step) => step.kind === "wait");
        expect(found.map((step) => step.key)).toEqual(waits ? all.slice(1).map((_, at) => waitKey(at)) : []);
        for (const [at, { key: own, batch, next }] of found.entries()) {
          expect([batch, next]).toEqual([all[at], all[at + 1]]);
          const done = batch.flatMap((one) => [...keysOf("ready", one), ...switchesOf(one)]);
          expect([...before(own)]).toEqual(expect.arrayContaining(done));
          for (const container of next.flatMap(keys("container"))) expect(before(container)).toContain(own);
        }
      }),
    );
  });

  it("has a hook before each batch, which all of it waits for, and one after it, which all that comes next waits for", () => {
    fc.assert(
      fc.property(fleet, share, (roles, size) => {
        const all = batches(roles, size);
        const rolled = rollout(roles, rolling(size), ["beforeBatch", "afterBatch"]);
        const before = waitedFor(rolled);
        for (const [at, batch] of all.entries()) {
          for (const container of batch.flatMap(keys("container")))
            expect(before(container)).toContain(hookKey("beforeBatch", at));
          const done = batch.flatMap((one) => [...keysOf("ready", one), ...switchesOf(one)]);
          expect([...before(hookKey("afterBatch", at))]).toEqual(expect.arrayContaining(done));
          for (const next of (all[at + 1] ?? []).flatMap(keys("container")))
            expect(before(next)).toContain(hookKey("afterBatch", at));
        }
        expect(rolled.last).toEqual([hookKey("afterBatch", all.length - 1)]);
        expect(rollout(roles, rolling(size)).steps.some(({ kind }) => kind === "hook")).toBe(false);
      }),
    );
  });

  it("gives each container the lease of its batch, and what has no switch none", () => {
    ofEachBatch((batch, _before, { steps }) => {
      for (const step of steps)
        if (step.kind === "ready" && batch.some((one) => keysOf("ready", one).includes(step.key)))
          expect(step.lease).toBe(isFirst(step.placement) ? 0 : leaseSeconds(batch));
    });
  });
});

/** The same roles, those with routes with a reader on some of their hosts and a canary on all of them; the readers first, as a program may have them. */
const withBesides = fleet.map((roles) => {
  const beside = (role: Role, kind: "canary" | "reader", servers: Host[]): Role =>
    ({
      ...{ name: `${role.name}-${kind}`, servers, routes: [], assetPath: role.assetPath },
      ...(kind === "reader" ? { reads: role.name, replicas: 2 } : {}),
      beside: { kind, of: role.name, routes: role.routes },
    }) as Role;
  const routed = roles.filter(({ routes }) => routes.length > 0);
  return [
    ...routed.map((role) => beside(role, "reader", role.servers.slice(0, 2))),
    ...roles,
    ...routed.map((role) => beside(role, "canary", role.servers)),
  ];
});

/** Tries something of each role on a host that gets requests of another one's. */
function ofEachBeside(
  kind: "canary" | "reader",
  check: (one: Placement, base: Placement, before: (key: string) => Set<string>, rolled: Rollout) => void,
): void {
  fc.assert(
    fc.property(withBesides, share, (roles, size) => {
      const rolled = rollout(roles, rolling(size));
      const before = waitedFor(rolled);
      for (const one of batches(roles, size).flat()) {
        const base = roles.find(({ name }) => name === one.role.beside?.of);
        if (base !== undefined && one.role.beside?.kind === kind)
          check(one, { role: base, host: one.host }, before, rolled);
      }
    }),
  );
}

describe("a rollout of roles beside others", () => {
  it("checks what reads for a role before any of that one's routes is switched, and ends its old containers behind all of them", () => {
    ofEachBeside("reader", (reader, base, before) => {
      for (const change of switchesOf(base)) {
        expect([...before(change)]).toEqual(expect.arrayContaining(keysOf("ready", reader)));
        expect(before(keyOf("switch", reader))).toContain(change);
      }
    });
  });

  it("makes and checks a canary, and gives it its visitors, only behind all of the release, of which nothing waits for it", () => {
    fc.assert(
      fc.property(withBesides, share, (roles, size) => {
        const rolled = rollout(roles, rolling(size), ["beforeBatch", "afterBatch"]);
        const before = waitedFor(rolled);
        const ofCanary = (step: RolloutStep): boolean => "placement" in step && isCanary(step.placement.role);
        const released = rolled.steps.filter((step) => !ofCanary(step)).map(({ key: own }) => own);
        const own = rolled.steps.filter(ofCanary).map(({ key: each }) => each);
        for (const key of [...released, ...rolled.last])
          for (const each of own) expect(before(key)).not.toContain(each);
        for (const key of rolled.last) expect(own).not.toContain(key);
        const canaries = roles
          .filter(isCanary)
          .flatMap((one) => one.servers.map((host) => ({ role: one, host })));
        for (const one of canaries) {
          expect([...before(keyOf("container", one, 1))]).toEqual(expect.arrayContaining(released));
          for (const key of [keyOf("container", one, 1), keyOf("ready", one, 1)])
            expect(before(keyOf("canary", one))).toContain(key);
        }
        expect(rolled.canaries).toEqual(canaries.map((one) => keyOf("canary", one)));
      }),
    );
  });

  it("gives a canary a lease that its own check at the proxy fits into, and it no switch", () => {
    ofEachBeside("canary", (one, _base, _before, { steps }) => {
      const own = steps.filter((step) => "placement" in step && step.placement.role === one.role);
      expect(own.map(({ kind }) => kind)).not.toContain("switch");
      for (const step of own) if (step.kind === "ready") expect(step.lease).toBeGreaterThan(60);
    });
  });
});
