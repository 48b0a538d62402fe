import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chromeTrace } from "../../../bench/trace/chrome";
import { parseTraceOptions } from "../../../bench/trace/options";
import { parts } from "../../../bench/trace/parts";
import { busySeconds } from "../../../bench/trace/processor";
import { changedIn, parseSpans, type Span } from "../../../bench/trace/spans";

const second = 1_000_000_000;

/** A line of the engine's trace, times in seconds. */
function line(
  service: string,
  span: { id: string; parent?: string; name: string; from: number; to: number; messages?: string[] },
): string {
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [attribute("service.name", service)] },
        scopeSpans: [
          {
            spans: [
              {
                ...{ spanId: span.id, parentSpanId: span.parent, name: span.name },
                startTimeUnixNano: String(BigInt(1_800_000_000 * second) + BigInt(span.from * second)),
                endTimeUnixNano: String(BigInt(1_800_000_000 * second) + BigInt(span.to * second)),
                attributes: (span.messages ?? []).map((message) => attribute("Msg", message)),
              },
            ],
          },
        ],
      },
    ],
  });
}

const urn = "urn:pulumi:s::p::sextant:index:App$sextant:index:Container::lite-web-1";
const request = (method: string): string =>
  JSON.stringify({
    [`gRPC ${method}`]: `parent:"urn:pulumi:s::p::a:b:C::parent" password:"hidden" urn:"${urn}"`,
  });

describe("parseSpans", () => {
  it("tells what ran when, for which resource, from the first span on", () => {
    const text = [
      line("pulumi-cli", { id: "1", name: "pulumi", from: 0, to: 3 }),
      line("plugin", {
        ...{ id: "2", name: "/pulumirpc.ResourceProvider/Create", from: 1, to: 2 },
        messages: [request("request")],
      }),
    ].join("\n");
    expect(parseSpans(text)).toEqual([
      { name: "pulumi", process: "pulumi-cli", start: 0, end: 3000 },
      {
        ...{ name: "ResourceProvider/Create", process: "plugin", start: 1000, end: 2000 },
        resource: "sextant:index:Container lite-web-1",
      },
    ]);
  });

  it("keeps nothing else of a message", () => {
    const text = line("plugin", {
      ...{ id: "1", name: "/pulumirpc.ResourceProvider/Create", from: 0, to: 1 },
      messages: [request("request"), request("response")],
    });
    expect(JSON.stringify(chromeTrace(parseSpans(text)))).not.toContain("hidden");
  });

  it("keeps a call once that both sides have a span of, and one that only the caller has", () => {
    const text = [
      line("pulumi-cli", { id: "1", name: "pulumirpc.ResourceProvider/Diff", from: 0, to: 4 }),
      line("plugin", { id: "2", name: "/pulumirpc.ResourceProvider/Diff", from: 1, to: 3 }),
      line("pulumi-cli", { id: "3", name: "pulumirpc.ResourceProvider/Diff", from: 5, to: 6 }),
    ].join("\n");
    expect(parseSpans(text).map(({ process, start }) => [process, start])).toEqual([
      ["plugin", 1000],
      ["pulumi-cli", 5000],
    ]);
  });

  it("gives a span the resource of the call around it", () => {
    const text = [
      line("plugin", {
        ...{ id: "1", name: "/pulumirpc.ResourceProvider/Create", from: 0, to: 2 },
        messages: [request("request")],
      }),
      line("plugin", { id: "2", parent: "1", name: "ssh", from: 0, to: 1 }),
    ].join("\n");
    expect(parseSpans(text).find(({ name }) => name === "ssh")?.resource).toContain("lite-web-1");
  });

  it("finds out by the program's own call for which resource a plugin without spans worked", () => {
    const register = (id: string, name: string, from: number, to: number): string =>
      line("pulumi-language-host", {
        ...{ id, name: "/pulumirpc.ResourceMonitor/RegisterResource", from, to },
        messages: [`{"gRPC response":"urn:\\"urn:pulumi:s::p::a:b:Gate::${name}\\""}`],
      });
    const text = [
      register("1", "one", 0, 3.1),
      register("2", "two", 0, 5.1),
      register("3", "later", 6, 7),
      line("pulumi-cli", { id: "4", name: "pulumirpc.ResourceProvider/Create", from: 1, to: 5 }),
      line("pulumi-cli", { id: "5", name: "pulumirpc.ResourceProvider/Update", from: 2, to: 3 }),
    ].join("\n");
    const found = parseSpans(text).filter(({ name }) => name.startsWith("ResourceProvider"));
    expect(found.map(({ name, resource }) => [name, resource])).toEqual([
      ["ResourceProvider/Create", "a:b:Gate two"],
      ["ResourceProvider/Update", "a:b:Gate one"],
    ]);
    const printed = [
      " ~  a:b:Gate one updated (0.36s) [diff: ~line]",
      " ~  a:b:Gate two updating (0s) [diff: ~line]",
      " ++ a:b:Gate three created replacement (1s) [diff: ~image]",
    ].join("\n");
    expect([...changedIn(printed)]).toEqual(["one", "three"]);
    const ofChanged = parseSpans(text, changedIn(printed)).map(({ name, resource }) => [name, resource]);
    expect(ofChanged).toContainEqual(["ResourceProvider/Update", "a:b:Gate one"]);
    expect(ofChanged).toContainEqual(["ResourceProvider/Create", undefined]);
  });

  it("is empty of nothing", () => {
    expect(parseSpans("")).toEqual([]);
  });
});

