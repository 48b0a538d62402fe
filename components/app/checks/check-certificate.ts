/** A certificate of one's own against the hosts that it is to serve, and against its key. */
import { X509Certificate, createPrivateKey } from "node:crypto";
import type { Findings, Problem } from "../../core/problem";
import type { Check } from "../../core/check";

export const certificateCheck: Check = {
  id: "certificate",
  title: "Certificate that does not serve its route",
  effect: "refused or warned",
  why: "The proxy loads what it is given, and shows it to everybody: browsers then refuse a certificate that has ended or is for other names. Names count as browsers read them: those of the extension (subjectAltName), where `*.example.com` is for one level below and not for `example.com`. A key of another certificate would be found at the switch, when the new release is up. A key that is a secret of the stack is compared as well; none of it is shown.",
  says: [
    'App "shop": route.hosts is "b.test", but the certificate is for a.test; bring one that has the host among its names, or take the host out (npx sextant docs checks#certificate).',
    'App "shop": route.tls has the private key of another certificate; give both of one pair (npx sextant docs checks#certificate).',
  ],
};

const day = 24 * 3_600_000;
/** Days before its end in which a certificate is said to end soon: authorities renew with a third of 90 days, or less, to go. */
const soon = 14;

/** What is wrong with the chain of a route over TLS, and what will be; `now` is in milliseconds since 1970. */
export function checkCertificate(
  argument: string,
  chain: string,
  hosts: readonly string[],
  now: number,
): Findings {
  const leaf = leafOf(chain);
  if (typeof leaf === "string") {
    return { refused: [{ argument, fault: leaf, cure: formCure, check: certificateCheck }], warned: [] };
  }
  const uncovered = hosts.filter((host) => !covers(leaf, host));
  const refused: Problem[] = uncovered.map((value) => ({
    argument: argument.replace(/tls$/, "hosts"),
    value,
    rule: `the certificate is for ${namesOf(leaf).join(", ") || "no host"}`,
    cure: "bring one that has the host among its names, or take the host out",
    check: certificateCheck,
  }));
  const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  const days = Math.floor((to - now) / day);
  if (to <= now)
    refused.push(dated(argument, `has a certificate that ended on ${date(to)}`, "bring the renewed one"));
  if (from > now) {
    refused.push(
      dated(argument, `has a certificate that begins on ${date(from)}`, "bring one that is valid today"),
    );
  }
  const warned =
    refused.length === 0 && days < soon
      ? [
          dated(
            argument,
            `has a certificate that ends on ${date(to)}, in ${days} days`,
            "bring the renewed one",
          ),
        ]
      : [];
  return { refused, warned };
}

const formCure =
  "give the text that starts with -----BEGIN CERTIFICATE-----, the certificate of the host first and then those above it";

function dated(argument: string, fault: string, cure: string): Problem {
  return { argument, fault, cure, check: certificateCheck };
}

/** What is wrong with the private key of a chain; never a part of the key is told. */
export function checkKey(argument: string, chain: string, key: string): Problem[] {
  const leaf = leafOf(chain);
  if (typeof leaf === "string") return [];
  const problem = (fault: string, cure: string): Problem[] => [
    { argument, fault, cure, check: certificateCheck },
  ];
  if (/-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(key)) {
    return problem(
      "has a private key with a password, which the proxy cannot ask for",
      "give it without one, as openssl pkey prints it",
    );
  }
  try {
    return leaf.checkPrivateKey(createPrivateKey(key))
      ? []
      : problem("has the private key of another certificate", "give both of one pair");
  } catch {
    return problem(
      "has a private key that is not PEM",
      "give the text that starts with -----BEGIN PRIVATE KEY-----, as a secret",
    );
  }
}

/** The first certificate of a chain, or what is wrong with its text. */
function leafOf(chain: string): X509Certificate | string {
  if (!chain.includes("-----BEGIN CERTIFICATE-----")) return "has a certificate that is not PEM";
  try {
    const leaf = new X509Certificate(chain);
    return leaf.ca && chain.split("-----BEGIN CERTIFICATE-----").length > 2
      ? `has a chain that begins with ${leaf.subject.split("\n").at(-1) ?? "an authority"}, which signs certificates and serves no host`
      : leaf;
  } catch {
    return "has a certificate that cannot be read";
  }
}

/** Browsers take the names of the extension alone, not the common name. */
function namesOf(leaf: X509Certificate): string[] {
  return [...(leaf.subjectAltName ?? "").matchAll(/DNS:"?([^",\s]+)/g)].map((found) => found[1] ?? "");
}

/** A wildcard is for one level below, and a route for a wildcard needs just that one. */
function covers(leaf: X509Certificate, host: string): boolean {
  const wanted = host.toLowerCase();
  return namesOf(leaf)
    .map((name) => name.toLowerCase())
    .some(
      (name) =>
        name === wanted ||
        (name.startsWith("*.") && !wanted.startsWith("*.") && wanted.replace(/^[^.]+/, "*") === name),
    );
}

function date(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
