import { describe, expect, it } from "vitest";
import { hostReadyProvider, type HostReadyState } from "../../../../provider/host/host-ready";
import { kit } from "../../../../provider/host/scripts";
import { putVerbs } from "../../../../provider/host/install";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const state: HostReadyState = {
  ...{ shell, verb: "preflight", words: ["ports=80"], version: "a", show: true },
  ...{ directory: kit().directory, owner: "shop/prod/web", present: true },
};

describe("the gate of a host", () => {
  it("looks again and puts the verbs there again when they are of another version or were found gone", async () => {
    const changes = async (olds: Partial<HostReadyState>) =>
      (await hostReadyProvider.diff?.("x", { ...state, ...olds }, state))?.changes;
    expect(await changes({})).toBe(false);
    expect(await changes({ version: "b" })).toBe(true);
    expect(await changes({ words: ["ports=80,443"] })).toBe(true);
    expect(await changes({ directory: "/usr/local/lib/sextant/0123" })).toBe(true);
    expect(await changes({ present: false })).toBe(true);
    expect(await changes({ shell: { ...shell, port: 2222 } })).toBe(true);
  });

  it("does nothing on the host where only the way to reach it is another", async () => {
    const olds = { ...state, shell: { ...shell, port: 2222 } };
    expect(await hostReadyProvider.update?.("x", olds, state)).toEqual({ outs: state });
  });

  it("keeps the host key that it saw first, until the program names one", async () => {
    const seenHostKey = "ssh-ed25519 AAAA";
    const olds = { ...state, shell: { ...shell, port: 2222 }, seenHostKey };
    expect(await hostReadyProvider.update?.("x", olds, state)).toEqual({ outs: { ...state, seenHostKey } });
    const pinned = { ...state, shell: { ...shell, hostKey: "ssh-ed25519 BBBB" } };
    expect(await hostReadyProvider.update?.("x", olds, pinned)).toEqual({ outs: pinned });
  });

  it("puts no verbs of another version there than those of the program that asks for them", async () => {
    await expect(putVerbs(shell, "/usr/local/lib/sextant/0123")).rejects.toThrow(
      /^web-1: the program was made with another version of pulumi-sextant .* install one version and run it again\.$/,
    );
  });
});
