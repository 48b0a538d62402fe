/**
 * What time cannot change: the observations at which a gate ends at once instead of waiting on. `final_answer` and
 * `final_state` of host/lib/probe.sh are these rules in shell; a test holds the two together.
 *
 * A rule is here when the same app, asked the same again, gives the same. To end too early is worse than to wait: it fails a
 * release that would have gone well. So what some apps answer while they boot is not final.
 */
import type { Observation } from "./evidence";

export interface FinalRule {
  /** What is seen. */
  observation: string;
  final: boolean;
  why: string;
}

/** The rules as plain data, for the page. */
export const finalRules: readonly FinalRule[] = [
  {
    observation: "301, 302, 303, 307, 308",
    final: true,
    why: "A redirect comes from a middleware or a route, and both are there from the first answer on.",
  },
  {
    observation: "401, 403, 421, 429",
    final: true,
    why: "Who is let in is decided by configuration. Asking a limit or a ban again makes it last longer.",
  },
  {
    observation: "404, 410 with X-Request-Id or X-Runtime",
    final: true,
    why: "The whole stack of a framework has booted and knows no such path.",
  },
  {
    observation: "404, 410 without these",
    final: false,
    why: "Servers of Java or Node, and a web server in front of the app, answer 404 until the app has hung in its routes.",
  },
  {
    observation: "400, 405 and other 4xx",
    final: false,
    why: "They are rare, and no rule holds for all of them.",
  },
  {
    observation: "500, 502, 503 and other 5xx",
    final: false,
    why: "An app whose database, cache or own upstream comes up a moment later answers 5xx until then.",
  },
  {
    observation: "connection refused",
    final: false,
    why: "Before it listens, every app refuses. It is final when the health path answers 2xx on 127.0.0.1 or on another port of the container: then it has booted elsewhere.",
  },
  {
    observation: "connected, no answer",
    final: false,
    why: "Servers that listen before the app is loaded make the first requests wait.",
  },
  {
    observation: "killed for memory, or ended and not started again",
    final: true,
    why: "Nothing is left that could become ready.",
  },
  {
    observation: "ended with exit code 0, 126 or 127",
    final: true,
    why: "It was done, or there is no such command; the next start does the same.",
  },
  {
    observation: "ended with `exec format error` in its log",
    final: true,
    why: "The program is for another processor.",
  },
  {
    observation: "ended with an exception in its log",
    final: true,
    why: "The code or its configuration has to change; except when the log speaks of a server that is not there yet.",
  },
  {
    observation:
      "ended, and its log names a server that the host knows or reaches, and the container does not",
    final: true,
    why: "A name server or a firewall stands between; a server that is not there yet is missing on the host, too.",
  },
  {
    observation: "ended otherwise",
    final: false,
    why: "What was missing may be there at the next start. After two ends it is final, after three where the log speaks of a server that is not there yet.",
  },
];

/** True for an answer to the health question at which waiting ends. */
export function finalAnswer({ status, framework }: Pick<Observation, "status" | "framework">): boolean {
  if ([301, 302, 303, 307, 308, 401, 403, 421, 429].includes(status)) return true;
  return (status === 404 || status === 410) && framework === true;
}
