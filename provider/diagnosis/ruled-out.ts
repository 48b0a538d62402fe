/** What an evidence excludes; said when the cause is not known, so that nobody looks there again. */
import type { Evidence } from "./evidence";
import { answers, failed, isLoopback, lastException, memoryPressure, runs } from "./facts";

type Rule = (evidence: Evidence) => string | undefined;

const rules: readonly Rule[] = [
  ({ state }) => (state?.oomKilled === false ? "a kill for memory" : undefined),
  (evidence) =>
    evidence.host?.available !== undefined &&
    evidence.host.memory !== undefined &&
    memoryPressure(evidence).length === 0
      ? `a lack of memory (${evidence.host.available} of ${evidence.host.memory} MB available)`
      : undefined,
  ({ imageFacts, host }) =>
    imageFacts?.architecture !== undefined && imageFacts.architecture === host?.architecture
      ? `the architecture (both ${host.architecture})`
      : undefined,
  ({ host }) =>
    host?.disk?.free !== undefined && host.disk.free > 500
      ? `a full disk (${host.disk.free} MB free)`
      : undefined,
  (evidence) =>
    runs(evidence) && evidence.state?.restarts === 0
      ? "a crash (it runs, and was never restarted)"
      : undefined,
  ({ sockets, probe }) =>
    probe?.port !== undefined &&
    sockets?.some((socket) => socket.port === probe.port && !isLoopback(socket)) === true
      ? `the port (it listens on ${probe.port})`
      : undefined,
  (evidence) => {
    const all = answers(evidence);
    return all.length > 0 && all.every(({ status }) => status < 300 || status >= 500)
      ? "redirects and refusals (none was answered)"
      : undefined;
  },
  ({ network }) => (network?.dns === true ? "name resolution" : undefined),
  ({ network }) => (network?.outbound === true ? "the way out of the host" : undefined),
  ({ dependencies }) =>
    dependencies !== undefined &&
    dependencies.length > 0 &&
    dependencies.every(({ connects }) => connects === "yes")
      ? `what it depends on (${dependencies.map(({ host }) => host).join(", ")} takes connections)`
      : undefined,
  (evidence) =>
    evidence.log !== undefined && failed(evidence) && lastException(evidence) === undefined
      ? "an exception (none is in its last lines)"
      : undefined,
  ({ proxy, stage }) => (stage === "switch" && proxy?.running === true ? "the proxy (it runs)" : undefined),
];

/** What the evidence excludes, a phrase each. */
export function ruledOut(evidence: Evidence): string[] {
  return rules.flatMap((rule) => rule(evidence) ?? []);
}
