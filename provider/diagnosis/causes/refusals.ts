/** The app answers the health path with a refusal: 4xx. */
import type { Cause } from "../cause";
import type { Besides, Evidence, Observation } from "../evidence";
import { answered, answers, lastAnswer } from "../facts";
import { complaint, short } from "../log";

/** Words of a page that says that the Host header is the reason. */
const aboutHost =
  /(blocked|invalid|disallowed|unknown|unrecognized|not allowed|not permitted)[^.]{0,40}\bhost|\bhosts?\b.{0,80}?(blocked|not allowed|not permitted|invalid|disallowed|is not in)/i;

function path({ probe }: Evidence): string {
  return probe?.path ?? "/up";
}

function host({ probe, container }: Evidence): string {
  return probe?.host ?? container ?? "";
}

/** The same question with another host, which is answered well. */
function takesHost({ besides }: Evidence): Besides | undefined {
  return besides?.find(({ what, status }) => what === "host" && status >= 200 && status < 300);
}

/** What shows that it was the Host header: the page, the log, or the status that is for nothing else. */
function hostProof(evidence: Evidence, answer: Observation): string | undefined {
  const other = evidence.besides?.find(
    ({ what, status }) => what === "host" && status >= 200 && status < 300,
  );
  if (other !== undefined) return `asked with Host: ${other.value}, it answers ${other.status}`;
  if (answer.status === 421) return "421 is the status for a host that is not served here";
  const { body = "" } = answer;
  if (aboutHost.test(body) || (host(evidence) !== "" && body.includes(`host: ${host(evidence)}`)))
    return `the page says: ${short(body.replace(/<[^>]*>/g, " ").replace(/\s+/g, " "), 90)}`;
  const line = complaint(evidence.log ?? [], "host");
  if (line !== undefined) return `the log says: ${short(line)}`;
  // Django says no more than that where DEBUG is off, and at every path: what it suspects is in front of all paths.
  const paths = evidence.besides?.filter(({ what }) => what === "path") ?? [];
  return answer.status === 400 && djangos.test(body) && paths.every(({ status }) => status === 400)
    ? `the page is Django's "Bad Request (400)"${paths.length > 0 ? ", at every path" : ""}, which names no reason`
    : undefined;
}

/** Django's page for a request that it suspects. */
const djangos = /<h1>Bad Request \(400\)<\/h1>/;

/** What shows that a blocklist or a ban refused it. */
function blockProof(evidence: Evidence, answer: Observation): string | undefined {
  if (answer.status !== 403) return undefined;
  const before = answers(evidence).filter((one) => one.status >= 200 && one.status < 300);
  if (before.length > 0) {
    const good = before.reduce((sum, one) => sum + one.count, 0);
    return `it was answered ${before.at(-1)?.status} before, ${good} times`;
  }
  if (evidence.stage === "switch") return "the gate was answered 2xx just before";
  const line = complaint(evidence.log ?? [], "limit");
  if (line !== undefined) return `the log says: ${short(line)}`;
  // What Rack::Attack answers: one word in plain text; frameworks name the charset as well.
  return answer.body?.trim() === "Forbidden" && answer.contentType === "text/plain"
    ? 'the page is the single word "Forbidden" in plain text, as Rack::Attack answers'
    : undefined;
}

export const hostAuthorization: Cause = {
  id: "host-authorization",
  title: "Blocked host: health check is answered 403 (config.hosts, ALLOWED_HOSTS)",
  final: true,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer === undefined || ![400, 403, 404, 421].includes(answer.status)) return undefined;
    const proof = hostProof(evidence, answer);
    if (proof === undefined) return undefined;
    return {
      confidence: djangos.test(answer.body ?? "") ? 0.85 : answer.status === 404 ? 0.92 : 0.96,
      verdict: `the app does not take the host ${host(evidence)} (answered ${answer.status})`,
      seen: [`${answered(evidence, answer)}, with Host: ${host(evidence)}`, proof],
      why: "The refusal is about the Host header, not about the path or the sender.",
      cure: djangos.test(answer.body ?? "")
        ? `add "${host(evidence)}" to ALLOWED_HOSTS, which is the usual reason, or set route.health.host to one of its hosts; where it is there already, a handler for django.security in LOGGING says why`
        : `allow it: config.hosts << "${host(evidence)}" (Django: ALLOWED_HOSTS), or leave ${path(evidence)} out: config.host_authorization = { exclude: ->(r) { r.path == "${path(evidence)}" } }; or set route.health.host`,
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom: "The health path is answered 403 (`Blocked host`), or 400 by Django (`DisallowedHost`), or 421.",
    cause:
      "The app takes requests for named hosts only. The gate and the proxy ask with the route's first host, or with `route.health.host`; the app's list does not have it.",
    proof:
      "The report says which Host was sent. Rails logs `Blocked host`. On the host: `curl -si -H 'Host: HOST' http://ADDRESS:PORT/up`.",
    cure: 'Rails: `config.hosts << "shop.example.com"`, or `config.host_authorization = { exclude: ->(request) { request.path == "/up" } }`. Django: `ALLOWED_HOSTS`. Or set `route.health.host` to a host that the app takes.',
  },
};

