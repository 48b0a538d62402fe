/**
 * When a failed container started and when its cause could be seen, by what the host itself noted: so that a figure counts
 * the tool's own time, and neither Pulumi's start nor that of the app.
 */
import type { Evidence } from "../../provider/diagnosis/evidence";

export interface Moments {
  /** When the container started first, in ms since 1970; undefined where none did. */
  started?: number;
  /** Seconds from then until the cause could be seen; undefined where the evidence does not tell. */
  shows?: number | undefined;
}

export function momentsOf(evidence: Evidence): Moments {
  const { stage, state = {} } = evidence;
  if (state.firstStart !== undefined) {
    // The gate gives up at the first end that shows the cause: the last that there is.
    const last = Date.parse(state.finishedAt ?? "");
    return { started: state.firstStart, shows: Math.round(last - state.firstStart) / 1000 };
  }
  const started = Date.parse(state.startedAt ?? "");
  // Docker's zero time is that of a container which never started; at its switch one has been up and well for a while.
  if (stage === "switch" || !(started > 0) || (state.restarts ?? 0) > 0) return {};
  const shown = shownAfter(evidence, started);
  return { started, shows: shown && Math.round(shown) / 1000 };
}

/** Milliseconds from the start until the cause could be seen. */
function shownAfter({ ending, state, probe, timeout }: Evidence, started: number): number | undefined {
  if (ending === "timeout") return timeout && timeout * 1000;
  // The last kind of answer is the one that was judged; the gate counts from just before the start.
  if (ending === "answer") return probe?.trace.at(-1)?.at;
  if (ending !== "exited" && ending !== "oom") return undefined;
  const ended = Date.parse(state?.finishedAt ?? "");
  return ended > started ? ended - started : undefined;
}
