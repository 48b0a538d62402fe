import { describe, expect, it } from "vitest";
import { hostsOf } from "../../../../cli/hosts";
import { current, oneEach, partsNamed } from "../../../../cli/operate/choice";
import { partsOf } from "../../../../cli/operate/parts";
import { lastOf } from "../../../../cli/operate/power";
import { rowOf, render } from "../../../../cli/operate/ps";
import { routesOf } from "../../../../cli/operate/routes";
import { runningOf } from "../../../../cli/operate/running";
import { versionOf } from "../../../../cli/reference";
import { state, withCanary, withReplicas } from "./state";

const parts = partsOf(state);
const hosts = hostsOf(state);
const [web1] = hosts;
if (web1 === undefined) throw new Error("the state has no host");
const listed = (name: string, labels: Record<string, string>, more: object = {}) => ({
  Names: [`/other/db`, `/${name}`],
  Image: "registry.test:5000/shop:v2",
  State: "running",
  Status: "Up 2 hours",
  Created: 200,
  Labels: labels,
  ...more,
});
const web = { "sextant.role": "demo/prod/shop/web" };
/** The table as kamal-proxy 0.9.2 prints it, colours and all. */
const table = [
  "\u001b[3;94mService \u001b[0m   \u001b[3;94mHost   \u001b[0m  \u001b[3;94mPath\u001b[0m    \u001b[3;94mTarget   \u001b[0m    \u001b[3;94mState  \u001b[0m    \u001b[3;94mTLS\u001b[0m",
  "\u001b[1;34mshop\u001b[0m       shop.test,www.shop.test    /    shop-web-b:3000    running    yes",
  "api   *   /api   shop-web-b:3000,shop-web-c:3000   stopped   no",
  "",
].join("\n");

describe("what runs on a host", () => {
  it("is what carries the labels of the stack's parts, the newest of each first, and the proxy whosever it is", () => {
    const found = runningOf(web1, parts, [
      listed("shop-web-a", web, { Created: 100, State: "exited", Status: "Exited (1)" }),
      listed("shop-web-b", web),
      listed("strange", { "sextant.role": "demo/prod/shop/web2" }),
      listed("kamal-proxy", {}, { Image: "basecamp/kamal-proxy:v0.9.2" }),
      listed("plain", {}, { Labels: null }),
    ]);
    expect(found.map(({ part, name, version, state: is }) => [part, name, version, is])).toEqual([
      ["shop/web", "shop-web-b", "v2", "running"],
      ["shop/web", "shop-web-a", "v2", "exited"],
      ["proxy", "kamal-proxy", "v0.9.2", "running"],
    ]);
  });

  it.each([
    [`registry.test/shop:v2@sha256:${"0123456789ab".padEnd(64, "0")}`, "v2"],
    ["registry.test:5000/shop:v2", "v2"],
    ["registry.test:5000/shop", "latest"],
    [`registry.test:5000/shop@sha256:${"0123456789ab".padEnd(64, "f")}`, "0123456789ab"],
    [`sha256:${"0123456789ab".padEnd(64, "f")}`, "0123456789ab"],
  ])("knows the version of %s", (image, version) => {
    expect(versionOf(image)).toBe(version);
  });

  it("is of each part what runs, else what ran last", () => {
    const old = listed("shop-web-a", web, { Created: 100 });
    const failed = listed("shop-web-b", web, { State: "exited" });
    const names = (...containers: ReturnType<typeof listed>[]): string[] =>
      current(runningOf(web1, parts, containers)).map(({ name }) => name);
    expect(names(old, failed)).toEqual(["shop-web-a"]);
    expect(names({ ...old, State: "exited" }, failed)).toEqual(["shop-web-b"]);
    expect(names()).toEqual([]);
  });

  it("is of a role with replicas as many as it has: what the proxy serves, what runs, and else the newest", () => {
    const three = partsOf(withReplicas);
    const at = (name: string, Created: number, State = "running") =>
      listed(`shop-web-${name}`, web, { Created, State });
    const old = [at("a1", 101), at("a2", 102), at("a3", 103)];
    const next = [at("b1", 201), at("b2", 202), at("b3", 203)];
    const found = (served: string[], ...containers: ReturnType<typeof listed>[]) =>
      current(runningOf(web1, three, containers), new Set(served.map((name) => `web-1/shop-web-${name}`)));
    const names = (served: string[], ...containers: ReturnType<typeof listed>[]): string[] =>
      found(served, ...containers).map(({ name }) => name.replace("shop-web-", ""));
    expect(names(["a1", "a2", "a3"], ...old, ...next)).toEqual(["a3", "a2", "a1"]);
    expect(names([], ...old, ...next)).toEqual(["b3", "b2", "b1"]);
    expect(names([], ...old, at("b1", 201, "exited"))).toEqual(["a3", "a2", "a1"]);
    const ended = [...old, ...next].map((each) => ({ ...each, State: "exited" }));
    expect(names([], ...ended)).toEqual(["b3", "b2", "b1"]);
    expect(oneEach(found(["a1", "a2"], ...old)).map(({ name }) => name)).toEqual(["shop-web-a2"]);
  });

  it("is started, of a role with replicas, as many as it has: those that run, and those that ended last", () => {
    const ends = runningOf(web1, parts, [
      listed("failed", web, { Created: 300, State: "exited" }),
      listed("never", web, { Created: 301, State: "created" }),
      ...["a", "b"].map((name) => listed(name, web, { Created: 100, State: "exited" })),
      listed("c", web, { Created: 100 }),
    ]).map((each) => ({
      each,
      end: { failed: 1000, a: 5000, b: 5001, c: 10 }[each.name] ?? -Infinity,
    }));
    const names = (count: number): string[] => lastOf(ends, count).map(({ name }) => name);
    expect(names(3)).toEqual(["c", "b", "a"]);
    expect(names(1)).toEqual(["c"]);
  });

  it("is shown with what the proxy sends to it", () => {
    const routes = routesOf(table);
    expect(routes).toEqual([
      {
        service: "shop",
        hosts: "shop.test,www.shop.test",
        path: "/",
        containers: ["shop-web-b"],
        state: "running",
      },
      {
        service: "api",
        hosts: "*",
        path: "/api",
        containers: ["shop-web-b", "shop-web-c"],
        state: "stopped",
      },
    ]);
    const [one] = runningOf(web1, parts, [listed("shop-web-b", web)]);
    if (one === undefined) throw new Error("nothing was found");
    const row = rowOf(one, routes);
    expect(row).toMatchObject({ serves: ["shop.test", "www.shop.test", "*/api"], held: "maintenance" });
    const lines = render([row, rowOf({ ...one, name: "shop-web-x" }, routes)]).split("\n");
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ["HOST", "WHAT", "VERSION", "STATUS", "SERVES", "CONTAINER"],
      [
        ...["web-1", "shop/web", "v2", "Up 2 hours"],
        ...["shop.test, www.shop.test, */api (maintenance)", "shop-web-b"],
      ],
      ["web-1", "shop/web", "v2", "Up 2 hours", "-", "shop-web-x"],
    ]);
  });
});