export const rateLimited: Cause = {
  id: "rate-limited",
  title: "Health check is answered 429 Too Many Requests (Rack::Attack throttle)",
  final: true,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer?.status !== 429) return undefined;
    const asked = answers(evidence).reduce((sum, one) => sum + one.count, 0);
    return {
      confidence: 0.97,
      verdict: "a rate limit of the app refuses the health check (answered 429)",
      seen: [
        answered(evidence, answer),
        ...(answer.until > 0 ? [`it was asked ${asked} times in ${Math.ceil(answer.until / 1000)}s`] : []),
        ...(answer.retryAfter === undefined
          ? []
          : [`it may be asked again after ${answer.retryAfter} (Retry-After)`]),
      ],
      why: "429 is the answer of a limit. The gate asks at most 20 times a second, the proxy once a second.",
      cure: `leave ${path(evidence)} out of the limits: Rack::Attack.safelist("health") { |r| r.path == "${path(evidence)}" }`,
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom: "The health path is answered 429.",
    cause:
      "The app limits requests by address, and all health questions of a host come from one address. The gate asks quickly at first (20 times a second, then twice a second), the proxy once a second while it takes a new target.",
    proof: "The trace in the report: how often it was asked, and when 429 began.",
    cure: 'Leave the path out: `Rack::Attack.safelist("health") { |request| request.path == "/up" }`; Rails\' own `rate_limit`: put the health action in a controller without it.',
  },
};

export const blocklisted: Cause = {
  id: "blocklisted",
  title: "Health check is answered 403 by a blocklist or ban (Rack::Attack, fail2ban)",
  final: true,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer?.status !== 403 || hostProof(evidence, answer) !== undefined) return undefined;
    const proof = blockProof(evidence, answer);
    if (proof === undefined) return undefined;
    return {
      confidence: 0.93,
      verdict: "a blocklist of the app refuses the health check (answered 403)",
      seen: [answered(evidence, answer), proof],
      why: "The path itself is not forbidden: a middleware turns the sender away, by its address, its user agent or its number of requests.",
      cure: `leave ${path(evidence)} out of blocklists and bans: Rack::Attack.safelist("health") { |r| r.path == "${path(evidence)}" }`,
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom:
      "The health path is answered 403 after it was answered 2xx, or 403 with the single word `Forbidden` in plain text.",
    cause:
      "A blocklist, Fail2Ban or Allow2Ban of Rack::Attack (or another firewall in the app) turned the prober away: its address 127.0.0.1, its user agent `sextant-ready`, or the number of its requests matched a rule.",
    proof: "A request with another `User-Agent` or `X-Forwarded-For` is answered 2xx.",
    cure: 'A safelist goes before every blocklist: `Rack::Attack.safelist("health") { |request| request.path == "/up" }`.',
  },
};

export const forbidden: Cause = {
  id: "forbidden",
  title: "Health check is answered 401 or 403 (it asks for a login)",
  final: true,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer?.status !== 401 && answer?.status !== 403) return undefined;
    return {
      confidence: 0.8,
      verdict: `the health path ${answer.status === 401 ? "asks for credentials" : "is forbidden"} (answered ${answer.status})`,
      seen: [
        answered(evidence, answer),
        ...(answer.body === undefined || answer.body.trim() === ""
          ? []
          : [`the page says: ${short(answer.body.replace(/<[^>]*>/g, " ").replace(/\s+/g, " "), 100)}`]),
      ],
      why: "Nothing points to the host or to a limit, so it is a rule of the app for this path.",
      cure: `let ${path(evidence)} answer without a login (its own controller, before any authentication), or set route.health.path to a path that does`,
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom: "The health path is answered 401, or 403 that is neither about the host nor a blocklist's.",
    cause: "The path is behind HTTP basic authentication, a login, a role or a firewall rule of the app.",
    proof: "The body's start in the report; a `WWW-Authenticate` header with 401.",
    cure: "Answer the health path without a login: in Rails `rails/health#show` inherits from no ApplicationController. Or name another in `route.health.path`.",
  },
};

export const notFound: Cause = {
  id: "not-found",
  title: "Health check is answered 404 (no such health path)",
  final: true,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer === undefined || ![404, 405, 410].includes(answer.status)) return undefined;
    // Found with another host, so that it is there.
    if (takesHost(evidence) !== undefined) return undefined;
    const there = ["/healthz", "/health", "/"].find((one) =>
      evidence.besides?.some(
        ({ what, value, status }) => what === "path" && value === one && status >= 200 && status < 300,
      ),
    );
    return {
      confidence: 0.9,
      verdict: `the app has no ${path(evidence)} (answered ${answer.status})`,
      seen: [
        answered(evidence, answer),
        ...(there === undefined ? [] : [`${there} answers with 2xx`]),
        ...(answer.framework === true
          ? ["the app's whole stack answered it (X-Request-Id or X-Runtime)"]
          : []),
      ],
      why: "The app answers, and has nothing at this path for a GET.",
      cure:
        there !== undefined
          ? `set route.health: { path: "${there}" }, which answers, or add ${path(evidence)} to the app`
          : `set route.health.path to a path that answers 2xx, or add one; in Rails: get "${path(evidence).replace(/^\//, "")}" => "rails/health#show"`,
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom: "The health path is answered 404, 405 or 410.",
    cause: "The app has no such path. `/up` is the default, which Rails makes since 7.1.",
    proof: "`curl -si http://ADDRESS:PORT/up` on the host.",
    cure: 'Set `route.health.path`, or add the path: `get "up" => "rails/health#show", as: :rails_health_check`. With `stripPath` or a path prefix the app sees the path as the gate asks it.',
  },
};
