import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownServer } from "../../../../components/hetzner/facts";
import { hasHostKey, isKnown, strayOf } from "../../../../components/server/take-up";

const ours = { project: "shop", stack: "production" };
const now = Date.parse("2026-11-29T12:00:00Z");
const server: KnownServer = {
  id: 4711,
  name: "web-1",
  created: "2026-11-29T11:59:00Z",
  labels: { ...ours, team: "shop" },
  server_type: { name: "cx23" },
  location: { name: "fsn1" },
};
const state = (name: string, type = "hcloud:index/server:Server") => ({ urn: { type, outputs: { name } } });

describe("a server that a run which was cut off may have left", () => {
  it("has the name, this stack's labels, and is young", () => {
    expect(strayOf("web-1", ours, [server], now)).toBe(server);
    expect(strayOf("web-2", ours, [server], now)).toBeUndefined();
    expect(strayOf(undefined, ours, [server], now)).toBeUndefined();
    expect(strayOf("web-1", ours, [{ ...server, created: "2026-11-01T00:00:00Z" }], now)).toBeUndefined();
    expect(strayOf("web-1", ours, [{ ...server, created: undefined }], now)).toBeUndefined();
  });

  it("is never another's, by any label that differs", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("project", "stack", "x"), fc.string()), (labels) => {
        const own = labels["project"] === ours.project && labels["stack"] === ours.stack;
        expect(strayOf("web-1", ours, [{ ...server, labels }], now) !== undefined).toBe(own);
      }),
    );
  });

  it("is left to the resource that the state has of it, whatever that one is called", () => {
    expect(isKnown("web-1", state("web-1"))).toBe(true);
    expect(isKnown("web-1", state("web-2"))).toBe(false);
    expect(isKnown("web-1", state("web-1", "hcloud:index/firewall:Firewall"))).toBe(false);
    expect(isKnown("web-1", { urn: { type: "hcloud:index/server:Server" } })).toBe(false);
  });

  it("is taken up only with the host key that it was made with, which a lost state does not have", () => {
    const urn = "urn:pulumi:production::shop::sextant:index:Server$command:local:Command::web-1-host-key";
    const command = { type: "command:local:Command" };
    expect(hasHostKey("web-1-host-key", { [urn]: command })).toBe(true);
    expect(hasHostKey("web-1-host-key", { [urn.replace("web-1", "web-2")]: command })).toBe(false);
    expect(hasHostKey("web-1-host-key", {})).toBe(false);
  });
});
