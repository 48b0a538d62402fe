/** What the plugin does with resources that a limited run leaves out, asked by the engine's calls; the work on hosts is counted. */
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetLeftOut } from "../../../provider/left-out";
import { stepProvider } from "../../../provider/release/step";
import { steps } from "../../../provider/release/steps";
import type { ResourceProvider } from "../../../provider/resource-provider";
import { runOverSsh } from "../../../provider/ssh/run";
import { callsOf, struct } from "./engine-calls";

vi.mock("../../../provider/ssh/run", () => ({ runOverSsh: vi.fn() }));

type Values = Record<string, unknown>;
const container = {
  check: vi.fn((_olds: Values, inputs: Values) => Promise.resolve({ inputs })),
  create: vi.fn((outs: Values) => Promise.resolve({ id: "1", outs })),
  diff: vi.fn(() => Promise.resolve({ changes: true, replaces: ["image"] })),
  delete: vi.fn(() => Promise.resolve()),
} satisfies ResourceProvider<Values, Values>;
const ask = callsOf({
  Container: container,
  ErrorPages: stepProvider(steps.ErrorPages),
  Volume: container,
});

const urn = (name: string, type = "Container", parent = "sextant:index:App$"): string =>
  `urn:pulumi:production::shop::${parent}sextant:index:${type}::${name}`;
const on = (name: string) => ({ shell: { name, destination: `root@${name}`, port: 22 } });
const ofRole = (role: string) => ({ labels: { "sextant.role": `shop/production/shop/${role}` } });

const check = (of: string, news: Values, olds: Values = {}): Promise<proto.CheckResponse> =>
  ask("check", new proto.CheckRequest().setUrn(of).setOlds(struct(olds)).setNews(struct(news)));
const diff = async (of: string, state: Values, news: Values): Promise<boolean> => {
  const request = new proto.DiffRequest().setUrn(of).setId("1").setOlds(struct(state)).setNews(struct(news));
  const found = await ask<proto.DiffResponse>("diff", request);
  return found.getChanges() === proto.DiffResponse.DiffChanges.DIFF_SOME;
};
const create = (of: string, inputs: Values): Promise<proto.CreateResponse> =>
  ask("create", new proto.CreateRequest().setUrn(of).setProperties(struct(inputs)));
const remove = (of: string, state: Values): Promise<unknown> =>
  ask("delete", new proto.DeleteRequest().setUrn(of).setId("1").setProperties(struct(state)));

beforeEach(() => {
  forgetLeftOut();
  for (const each of Object.values(container)) each.mockClear();
  vi.mocked(runOverSsh).mockReset().mockResolvedValue({ code: 0, stdout: "", stderr: "" });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("what a limited run leaves out and the program has", () => {
  it("is no change, whatever of it is another or was found undone", async () => {
    const one = urn("shop-web-web-2");
    const checked = await check(one, { ...on("web-2"), image: "shop:v2", __leftOut: true }, { image: "x" });
    expect(checked.getInputs()?.toJavaScript()).toEqual({ ...on("web-2"), image: "shop:v2" });
    expect(await diff(one, { image: "shop:v1" }, { image: "shop:v2" })).toBe(false);
    await check(one, { ...on("web-2"), image: "shop:v2" }, { image: "x" });
    expect(await diff(one, { image: "shop:v1" }, { image: "shop:v2" })).toBe(true);
  });

  it("is refused at preview where it is new and others would count on it", async () => {
    vi.stubEnv("SEXTANT_HOSTS", "web-1");
    const [failure] = (
      await check(urn("shop-web-web-2"), { ...on("web-2"), __leftOut: true })
    ).getFailuresList();
    expect(failure?.getReason()).toBe(
      "shop-web-web-2 is not there yet, and this run is limited by SEXTANT_HOSTS=web-1, which leaves it out, so that nothing was done; name it as well, or run without SEXTANT_HOSTS.",
    );
    expect(container.check).not.toHaveBeenCalled();
    expect((await check(urn("shop-web-web-1"), on("web-1"))).getFailuresList()).toEqual([]);
  });

  it("waits for a run that names it where it is a new step, without its host", async () => {
    const pages = urn("shop-web-2-error-pages", "ErrorPages");
    const inputs = {
      ...on("web-2"),
      directory: "/var/lib/sextant/proxy/error-pages/shop-0123456789ab",
      pages: { "503.html": "x" },
    };
    expect((await check(pages, { ...inputs, __leftOut: true })).getFailuresList()).toEqual([]);
    const state = (await create(pages, inputs)).getProperties()?.toJavaScript() as Values;
    expect(runOverSsh).not.toHaveBeenCalled();
    await check(pages, { ...inputs, __leftOut: true }, inputs);
    expect(await diff(pages, state, inputs)).toBe(false);
    // The next run names it.
    await check(pages, inputs, inputs);
    expect(await diff(pages, state, inputs)).toBe(true);
  });
});

describe("what the program has no more in a limited run", () => {
  it.each([
    ["SEXTANT_HOSTS", "web-1"],
    ["SEXTANT_ROLES", "job"],
  ])("stays where %s=%s leaves it out, and the run says so", async (variable, value) => {
    vi.stubEnv(variable, value);
    const gone = { ...on("web-2"), ...ofRole("web") };
    await expect(remove(urn("shop-web-web-2-2"), gone)).rejects.toThrow(
      `web-2: shop-web-web-2-2 is in the program no more, and this run is limited by ${variable}=${value}, which leaves it out, so that it stays; a run without ${variable} takes it away.`,
    );
    expect(container.delete).not.toHaveBeenCalled();
  });

  it("goes from what is named, and by a run that is not limited", async () => {
    vi.stubEnv("SEXTANT_HOSTS", "web-1");
    vi.stubEnv("SEXTANT_ROLES", "web");
    await remove(urn("shop-web-web-1-2"), { ...on("web-1"), ...ofRole("web") });
    vi.stubEnv("SEXTANT_ROLES", " , ");
    vi.stubEnv("SEXTANT_HOSTS", "");
    await remove(urn("shop-web-web-2-2"), { ...on("web-2"), ...ofRole("web") });
    expect(container.delete).toHaveBeenCalledTimes(2);
  });

  it("stays where its state does not tell its role", async () => {
    vi.stubEnv("SEXTANT_ROLES", "web");
    const volume = urn("shop-web-1-uploads", "Volume");
    await expect(remove(volume, on("web-1"))).rejects.toThrow(/is limited by SEXTANT_ROLES=web/);
  });

  it("is not what the program has: the old one of a replaced resource goes, and what is of no app", async () => {
    vi.stubEnv("SEXTANT_ROLES", "web");
    // A role that reads for web is released with it.
    const reader = urn("shop-reader-web-1");
    await check(reader, on("web-1"), on("web-1"));
    await remove(reader, { ...on("web-1"), ...ofRole("reader") });
    vi.stubEnv("SEXTANT_HOSTS", "web-1");
    await remove(urn("db", "Container", "sextant:index:Accessory$"), on("db-1"));
    expect(container.delete).toHaveBeenCalledTimes(2);
  });

  it("is given up where its host is gone", async () => {
    vi.stubEnv("SEXTANT_HOSTS", "web-1");
    vi.stubEnv("SEXTANT_GONE", "web-2");
    await remove(urn("shop-web-web-2"), { ...on("web-2"), ...ofRole("web") });
    expect(container.delete).toHaveBeenCalledOnce();
  });
});
