import { describe, expect, it } from "vitest";
import { kit } from "../../../../components/host/kit";
import { kitProvider, type KitState } from "../../../../components/host/kit-provider";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const state: KitState = { shell, directory: kit().directory, undo: "true", present: true };

describe("the verbs of a host", () => {
  it("are put there again when they are of another version, and when they were found gone", async () => {
    const changes = async (olds: Partial<KitState>) =>
      (await kitProvider.diff?.("x", { ...state, ...olds }, state))?.changes;
    expect(await changes({})).toBe(false);
    expect(await changes({ directory: "/usr/local/lib/sextant/0123" })).toBe(true);
    expect(await changes({ present: false })).toBe(true);
    expect(await changes({ shell: { ...shell, port: 2222 } })).toBe(true);
  });

  it("are not of another version than the program that asks for them", async () => {
    const inputs = { ...state, directory: "/usr/local/lib/sextant/0123" };
    await expect(kitProvider.create(inputs)).rejects.toThrow(
      /^web-1: the program was made with another version of pulumi-sextant .* install one version and run it again\.$/,
    );
  });
});
