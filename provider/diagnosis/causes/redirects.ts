/** The health path answers with a redirect: to HTTPS, or elsewhere. */
import type { Cause } from "../cause";
import type { Evidence, Observation } from "../evidence";
import { answered, lastAnswer } from "../facts";

interface Target {
  scheme: string;
  host: string;
  path: string;
}

function target(location: string, evidence: Evidence): Target {
  const match = /^(?:(https?):)?\/\/([^/?#]*)([^?#]*)/i.exec(location);
  if (match === null)
    return { scheme: "http", host: asked(evidence), path: location.replace(/[?#].*/, "") || "/" };
  return {
    scheme: (match[1] ?? "http").toLowerCase(),
    host: (match[2] ?? "").replace(/:\d+$/, "").toLowerCase(),
    path: match[3] === "" || match[3] === undefined ? "/" : match[3],
  };
}

function asked({ probe, container }: Evidence): string {
  return (probe?.host ?? container ?? "").replace(/:\d+$/, "").toLowerCase();
}

function redirect(evidence: Evidence): { answer: Observation; to: Target; location: string } | undefined {
  const answer = lastAnswer(evidence);
  if (answer === undefined || ![301, 302, 303, 307, 308].includes(answer.status)) return undefined;
  const location = answer.location ?? "";
  return { answer, to: target(location, evidence), location };
}

/** HTTPS is all that the redirect changes. */
function toHttps(evidence: Evidence, to: Target): boolean {
  const path = evidence.probe?.path ?? "/up";
  return (
    to.scheme === "https" &&
    to.host === asked(evidence) &&
    to.path.replace(/\/$/, "") === path.replace(/\/$/, "")
  );
}

export const forceSsl: Cause = {
  id: "force-ssl",
  title: "Health check is redirected to HTTPS (301, force_ssl)",
  final: true,
  match: (evidence) => {
    const found = redirect(evidence);
    if (found === undefined || !toHttps(evidence, found.to)) return undefined;
    const path = evidence.probe?.path ?? "/up";
    const trusted = evidence.probe?.proto === "https";
    return {
      confidence: 0.97,
      verdict: `the app redirects the health path to HTTPS (${found.answer.status} to ${found.location})`,
      seen: [
        `${answered(evidence, found.answer)}; Location ${found.location}`,
        `sent with X-Forwarded-Proto: ${evidence.probe?.proto ?? "http"}`,
      ],
      why: "The same host and path are asked for again over HTTPS, so it is a rule for all requests (force_ssl), not a page.",
      cure: trusted
        ? `the app does not heed X-Forwarded-Proto: set config.assume_ssl = true, or leave the path out: config.ssl_options = { redirect: { exclude: ->(r) { r.path == "${path}" } } }`
        : `config.ssl_options = { redirect: { exclude: ->(r) { r.path == "${path}" } } }, or route.health.proto: "https"`,
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom:
      "The health path is answered 301, 302, 307 or 308 with `Location: https://…` on the same host and path. With Kamal: `target failed to become healthy within configured timeout`.",
    cause:
      "`config.force_ssl = true` (or a middleware like it) sends every plain request to HTTPS. The gate and the proxy ask the container over HTTP, inside the host, where no TLS is.",
    proof: "`curl -si -H 'Host: HOST' http://ADDRESS:PORT/up` on the host shows the `Location`.",
    cure: 'Leave the path out: `config.ssl_options = { redirect: { exclude: ->(request) { request.path == "/up" } } }`. Or set `route.health.proto: "https"`, which sends `X-Forwarded-Proto: https`, as the proxy does for a route with TLS. An app that ignores that header needs `config.assume_ssl = true`.',
  },
};

export const redirected: Cause = {
  id: "redirect",
  title: "Health check is redirected to a login page or another address (302)",
  final: true,
  match: (evidence) => {
    const found = redirect(evidence);
    if (found === undefined || toHttps(evidence, found.to)) return undefined;
    const { answer, to, location } = found;
    const path = evidence.probe?.path ?? "/up";
    const login = /log_?-?in|sign_?-?in|session|auth|sso|account/i.test(to.path + to.host);
    const otherHost = to.host !== asked(evidence);
    return {
      confidence: 0.95,
      verdict: `the app redirects the health path to ${login ? "a login page" : location === "" ? "nowhere" : location}`,
      seen: [`${answered(evidence, answer)}; Location ${location === "" ? "is missing" : location}`],
      why: "It leads to another path or host, so it is the app's own routing, not a rule for HTTPS. No redirect counts as healthy.",
      cure: login
        ? `answer ${path} itself with 2xx: leave it out of the login (skip_before_action :authenticate_user!), or set route.health.path to a path that needs none, such as Rails' own rails/health#show`
        : otherHost && to.path === path
          ? `the app wants the host ${to.host}: set route.health.host to it, or leave ${path} out of that rule`
          : `answer ${path} itself with 2xx, or set route.health.path to a path that does`,
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom:
      "The health path is answered 301, 302, 303, 307 or 308, and `Location` names another path or host.",
    cause:
      "The app sends visitors of the health path somewhere else: to a login, a locale, a canonical host. A probe that followed would find some page and call it healthy, so no redirect counts.",
    proof: "The `Location` in the report.",
    cure: 'Answer the path itself with 2xx: in Rails `get "up" => "rails/health#show"`, which no login of ApplicationController touches; elsewhere leave it out of the filter. Or name another path in `route.health.path`, another host in `route.health.host`.',
  },
};
