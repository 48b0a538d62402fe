import { describe, expect, it } from "vitest";
import { commandsOf, partsOf } from "../../../../cli/operate/parts";
import { refuseKamals } from "../../../../cli/operate/releases";
import { role, state, withCanary, withReplicas } from "./state";

describe("what a stack runs", () => {
  it("is each role, accessory and proxy of its state, with its hosts in the order of the program", () => {
    expect(partsOf(state)).toMatchObject([
      {
        kind: "role",
        name: "shop/web",
        app: "shop",
        role: "web",
        hosts: ["web-2", "web-1"],
        label: ["sextant.role", "demo/prod/shop/web"],
      },
      { kind: "role", name: "shop/job", hosts: ["web-1"] },
      {
        ...{
          kind: "job",
          name: "shop/nightly",
          app: "shop",
          role: "nightly",
          hosts: ["web-1"],
          stopSeconds: 30,
        },
        label: ["sextant.job", "demo/prod/shop/nightly"],
        job: { schedule: "15 3 * * *", timeZone: "UTC", name: "demo-prod-shop-nightly" },
      },
      { kind: "accessory", name: "db", hosts: ["web-1"], label: ["sextant.owner", "demo/prod/accessory/db"] },
      { kind: "proxy", name: "proxy", hosts: ["web-1", "web-2"] },
    ]);
  });

  it("leaves out what an update is about to delete, and is nothing in an empty state", () => {
    const urns = partsOf(state).flatMap((part) => part.containers.map(({ urn }) => urn));
    expect(urns).toContain(
      "urn:pulumi:prod::demo::sextant:index:App$sextant:index:Container::shop-web-web-1",
    );
    expect(urns.filter((urn) => urn.includes("web-3"))).toEqual([]);
    expect(partsOf({})).toEqual([]);
  });

  it("knows how many containers of a role a host has", () => {
    expect(partsOf(state).map(({ name, replicas }) => [name, replicas])).toEqual([
      ["shop/web", 1],
      ["shop/job", 1],
      ["shop/nightly", 1],
      ["db", 1],
      ["proxy", 1],
    ]);
    expect(partsOf(withReplicas)).toMatchObject([
      { name: "shop/web", replicas: 3, hosts: ["web-2", "web-1"] },
    ]);
  });

  it("knows a canary, the role that it is of, and the part of the visitors that it has on each host", () => {
    expect(partsOf(withCanary).find(({ name }) => name === "shop/web-canary")).toMatchObject({
      ...{ kind: "role", canaryOf: "shop/web" },
      shares: [{ host: "web-1", container: "canary-web-1", percent: 10, named: 1 }],
    });
    // A role is none by its name alone.
    const worker = { deployment: { resources: [role("shop", "web-canary", "web-1")] } };
    expect(partsOf(worker)[0]).not.toHaveProperty("canaryOf");
  });

  it("knows Kamal's own container, as an accessory has taken it up, by Kamal's label", () => {
    const taken = structuredClone(state);
    for (const each of taken.deployment.resources as { urn?: string; inputs?: object; outputs?: object }[])
      if (each.urn?.endsWith("::db") === true) {
        each.inputs = { ...each.inputs, name: "demo-db" };
        each.outputs = { kamals: true };
      }
    const parts = partsOf(taken);
    const db = parts.find(({ name }) => name === "db");
    expect(db?.label).toEqual(["service", "demo-db"]);
    expect(db?.containers).toMatchObject([{ host: "web-1", kamals: "demo-db" }]);
    // Pulumi would make nothing anew: what is Kamal's stays as it is.
    expect(() => {
      refuseKamals(parts, new Set(["web-1"]));
    }).toThrow(
      "restart: db on web-1 is Kamal's container demo-db still, which no update restarts; sextant run --host web-1 docker restart -t 10 demo-db does.",
    );
    expect(() => {
      refuseKamals(parts, new Set(["web-2"]));
      refuseKamals(
        parts.filter((part) => part !== db),
        new Set(["web-1"]),
      );
    }).not.toThrow();
  });

  it("has the commands of its apps", () => {
    expect(commandsOf(state)).toEqual(
      new Map([["shop", { console: ["bin/console"], queues: ["bin/queues", "--all"] }]]),
    );
    expect(commandsOf({ deployment: { resources: [{ type: "sextant:index:App", outputs: {} }] } }).size).toBe(
      0,
    );
  });
});
