/** What several causes ask of an evidence. */
import { runsOnce, type Dependency, type Evidence, type Observation, type Socket } from "./evidence";
import { complaint, exception, type Complaint } from "./log";

/** The answers to the health question: the gate's own, or those that the proxy's log tells of. */
export function answers(evidence: Evidence): Observation[] {
  return [...(evidence.probe?.trace ?? []), ...proxyAnswers(evidence)];
}

/** The last one. */
export function lastAnswer(evidence: Evidence): Observation | undefined {
  return answers(evidence).at(-1);
}

/** The health questions of kamal-proxy that failed, from its log: `"error":"unexpected status (403)"` and the like. */
function proxyAnswers(evidence: Evidence): Observation[] {
  if (evidence.stage !== "switch") return [];
  return (evidence.proxy?.log ?? []).flatMap((line) => {
    if (!line.includes("Healthcheck failed")) return [];
    const status = Number(/unexpected status \((\d{3})\)/.exec(line)?.[1] ?? 0);
    const curl = status > 0 ? 0 : /timed out/.test(line) ? 28 : /refused/.test(line) ? 7 : 56;
    return [{ at: 0, until: 0, count: 1, status, curl, connected: curl !== 7 }];
  });
}

/** "GET http://shop.example.com/up". */
export function question({ probe, container }: Evidence): string {
  return `GET http://${probe?.host ?? container ?? "the container"}${probe?.path ?? "/up"}`;
}

/** "GET http://shop.example.com/up was answered 403, 4 times". */
export function answered(evidence: Evidence, answer: Observation): string {
  const times = answer.count > 1 ? `, ${answer.count} times` : "";
  return `${question(evidence)} was answered ${answer.status}${times}`;
}

/** True when the last thing that was seen of the port is a refused connection. */
export function refused(evidence: Evidence): boolean {
  const last = lastAnswer(evidence);
  return last !== undefined && last.status === 0 && last.curl === 7;
}

/** True when it runs, as far as is known. */
export function runs({ state, ending }: Evidence): boolean {
  if (ending === "exited" || ending === "restarting" || ending === "oom" || ending === "gone") return false;
  return state?.status === undefined
    ? ending === "timeout" || ending === "answer"
    : state.status === "running";
}

/** The exit code of a process that ended, or nothing while it runs for the first time. */
export function exitCode({ state, command, stage }: Evidence): number | undefined {
  if (runsOnce(stage) && command?.exitCode !== undefined) return command.exitCode;
  if (state === undefined) return undefined;
  if (state.status === "exited" || state.status === "dead" || state.status === "restarting") {
    // A container that could not be started counts as exited too, or as created.
    return startError({ state } as Evidence) === undefined ? state.exitCode : undefined;
  }
  return (state.restarts ?? 0) > 0 ? state.exitCodes?.at(-1) : undefined;
}

/** How often the process ended. */
export function ends(evidence: Evidence): number {
  return exitCode(evidence) === undefined
    ? (evidence.state?.restarts ?? 0)
    : Math.max(1, evidence.state?.restarts ?? 0, evidence.state?.exitCodes?.length ?? 0);
}

/** What Docker said when it could not start the container. */
export function startError({ state, error, ending, stage }: Evidence): string | undefined {
  if (state?.error !== undefined && state.error !== "") return state.error;
  return stage === "start" || ending === "start-failed" ? error : undefined;
}

/** All that was said: Docker's text, the command's, the proxy's, then the log. */
export function texts(evidence: Evidence): string[] {
  return [
    ...(evidence.log ?? []),
    ...(evidence.state?.healthLog ?? []),
    ...[startError(evidence), evidence.error, evidence.proxy?.answer].flatMap((text) =>
      text === undefined ? [] : text.split("\n"),
    ),
  ];
}

/** True when the app did not work: it ended, never listened, or its last answer was an error or none. */
export function failed(evidence: Evidence): boolean {
  if (runsOnce(evidence.stage) || evidence.ending === "command-failed") return true;
  if (exitCode(evidence) !== undefined || (evidence.state?.restarts ?? 0) > 0) return true;
  const last = lastAnswer(evidence);
  return last === undefined ? evidence.log !== undefined : last.status === 0 || last.status >= 500;
}

/** A complaint of the log, when the app did not work. */
export function complains(evidence: Evidence, kind: Complaint): string | undefined {
  return failed(evidence) ? complaint(texts(evidence), kind) : undefined;
}

/** The exception that ended or failed the app. */
export function lastException(evidence: Evidence): string | undefined {
  return exception(texts(evidence));
}

export function isLoopback({ address }: Socket): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** "0.0.0.0:3000, 127.0.0.1:9394". */
export function listed(sockets: readonly Socket[]): string {
  return sockets.length === 0
    ? "nothing"
    : sockets
        .slice(0, 6)
        .map(({ address, port }) => `${address.includes(":") ? `[${address}]` : address}:${port}`)
        .join(", ");
}

/** "db:5432 (DATABASE_URL)". */
export function named({ host, port, from }: Dependency): string {
  return `${host}${port === undefined ? "" : `:${port}`}${from === "log" ? "" : ` (${from})`}`;
}

/** The base name of a command's program: "irb" of ["/usr/local/bin/irb"]. */
export function program(words: readonly string[] | undefined): string {
  return (words?.[0] ?? "").replace(/^.*\//, "");
}

/** What the container runs, entry point first: as configured, else the image's own. */
export function commandLine({ configured, imageFacts }: Evidence): string[] {
  const entrypoint = configured?.entrypoint ?? imageFacts?.entrypoint ?? [];
  return [...entrypoint, ...(configured?.command ?? imageFacts?.cmd ?? [])];
}

/** Memory that is short enough to make an app slow: what shows it, a phrase each. */
export function memoryPressure({ memory, host }: Evidence): string[] {
  const shown: string[] = [];
  const share = (part?: number, whole?: number): number =>
    part === undefined || whole === undefined || whole === 0 ? 0 : part / whole;
  // The container's own pressure, where it is known: the host's may be of others.
  const full = memory?.full ?? host?.pressure?.full ?? 0;
  const some = memory?.some ?? host?.pressure?.some ?? 0;
  if (full >= 10 || some >= 25)
    shown.push(`processes waited for memory ${Math.round(Math.max(full, some))}% of the time`);
  if (share(memory?.used, memory?.limit) > 0.93 && (memory?.swapped ?? 0) > 8)
    shown.push(`it uses ${memory?.used} of its ${memory?.limit} MB, and ${memory?.swapped} MB are in swap`);
  if (host !== undefined && share(host.available, host.memory) < 0.06 && host.memory !== undefined)
    shown.push(
      `the host has ${host.available} of ${host.memory} MB free, ${host.swapUsed ?? 0} MB are in swap`,
    );
  return shown;
}
