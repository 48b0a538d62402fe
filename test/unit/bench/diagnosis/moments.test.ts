import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../../bench/diagnosis/moments";

const startedAt = "2026-11-25T10:00:00.000000000Z";
const started = Date.parse(startedAt);

describe("momentsOf", () => {
  it("takes the first of the answers that were judged, not those before it", () => {
    const trace = [
      { at: 0, until: 2900, count: 20, status: 0, curl: 7 },
      { at: 3100, until: 3100, count: 1, status: 301, curl: 0 },
    ];
    const evidence = { stage: "ready", ending: "answer", state: { startedAt }, probe: { trace } } as const;
    expect(momentsOf(evidence)).toEqual({ started, shows: 3.1 });
  });

  it("takes the end of a container that ended, and the limit of one that never became ready", () => {
    const finishedAt = "2026-11-25T10:00:01.250000000Z";
    const state = { startedAt, finishedAt };
    expect(momentsOf({ stage: "ready", ending: "exited", state })).toEqual({ started, shows: 1.25 });
    expect(momentsOf({ stage: "ready", ending: "timeout", timeout: 10, state })).toEqual({
      started,
      shows: 10,
    });
  });

  it("takes the last end of a container that was started again", () => {
    const state = {
      startedAt,
      finishedAt: "2026-11-25T10:00:01.500000000Z",
      restarts: 2,
      firstStart: started,
    };
    expect(momentsOf({ stage: "ready", ending: "restarting", state })).toEqual({ started, shows: 1.5 });
  });

  it("knows nothing of a container that never started, or was started again, or was fit", () => {
    expect(
      momentsOf({ stage: "start", ending: "start-failed", state: { startedAt: "0001-01-01T00:00:00Z" } }),
    ).toEqual({});
    expect(momentsOf({ stage: "ready", ending: "restarting", state: { startedAt, restarts: 2 } })).toEqual(
      {},
    );
    expect(momentsOf({ stage: "pull" })).toEqual({});
    expect(momentsOf({ stage: "switch", ending: "proxy-gone", state: { startedAt } })).toEqual({});
  });
});