const span = (name: string, from: number, to: number, more: Partial<Span> = {}): Span => ({
  ...{ name, process: "pulumi-cli", start: from * 1000, end: to * 1000 },
  ...more,
});

describe("parts", () => {
  it("counts time once in which several of a part's spans are open", () => {
    const found = parts([
      span("ResourceProvider/Create", 0, 2, { resource: "sextant:index:Pull lite-1" }),
      span("ResourceProvider/Create", 1, 3, { resource: "sextant:index:Pull lite-2" }),
      span("ResourceProvider/Create", 5, 6, { resource: "sextant:index:Pull lite-3" }),
    ]);
    expect(found).toEqual([{ name: "pull", wall: 4, sum: 5, count: 3, from: 0, to: 6 }]);
  });

  it("tells engine, program and plugins from what happens on hosts", () => {
    const names = parts([
      span("pulumi", 0, 10),
      span("newPlugin", 0.1, 0.2, { program: "nodejs" }),
      span("run-program", 1, 9),
      span("execNodejs", 1.5, 9),
      span("ResourceMonitor/RegisterResource", 3, 3.1, { process: "pulumi-language-host" }),
      span("ResourceMonitor/RegisterResource", 3.02, 3.08),
      span("ResourceMonitor/RegisterResource", 3.5, 4, { process: "pulumi-language-host" }),
      span("newPlugin", 3, 3.2, { program: "docker (resource)" }),
      span("gocloud.dev/blob.NewWriter", 5, 5.1),
      span("ResourceProvider/Create", 4, 5, {
        resource: "sextant:index:Container lite-web-1",
      }),
      span("ResourceProvider/Update", 5, 6, {
        resource: "sextant:index:Ready lite-web-1-ready",
      }),
      span("ResourceProvider/Update", 6, 8, {
        resource: "sextant:index:Switch lite-web-1-switch",
      }),
    ]).map(({ name, wall }) => [name, Number(wall.toFixed(3))]);
    expect(Object.fromEntries(names)).toEqual({
      "whole run": 10,
      "engine start": 1,
      "SDK load": 1.5,
      "program load": 0.4,
      "engine end": 1,
      "language host start": 0.1,
      "plugin start": 0.2,
      "state reads and writes": 0.1,
      "container create": 1,
      gate: 1,
      "switch and drain": 2,
    });
  });
});

describe("chromeTrace", () => {
  const spans = fc
    .array(
      fc
        .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 50 }), fc.constantFrom("a", "b"))
        .map(([start, length, process]): Span => ({ name: "x", process, start, end: start + length })),
    )
    .map((list) => list.sort((one, other) => one.start - other.start));

  it("puts spans that cross into different lanes, for viewers show nested ones only", () => {
    fc.assert(
      fc.property(spans, (list) => {
        const events = chromeTrace(list).traceEvents.filter(({ ph }) => ph === "X");
        expect(events).toHaveLength(list.length);
        for (const [at, one] of events.entries()) {
          for (const other of events.slice(at + 1)) {
            if (one.pid !== other.pid || one.tid !== other.tid) continue;
            const [a, b] = [one, other].map(({ ts = 0, dur = 0 }) => ({ from: ts, to: ts + dur }));
            if (!a || !b) continue;
            const apart = a.to <= b.from || b.to <= a.from;
            const nested = (a.from <= b.from && b.to <= a.to) || (b.from <= a.from && a.to <= b.to);
            expect(apart || nested).toBe(true);
          }
        }
      }),
    );
  });

  it("names processes", () => {
    expect(chromeTrace([span("x", 0, 1)]).traceEvents[0]).toMatchObject({
      ph: "M",
      args: { name: "pulumi-cli" },
    });
  });
});

describe("busySeconds", () => {
  const stat = (...fields: number[]): string =>
    `cpu  ${fields.join(" ")}\ncpu0 1 1 1 1 1 1 1 0 0 0\nintr 5\n`;
  const ticks = fc.nat({ max: 1e9 });

  it("sums what the cores did, and not what they waited for", () => {
    fc.assert(
      fc.property(
        fc.array(ticks, { minLength: 7, maxLength: 10 }),
        fc.tuple(ticks, ticks),
        (fields, [idle, io]) => {
          const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
          expect(busySeconds(stat(...fields))).toBeCloseTo((user + nice + system + irq + softirq) / 100, 2);
          const waiting = [...fields.slice(0, 3), idle, io, ...fields.slice(5)];
          expect(busySeconds(stat(...waiting))).toBe(busySeconds(stat(...fields)));
        },
      ),
    );
  });

  it.each([[""], ["cpu  1 2\n"], ["cpu  1 2 a 4 5 6 7\n"]])("refuses %j", (text) => {
    expect(() => busySeconds(text)).toThrow("/proc/stat begins with");
  });
});

describe("parseTraceOptions", () => {
  it("has a deploy to two servers as its default", () => {
    expect(parseTraceOptions([])).toEqual({
      ...{ sizes: [2], cases: ["deploy"] },
      ...{ out: undefined, results: undefined },
    });
    expect(parseTraceOptions(["--servers", "2,16", "--cases", "preview,deploy", "--out", "t"])).toMatchObject(
      {
        ...{ sizes: [2, 16], cases: ["deploy", "preview"], out: "t" },
      },
    );
  });

  it.each([[["--servers", "none"]], [["--servers"]], [["--fast", "1"]], [["--cases", "none"]]])(
    "refuses %j",
    (args) => {
      expect(() => parseTraceOptions(args)).toThrow();
    },
  );
});
