import { describe, expect, it } from "vitest";
import {
  outdated,
  verbProvider,
  whatOf,
  withFormer,
  type VerbState,
} from "../../../../provider/release/verb";

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

  it("is not done again for what is only said of a failure, and is for the same words in a command", () => {
    const told = line.replace(" --", " secrets=A,B.c --");
    expect(outdated(state, { ...state, line: told })).toBe(false);
    expect(outdated({ ...state, line: told }, { ...state, line: told.replace("A,B.c", "A") })).toBe(false);
    expect(outdated(state, { ...state, line: `${line} secrets=A` })).toBe(true);
  });

  it("is not done again for other verbs: an upgrade of the library runs nothing of a release", async () => {
    const [undo, other] = ["0123", "4567"].map((kit) => `/usr/local/lib/sextant/${kit}/unroute shop-web`);
    const upgraded = { ...state, line: line.replace("/0123/", "/4567/"), ...(other && { undo: other }) };
    const before = { ...state, ...(undo && { undo }) };
    expect(outdated(before, upgraded)).toBe(false);
    expect(await verbProvider.diff?.("x", before, upgraded)).toEqual({ changes: false });
    expect(await verbProvider.diff?.("x", before, { ...upgraded, undo: `${other ?? ""}-2` })).toEqual({
      changes: true,
    });
  });

  it("is not done again for routes that others have or get", () => {
    const bare = "/usr/local/lib/sextant/0123/switch role=a services=web -- --host=x --header=claimed=y";
    const others = bare.replace(" --", " claimed=b.test/ 'claimed=*.c.test/' --");
    expect(outdated({ ...state, line: bare }, { ...state, line: others })).toBe(false);
    expect(
      outdated({ ...state, line: bare }, { ...state, line: bare.replace("claimed=y", "claimed=z") }),
    ).toBe(true);
  });

  it("is named in messages by the verb and what it is about", () => {
    expect(whatOf(line)).toBe("ready of shop-1");
    expect(whatOf("/usr/local/lib/sextant/0123/routes")).toBe("routes");
  });

  it("is still that of its former name, after a rename", () => {
    const bridge = (owner: string): string => `/kit/bridge config=a ${owner} http=80 -- kamal-proxy run`;
    expect(withFormer(bridge("owner=a/b/new"), bridge("owner=a/b/old"))).toBe(
      bridge("owner=a/b/new owner=a/b/old"),
    );
    expect(withFormer(bridge("'owner=a/b/the new'"), bridge("'owner=a/b/it'\\''s $& old'"))).toBe(
      bridge("'owner=a/b/the new' 'owner=a/b/it'\\''s $& old'"),
    );
    expect(withFormer(bridge("owner=a/b/c"), bridge("owner=a/b/c"))).toBe(bridge("owner=a/b/c"));
    expect(withFormer(bridge("owner=a/b/c"), "/kit/bridge config=a http=80")).toBe(
      bridge("owner=a/b/c owner="),
    );
    expect(withFormer(line, bridge("owner=a/b/c"))).toBe(line);
  });
});
