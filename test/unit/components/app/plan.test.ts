import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchSize, batches, rolesOf, type Role } from "../../../../components/app/plan";
import type { Host } from "../../../../components/host/host";

const host = (hostName: string): Host => ({ hostName }) as Host;
const role = (name: string, servers: Host[]): Role => ({ name, servers, routes: [] });

describe("batches", () => {
  const fleet = fc
    .integer({ min: 1, max: 20 })
    .chain((size) => {
      const hosts = Array.from({ length: size }, (_, at) => host(`h${at}`));
      return fc.array(fc.subarray(hosts, { minLength: 1 }), { minLength: 1, maxLength: 4 });
    })
    .map((lists) => lists.map((servers, at) => role(`r${at}`, servers)));
  const share = fc.option(
    fc.oneof(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 100 }).map((percent): `${number}%` => `${percent}%`),
    ),
    { nil: undefined },
  );

  it("places every role on each of its hosts exactly once", () => {
    fc.assert(
      fc.property(fleet, share, (roles, batch) => {
        const placed = batches(roles, batch)
          .flat()
          .map((at) => `${at.role.name}@${at.host.hostName}`);
        const wanted = roles.flatMap((one) => one.servers.map((server) => `${one.name}@${server.hostName}`));
        expect(placed.toSorted()).toEqual(wanted.toSorted());
      }),
    );
  });

  it("keeps all roles of a host in one batch, and no batch larger than asked or empty", () => {
    fc.assert(
      fc.property(fleet, share, (roles, batch) => {
        const groups = batches(roles, batch).map((group) => new Set(group.map((at) => at.host)));
        const total = new Set(groups.flatMap((group) => [...group])).size;
        expect(groups.reduce((sum, group) => sum + group.size, 0)).toBe(total);
        for (const group of groups) {
          expect(group.size).toBeGreaterThan(0);
          expect(group.size).toBeLessThanOrEqual(batchSize(total, batch));
        }
      }),
    );
  });

  it.each([
    [8, undefined, 8],
    [8, 2, 2],
    [3, "50%", 2],
    [3, "1%", 1],
    [2, 10, 2],
  ] as const)("%i hosts by %s are %i at a time", (hosts, batch, size) => {
    expect(batchSize(hosts, batch)).toBe(size);
  });
});

describe("rolesOf", () => {
  const web1 = host("web-1");

  it("gives the app's route to the first role and its settings to all, with the role's own over them", () => {
    const [web, job] = rolesOf("shop", {
      image: "shop",
      version: "v1",
      route: { port: 3000 },
      env: { A: "app", B: "app" },
      stopTimeout: "5s",
      roles: { web: { servers: [web1] }, job: { servers: [web1], env: { B: "job" }, stopTimeout: "60s" } },
    });
    expect(web?.routes).toEqual([{ service: "shop-web", route: { port: 3000 } }]);
    expect(web?.stopTimeout).toBe("5s");
    expect(job?.routes).toEqual([]);
    expect(job?.env).toEqual({ A: "app", B: "job" });
    expect(job?.stopTimeout).toBe("60s");
  });

  it("names several routes of a role apart", () => {
    const [web] = rolesOf("shop", {
      image: "shop",
      version: "v1",
      roles: {
        web: { servers: [web1], route: [{ hosts: ["a.test"] }, { name: "admin", hosts: ["b.test"] }] },
      },
    });
    expect(web?.routes.map(({ service }) => service)).toEqual(["shop-web", "shop-web-admin"]);
  });
});
