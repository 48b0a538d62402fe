/** Names at Docker and their owners: rules that hold for all of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimChildren } from "../../../../components/core/claimed-names";
import { hostWide, ownerOf } from "../../../../components/core/names";
import { leftBehind, type DataPlace } from "../../../../provider/data/left-behind";
import { relation } from "../../../../provider/data/place";
import { sameNames, takeNames, type Wanted } from "../../../../components/data/same-name";
import { childrenOf, namesOf } from "../../../../components/app/checks/check-names";
import type { AppArgs } from "../../../../components";
import { pullsOf } from "../../../../components/app/images";
import { containerName, replicasOf, type Role } from "../../../../components/app/plan";
import type { Host } from "../../../../components/host/host";

const label = fc.stringMatching(/^[ab]{1,2}(-[ab]{1,2})?$/);
const kind = fc.constantFrom("app" as const, "accessory" as const);
const owner = fc.tuple(kind, label, label, label);

describe("an owner", () => {
  it("is one for each project, stack, kind and name", () => {
    fc.assert(
      fc.property(owner, owner, (one, other) => {
        const [a, b] = [one, other].map(([what, name, project, stack]) =>
          ownerOf(what, name, project, stack),
        );
        expect(a === b).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});

describe("a name at Docker", () => {
  const wanted = (host: Host) =>
    fc.tuple(label, label).map(([component, volume]): Wanted => {
      const name = `${hostWide(component, "p", "s")}-${volume}`;
      return { host, kind: "volume", name, argument: `volumes.${volume}`, value: "/data" };
    });

  it("is had by one component of a host", () => {
    const host = { hostName: "web-1" } as Host;
    fc.assert(
      fc.property(fc.array(wanted(host), { maxLength: 12 }), (all) => {
        const here = { ...host };
        const taken = all.filter((each) => {
          const mine = [{ ...each, host: here }];
          const refused = sameNames(mine).length > 0;
          if (!refused) takeNames("A", mine);
          return !refused;
        });
        expect(new Set(taken.map(({ name }) => name)).size).toBe(taken.length);
        expect(taken.length).toBe(new Set(all.map(({ name }) => name)).size);
      }),
    );
  });

  it("is refused to an app whose volume is an accessory's, and free on another host", () => {
    const [web, db] = ["web-1", "db-1"].map((hostName) => ({ hostName }) as Host) as [Host, Host];
    const role = (host: Host) =>
      [{ name: "web", servers: [host], volumes: { "db-data": "/data" } }] as unknown as Role[];
    takeNames('Accessory "shop-db"', [
      { host: web, kind: "volume", name: "p-s-shop-db-data", argument: "", value: "" },
    ]);
    const names = (host: Host) =>
      namesOf("shop", {} as AppArgs, role(host)).map((each) => ({ ...each, name: "p-s-shop-db-data" }));
    expect(sameNames(names(web))).toMatchObject([
      {
        argument: "volumes.db-data",
        rule: 'Accessory "shop-db" has the Docker volume p-s-shop-db-data of web-1',
      },
    ]);
    expect(sameNames(names(db))).toEqual([]);
  });
});

describe("the children of an app", () => {
  const role = (name: string, ...names: string[]) =>
    ({ name, servers: names.map((hostName) => ({ hostName })), volumes: {} }) as unknown as Role;

  it("are refused in words where Pulumi would see one twice", () => {
    const run = {};
    const claim = (app: string, ...roles: Role[]) =>
      claimChildren(run, "role", childrenOf(app, `App "${app}"`, roles).roles);
    expect(claim("a-b", role("c", "h"))).toEqual([]);
    expect(claim("a", role("b-c", "h", "i"))).toEqual([
      {
        argument: "roles.b-c",
        fault: 'gives role b-c on h of App "a" the name a-b-c-h, which role c on h of App "a-b" has',
        cure: "give one of them another name",
      },
    ]);
    expect(claim("x", role("web", "eu-app1"), role("web-eu", "app1"))).toHaveLength(1);
    expect(claimChildren({}, "role", childrenOf("a", "", [role("b-c", "h")]).roles)).toEqual([]);
  });
});

describe("the pulls of an app", () => {
  it("are refused in words where Pulumi would see one twice", () => {
    const run = {};
    const own = { released: { image: "r.test/jobs", version: "v1" } };
    const roles = [{ name: "jobs", servers: [], routes: [], ...own }] as Role[];
    expect(claimChildren(run, "pull", pullsOf("shop-jobs", 'App "shop-jobs"', []))).toEqual([]);
    expect(claimChildren(run, "pull", pullsOf("shop", 'App "shop"', roles))).toEqual([
      {
        argument: "roles.jobs",
        fault:
          'gives the image of role jobs of App "shop" the name shop-jobs-pull, which the image of App "shop-jobs" has',
        cure: "give one of them another name",
      },
    ]);
  });
});

describe("the containers of an app to Pulumi", () => {
  const place = fc.constantFrom("h", "h-2", "h-3", "h-2-3");
  const role = fc.record({
    name: fc.constantFrom("web", "web-h", "web-h-2"),
    servers: fc
      .uniqueArray(place, { minLength: 1 })
      .map((names) => names.map((hostName) => ({ hostName }) as Host)),
    replicas: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  });
  const roles = fc.uniqueArray(role, { selector: ({ name }) => name, minLength: 1 });

  it("have each a name of its own, or the app is refused", () => {
    fc.assert(
      fc.property(roles, (all) => {
        const names = all.flatMap((one) =>
          one.servers.flatMap(({ hostName }) =>
            replicasOf(one).map((replica) => containerName("shop", one.name, hostName, replica)),
          ),
        );
        const children = childrenOf("shop", 'App "shop"', all as unknown as Role[]).roles;
        expect(children.map(({ name }) => name)).toEqual(names);
        const refused = claimChildren({}, "role", children).length;
        expect(refused).toBe(names.length - new Set(names).size);
      }),
    );
  });

  it("have the name of one without a number where there is one, and of the first where there are more", () => {
    fc.assert(
      fc.property(label, label, label, (app, name, host) => {
        expect(containerName(app, name, host)).toBe(`${app}-${name}-${host}`);
        expect(containerName(app, name, host, 1)).toBe(containerName(app, name, host));
      }),
    );
  });

  it("are named in the words of a refusal with their numbers", () => {
    const two = [
      { name: "web", servers: [{ hostName: "h" }, { hostName: "h-2" }], replicas: 2 },
    ] as unknown as Role[];
    expect(claimChildren({}, "role", childrenOf("shop", 'App "shop"', two).roles)).toEqual([
      {
        argument: "roles.web",
        fault:
          'gives role web on h-2 of App "shop" the name shop-web-h-2, which replica 2 of role web on h of App "shop" has',
        cure: "give one of them another name",
      },
    ]);
  });
});

describe("the places of data", () => {
  const place = fc.record({
    volume: fc.constantFrom("data", "more"),
    host: fc.constantFrom("web-1", "web-2"),
    machine: fc.option(fc.constantFrom("17", "18"), { nil: undefined }),
    shell: fc.record({
      name: fc.constantFrom("web-1", "web-2"),
      destination: fc.constantFrom("root@192.0.2.1", "root@192.0.2.2"),
      port: fc.constant(22),
    }),
  });

  it("leave nothing behind when they stay, when more come, and when a volume is taken out", () => {
    fc.assert(
      fc.property(fc.array(place), fc.array(place), (olds: DataPlace[], more: DataPlace[]) => {
        expect(leftBehind(olds, [...more, ...olds])).toEqual([]);
        expect(
          leftBehind(
            olds.filter(({ volume }) => volume === "data"),
            more.filter(({ volume }) => volume === "more"),
          ),
        ).toEqual([]);
      }),
    );
  });

  it("are the same as themselves, and as well the other way round", () => {
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(relation(one, one)).toBe("same");
        expect(relation(one, other)).toBe(relation(other, one));
      }),
    );
  });
});
