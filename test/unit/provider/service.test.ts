/** What the plugin does in a preview, asked by the engine's calls. */
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { describe, expect, it, vi } from "vitest";
import type { ResourceProvider } from "../../../provider/resource-provider";
import { callsOf, struct } from "./engine-calls";

type Values = Record<string, unknown>;
const work = {
  create: vi.fn((outs: Values) => Promise.resolve({ id: "1", outs: { ...outs, made: true } })),
  update: vi.fn((_id: string, _olds: Values, news: Values) =>
    Promise.resolve({ outs: { ...news, made: true } }),
  ),
} satisfies ResourceProvider<Values, Values>;
const knowing = { ...work, foresee: ({ kept }: Values, news: Values) => ({ ...news, kept }) };
const ask = callsOf({ Plain: work, Knowing: knowing });

const urn = (type: string): string => `urn:pulumi:production::shop::sextant:index:${type}::x`;

async function updated(type: string, preview: boolean): Promise<Values | undefined> {
  const request = new proto.UpdateRequest().setUrn(urn(type)).setPreview(preview);
  request.setOlds(struct({ size: 1, kept: "key" })).setNews(struct({ size: 2 }));
  const answer = await ask<proto.UpdateResponse>("update", request);
  return answer.getProperties()?.toJavaScript();
}

describe("a preview", () => {
  it("makes and changes nothing, and is told what is known by then", async () => {
    expect((await ask<proto.ConfigureResponse>("configure", {})).getSupportspreview()).toBe(true);
    const create = new proto.CreateRequest().setUrn(urn("Plain")).setPreview(true);
    const made = await ask<proto.CreateResponse>("create", create.setProperties(struct({ size: 1 })));
    expect([made.getId(), made.getProperties()?.toJavaScript()]).toEqual(["", { size: 1 }]);
    expect(await updated("Plain", true)).toEqual({ size: 2 });
    expect(await updated("Knowing", true)).toEqual({ size: 2, kept: "key" });
    expect([work.create, work.update].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect(await updated("Knowing", false)).toEqual({ size: 2, made: true });
  });
});
