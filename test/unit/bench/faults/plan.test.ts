import { describe, expect, it } from "vitest";
import { kindOf, type TimedStep } from "../../../../lab/events";
import { parseFaultOptions } from "../../../../bench/faults/options";
import { faults, plan, titleOf, type References, type Row, type Wish } from "../../../../bench/faults/plan";

const step = (op: string, type: string, name: string): TimedStep => ({ op, type, name, ms: 1000 });
const own = (type: string) => `sextant:index:${type}`;
const released = ["Pull", "Release", "Ready", "Switch", "CleanUp"].flatMap((type) =>
  ["1", "2"].map((at) => step("update", own(type), `shop-${at}`)),
);
const references: References = {
  release: [...released, step("create-replacement", own("Container"), "shop-1")],
  proxy: [step("update", own("Bridge"), "proxy-1"), step("update", own("Settle"), "proxy-1")],
  first: ["Pull", "Volume", "Container", "Ready", "Switch"].map((type) => step("create", own(type), "news")),
  server: [
    step("create", "hcloud:index/server:Server", "faults-3"),
    step("create", own("HostReady"), "faults-3-gate"),
    step("create", own("Container"), "proxy-faults-3"),
  ],
};
const wish: Wish = { all: false, only: undefined, draw: () => 0 };
const rows = plan(references, wish);
const at = (row: Row) => `${row.change} ${kindOf(row.step)}`;

describe("the rows that run", () => {
  it("end a run at once at each kind of step that its stream has", () => {
    const ended = new Set(rows.filter(({ fault }) => ["^C ^C", "kill -9 pulumi"].includes(fault)).map(at));
    const all = (["release", "proxy", "first"] as const).flatMap((change) =>
      (references[change] ?? []).map((each) => `${change} ${kindOf(each)}`),
    );
    expect([...all].filter((kind) => !ended.has(kind))).toEqual([]);
  });

  it("have a kind of step that comes to be without an edit of any list", () => {
    const release = [...(references.release ?? []), step("create", own("Brandnew"), "shop-brandnew")];
    expect(plan({ ...references, release }, wish).map(at)).toContain("release Brandnew create");
  });

  it("have each fault at three steps or more", () => {
    for (const fault of faults) {
      const steps = new Set(rows.filter((row) => row.fault === fault).map(at));
      expect(steps.size, fault).toBeGreaterThanOrEqual(3);
    }
  });

  it("have a server that is being made, and a first deploy, interrupted and killed", () => {
    const servers = rows.filter((row) => at(row) === "server hcloud Server create").map(({ fault }) => fault);
    expect(servers).toEqual(expect.arrayContaining(["^C", "^C ^C", "kill -9 pulumi"]));
    const first = rows.filter(({ change }) => change === "first").map(({ fault }) => fault);
    expect(first).toEqual(expect.arrayContaining(["^C", "^C ^C", "kill -9 pulumi"]));
  });

  it("leave to other changes what a new server has in common with them", () => {
    expect(rows.map(at)).not.toContain("server Container create");
    expect(rows.map(at)).toContain("server HostReady create");
  });

  it("are each there once", () => {
    expect(new Set(rows.map(titleOf)).size).toBe(rows.length);
  });

  it("never take back a server that was being made, which nothing knows then", () => {
    const last = plan(references, { ...wish, all: true, draw: (_what, most) => most });
    const [made, others] = [true, false].map(
      (is) =>
        new Set(
          last.filter((row) => kindOf(row.step).includes("Server create") === is).map(({ next }) => next),
        ),
    );
    expect([...(made ?? [])]).toEqual(["newer"]);
    expect([...(others ?? [])]).toEqual(["former"]);
  });

  it("are the whole product where that is asked for", () => {
    const kinds = new Set(
      Object.entries(references).flatMap(([change, steps]) =>
        steps.map((each) => `${change} ${kindOf(each)}`),
      ),
    );
    expect(plan(references, { ...wish, all: true })).toHaveLength(kinds.size * faults.length);
  });

  it("are those alone whose title has the pattern", () => {
    const some = plan(references, { ...wish, all: true, only: /^release: Switch.*kill/ });
    expect(some.map(({ fault }) => fault)).toEqual(faults.filter((fault) => fault.startsWith("kill")));
  });

  it("are possible with the steps of one change", () => {
    const { release } = references;
    expect(new Set(plan({ release }, wish).map(({ fault }) => fault))).toEqual(new Set(faults));
  });
});

describe("the command line", () => {
  it("takes a pattern, changes, and the whole product", () => {
    expect(parseFaultOptions(["--all", "--only", "kill -9", "--changes", "server,release"])).toEqual({
      all: true,
      only: /kill -9/,
      changes: ["release", "server"],
      minutes: undefined,
    });
    expect(parseFaultOptions(["--minutes", "10"]).minutes).toBe(10);
    expect(parseFaultOptions([]).changes).toHaveLength(5);
  });

  it("is told what there is", () => {
    expect(() => parseFaultOptions(["--some"])).toThrow("usage: npm run bench -- faults");
    expect(() => parseFaultOptions(["--changes", "deploy"])).toThrow(
      "there is no deploy; there are release,",
    );
  });
});
