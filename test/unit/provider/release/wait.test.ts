/** The pause between two batches: that it is kept where something was released, said, and ended by Ctrl-C. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { forgetFresh, freshlyMade } from "../../../../provider/docker/fresh";
import { endWaits, waitProvider, type WaitInputs } from "../../../../provider/release/wait";
import { sayTo } from "../../../../provider/say";

const said: string[] = [];
sayTo((message) => {
  said.push(message);
  return Promise.resolve();
});

const batch = (containers: string[], length: WaitInputs["length"] = "1s"): WaitInputs => ({
  ...{ length, containers, next: ["web-2", "web-3"] },
});

/** Milliseconds that it takes. */
async function takes(work: Promise<unknown> | undefined): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

afterEach(() => {
  forgetFresh();
  said.length = 0;
});

describe("the wait after a batch", () => {
  it("lasts as long as it says, where a container of the batch is new, and is said", async () => {
    freshlyMade("shop-b");
    expect(await takes(waitProvider.create(batch(["shop-a", "shop-b"])))).toBeGreaterThan(990);
    expect(said).toEqual(["waiting 1s until the release goes on to web-2, web-3"]);
    expect(await takes(waitProvider.update?.("wait", batch(["shop-a"]), batch(["shop-b"])))).toBeGreaterThan(
      990,
    );
  });

  it("is none where nothing of the batch was released: when it is new in the program, edited, or was cut off", async () => {
    freshlyMade("blog-a");
    expect(await takes(waitProvider.create(batch(["shop-a"], "1h")))).toBeLessThan(500);
    const edited = waitProvider.update?.("wait", batch(["shop-a"]), batch(["shop-a"], "1h"));
    expect(await takes(edited)).toBeLessThan(500);
    expect(said).toEqual([]);
  });

  it("ends with the run", async () => {
    freshlyMade("shop-a");
    const waiting = waitProvider.create(batch(["shop-a"], "1h"));
    await vi.waitFor(() => {
      expect(said).toHaveLength(1);
    });
    endWaits();
    await expect(waiting).rejects.toThrow(
      "the wait of 1h until the release goes on to web-2, web-3 was interrupted; run pulumi up again",
    );
  });
});
