/** Routes that a program takes over from Kamal, as a preview says them. */
import { describe, expect, it } from "vitest";
import type { Step, Values } from "../../../../cli/preview/digest";
import { routesOf, type RouteChange } from "../../../../cli/preview/steps";

const inputs = (more: Values = {}): Values => ({
  shell: { name: "web-1" },
  role: "shop/prod/shop/web",
  route: { service: "shop-web", hosts: ["shop.test"] },
  ...more,
});
const kamal = { takeOver: { service: "store", role: "web", destination: "eu" } };

function routes(olds: Values | undefined, news: Values): RouteChange[] {
  const step: Step = {
    ...{ operation: olds === undefined ? "create" : "update", urn: "u", type: "sextant:index:Switch" },
    ...{ name: "shop-web-web-1-switch", news, own: true, state: {}, differing: [] },
    ...(olds === undefined ? {} : { olds }),
  };
  return routesOf([step]);
}

describe("a route", () => {
  it("of Kamal's that is taken over is named as Kamal calls it", () => {
    expect(routes(undefined, inputs(kamal))).toMatchObject([{ fate: "made", takesOver: "store-web-eu" }]);
    expect(routes(undefined, inputs())[0]).not.toHaveProperty("takesOver");
  });

  it("that began beside Kamal's changes by the word for it, once", () => {
    expect(routes(inputs(), inputs(kamal))).toMatchObject([
      { fate: "changed", changes: [{ name: "takeOver", new: "store-web-eu" }] },
    ]);
    expect(routes(inputs(kamal), inputs(kamal))).toEqual([]);
  });
});

describe("the part of a canary", () => {
  const part = (percent: number, visitors?: string[]): Values => ({
    ...{ shell: { name: "web-1" }, role: "shop/prod/shop/web-canary", container: "c", percent },
    ...(visitors === undefined ? {} : { visitors }),
  });
  const changes = (olds: Values | undefined, news: Values | undefined): RouteChange[] => {
    const operation = olds === undefined ? "create" : news === undefined ? "delete" : "update";
    return routesOf([
      {
        ...{
          operation,
          urn: "u",
          type: "sextant:index:Canary",
          name: "x",
          own: true,
          state: {},
          differing: [],
        },
        ...(olds === undefined ? {} : { olds }),
        ...(news === undefined ? {} : { news }),
      },
    ]);
  };

  it("is said where it is given, changed and taken away, and not where another container has it", () => {
    const of = { app: "shop", role: "web-canary", host: "web-1" };
    expect(changes(undefined, part(10, ["team"]))).toMatchObject([
      { ...of, fate: "made", addresses: "10% of the visitors, 1 by name" },
    ]);
    expect(changes(part(10), part(25))).toMatchObject([
      { ...of, fate: "changed", changes: [{ name: "percent", old: "10", new: "25" }] },
    ]);
    expect(changes(part(10), undefined)).toMatchObject([
      { fate: "removed", addresses: "10% of the visitors" },
    ]);
    expect(changes(part(10), { ...part(10), container: "d" })).toEqual([]);
  });
});
