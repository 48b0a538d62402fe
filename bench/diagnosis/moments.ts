/**
 * When a failed container started and when its cause could be seen, by what the host itself noted: so that a figure counts
 * the tool's own time, and neither Pulumi's start nor that of the app.
 */
import type { Evidence } from "../../components/diagnosis/evidence";

export interface Moments {
  /** When the container started, in ms since 1970; undefined where none did, or where it did more than once. */
  started?: number;
  /** Seconds from then until the cause could be seen; undefined where the evidence does not tell. */
  shows?: number;
}

export function momentsOf({ stage, ending, state = {}, probe, timeout }: Evidence): Moments {
  // At its switch a container has been up and well for a while.
  if (stage === "switch") return {};
  const begun = Date.parse(state.startedAt ?? "");
  // Docker's zero time is that of a container which never started.
  if (!(begun > 0) || (state.restarts ?? 0) > 0) return {};
  const after = (shows: number | undefined): Moments => ({
    started: begun,
    ...(shows === undefined ? {} : { shows: Math.round(shows * 1000) / 1000 }),
  });
  const ended = Date.parse(state.finishedAt ?? "");
  if (ending === "timeout") return after(timeout);
  if (ending === "exited" || ending === "oom")
    return after(ended > begun ? (ended - begun) / 1000 : undefined);
  // The last kind of answer is the one that was judged; the gate counts from just before the start.
  const last = ending === "answer" ? probe?.trace.at(-1) : undefined;
  return after(last && last.at / 1000);
}