describe("a canary", () => {
  const label = { "sextant.role": "demo/prod/shop/web-canary" };
  const found = runningOf(web1, partsOf(withCanary), [
    listed("canary-failed", label, { Created: 300 }),
    listed("canary-web-1", label, { Created: 200 }),
  ]);

  it("is the container that has the visitors, whatever has come since", () => {
    expect(current(found).map(({ name }) => name)).toEqual(["canary-web-1"]);
  });

  it("is shown with its part of the visitors", () => {
    const rows = found.map((each) => rowOf(each, routesOf(table)));
    expect(rows.map(({ canary }) => canary)).toEqual([undefined, { percent: 10, named: 1 }]);
    expect(
      render(rows)
        .split("\n")
        .map((line) => line.split(/ {2,}/)[4]),
    ).toEqual(["SERVES", "-", "10% of the visitors, 1 by name"]);
  });
});

describe("what a command is about", () => {
  const stack = { hosts, parts, state };
  const names = (choice: object, otherwise: "roles" | "everything" = "roles"): string[] =>
    partsNamed("logs", stack, choice, otherwise).map(({ name }) => name);

  it("is what is named, and else what the command says", () => {
    expect(names({})).toEqual(["shop/web", "shop/job", "shop/nightly"]);
    expect(names({}, "everything")).toEqual(["shop/web", "shop/job", "shop/nightly", "db", "proxy"]);
    expect(names({ role: "job" }, "everything")).toEqual(["shop/job"]);
    expect(names({ app: "shop" })).toEqual(["shop/web", "shop/job", "shop/nightly"]);
    expect(names({ accessory: "db" })).toEqual(["db"]);
    expect(names({ proxy: true })).toEqual(["proxy"]);
  });

  it("is also the proxy of another stack that serves this one's hosts", () => {
    const alone = { ...stack, parts: parts.filter(({ kind }) => kind === "role") };
    expect(partsNamed("logs", alone, { proxy: true }, "roles")).toMatchObject([
      { kind: "proxy", hosts: ["web-1", "web-2"] },
    ]);
  });

  it.each([
    [{ role: "jobs" }, "logs: this stack has no role jobs; it has shop/web, shop/job, shop/nightly."],
    [
      { app: "shap", role: "job" },
      "logs: this stack has no app shap with a role job; it has shop/web, shop/job, shop/nightly.",
    ],
    [{ accessory: "redis" }, "logs: this stack has no accessory redis; it has db."],
  ])("is refused where the stack has none of %j", (choice, said) => {
    expect(() => names(choice)).toThrow(said);
  });
});
