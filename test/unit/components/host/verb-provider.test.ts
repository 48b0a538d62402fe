import { describe, expect, it } from "vitest";
import { outdated, verbProvider, whatOf, type VerbState } from "../../../../components/host/verb-provider";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const line =
  "/usr/local/lib/sextant/0123/ready role=a/b/c/web container=shop-1 timeout=60 lease=90 -- bin/ok";
const state: VerbState = { shell, line, timeout: 60, undone: false };

describe("the work of a verb", () => {
  it("is done again when its words or its input change, and when it was found undone", () => {
    expect(outdated(state, { ...state, line: line.replace("shop-1", "shop-2") })).toBe(true);
    expect(outdated(state, { ...state, stdin: "TOKEN eA==\n" })).toBe(true);
    expect(outdated({ ...state, undone: true }, state)).toBe(true);
    expect(outdated(state, state)).toBe(false);
  });

  it("is not done again for another way to reach the host, nor for another length of the lease", async () => {
    const moved = { ...state, shell: { ...shell, port: 2222 } };
    expect(outdated(state, moved)).toBe(false);
    expect(await verbProvider.diff?.("x", state, moved)).toEqual({ changes: true });
    const lease = { ...state, line: line.replace("lease=90", "lease=120") };
    expect(outdated(state, lease)).toBe(false);
    expect(await verbProvider.diff?.("x", state, lease)).toEqual({ changes: false });
  });

  it("is named in messages by the verb and what it is about", () => {
    expect(whatOf(line)).toBe("ready of shop-1");
    expect(whatOf("/usr/local/lib/sextant/0123/routes")).toBe("routes");
  });
});
