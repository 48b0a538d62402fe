/** When the release changed, as the traffic saw it. */
import type { LoadReport } from "../../lab/load/tally";

/** How long before the first new answer and after the last old one still counts, in milliseconds. */
const margin = 1000;

/** From just before the first new answer at any target until just after the last old one; undefined without a change. */
export function changeWindow({
  versions,
}: Pick<LoadReport, "versions">): { from: number; to: number } | undefined {
  const targets = [...new Set(versions.map(({ target }) => target))];
  const changes = targets.flatMap((target) => {
    const [old, next] = versions.filter((seen) => seen.target === target).slice(-2);
    return old && next ? [{ from: next.first, to: old.last }] : [];
  });
  if (changes.length === 0) return undefined;
  return {
    from: Math.max(0, Math.min(...changes.map(({ from }) => from)) - margin),
    to: Math.max(...changes.map(({ from, to }) => Math.max(from, to))) + margin,
  };
}
