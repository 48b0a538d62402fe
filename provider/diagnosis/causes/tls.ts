/**
 * Why there is no certificate from Let's Encrypt. The proxy's library tries one challenge after the other and logs of the last one
 * only that there is none left (autocert.go, "no viable challenge type found"), so that what DNS and port 80 answer decides.
 */
import type { Cause, Found } from "../cause";
import type { CertificateFacts, Evidence } from "../evidence";
import { short } from "../log";

const chapter = "The proxy";

/** The facts of a certificate that did not come; of nothing else is told here. */
function facts({ stage, certificate }: Evidence): CertificateFacts | undefined {
  return stage === "certificate" ? certificate : undefined;
}

function logged({ said }: CertificateFacts): string[] {
  return said === undefined || said === "" ? [] : [`the proxy logged: ${short(said)}`];
}

/** Whether Let's Encrypt came, or tried to, and did not find what it had asked for. */
function challenged({ said = "" }: CertificateFacts): boolean {
  return /no viable challenge type found|acme:error:(unauthorized|connection|tls|dns|incorrectResponse)/.test(
    said,
  );
}

/** The answers of DNS that are not the host; none where the host's own are not known. */
function foreign({ addresses, own }: CertificateFacts): string[] {
  const known = new Set(own.map(plain));
  return known.size === 0 ? [] : addresses.filter((address) => !known.has(plain(address)));
}

/** An address in one spelling. */
function plain(address: string): string {
  if (!address.includes(":")) return address;
  return URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname : address;
}

export const certificateName: Cause = {
  id: "certificate-name",
  title: "DNS has no address for a host with letsEncrypt()",
  final: false,
  match: (evidence): Found | undefined => {
    const known = facts(evidence);
    if (known === undefined || known.addresses.length > 0) return undefined;
    return {
      confidence: 0.97,
      verdict: "DNS has no address for it",
      seen: [`the host asked its DNS for ${known.host} and got no address`],
      why: "Let's Encrypt comes to the name; each try without an address counts against its limits, so that none was made.",
      cure: `point ${known.host} to ${known.own.join(" and ") || "the server"}, and wait until DNS says so`,
    };
  },
  docs: {
    chapter,
    symptom:
      "`has no certificate …: DNS has no address for it` after `pulumi up`; browsers: `ERR_SSL_PROTOCOL_ERROR`.",
    cause: "The name was not set in DNS yet, or only a moment ago.",
    proof: "`dig +short A shop.example.com` and the same with AAAA.",
    cure: "Set the record. The proxy asks for the certificate with the first visitor after that, and `pulumi up` with its next run.",
  },
};

export const certificateLimit: Cause = {
  id: "certificate-limit",
  title: "urn:ietf:params:acme:error:rateLimited",
  final: false,
  match: (evidence): Found | undefined => {
    const known = facts(evidence);
    if (known === undefined) return undefined;
    const sure = /acme:error:rateLimited|\b429\b/.test(known.said ?? "");
    if (!sure && known.late !== true) return undefined;
    return {
      confidence: sure ? 0.97 : 0.6,
      verdict: sure
        ? "Let's Encrypt gives no more certificates for now (rate limit)"
        : "Let's Encrypt has not given it in time, most often because of its rate limit",
      seen: sure ? logged(known) : ["the proxy was still trying, which it does for five minutes after a 429"],
      why: "Let's Encrypt counts certificates for the same names and failed tries, and the proxy does not log a 429 before it gives up.",
      cure: "wait until the time that its answer names (docker logs kamal-proxy, five minutes from now); to try things out, use letsEncrypt({ staging: true }), which has limits of its own",
    };
  },
  docs: {
    chapter,
    symptom:
      "`429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of identifiers`; the handshake hangs.",
    cause:
      "Five certificates for the same names within a week, or five failed tries for one name within an hour: the proxy's volume was deleted again and again, or a name did not lead to the server.",
    proof:
      "`docker logs kamal-proxy 2>&1 | grep rateLimited` on the host; the line comes five minutes after the first handshake.",
    cure: "Wait until the time that it names. While things are tried out: `letsEncrypt({ staging: true })`. Certificates are in the volume `kamal-proxy-config`, which outlives every proxy.",
  },
};

export const certificateCaa: Cause = {
  id: "certificate-caa",
  title: "urn:ietf:params:acme:error:caa",
  final: true,
  match: (evidence): Found | undefined => {
    const known = facts(evidence);
    if (known === undefined || !/acme:error:caa|CAA record/i.test(known.said ?? "")) return undefined;
    return {
      confidence: 0.97,
      verdict: "a CAA record in DNS names another authority",
      seen: logged(known),
      why: "An authority may give a certificate only where CAA lets it.",
      cure: `add letsencrypt.org to the CAA records of ${known.host} or of its domain`,
    };
  },
  docs: {
    chapter,
    symptom: "`CAA record for example.com prevents issuance`.",
    cause: "The domain has CAA records for another authority.",
    proof: "`dig +short CAA example.com`.",
    cure: 'Add `0 issue "letsencrypt.org"`.',
  },
};

export const certificateRejected: Cause = {
  id: "certificate-rejected",
  title: "urn:ietf:params:acme:error:rejectedIdentifier",
  final: true,
  match: (evidence): Found | undefined => {
    const known = facts(evidence);
    if (
      known === undefined ||
      !/acme:error:rejectedIdentifier|component count invalid/.test(known.said ?? "")
    )
      return undefined;
    return {
      confidence: 0.97,
      verdict: "Let's Encrypt gives no certificate for such a name",
      seen: logged(known),
      why: "It gives them for names below a public suffix only, and for none on its list of risks.",
      cure: "take a name of a domain of your own, or bring a certificate with ownCertificate()",
    };
  },
  docs: {
    chapter,
    symptom: '`Cannot issue for "shop.internal": Domain name does not end with a valid public suffix`.',
    cause:
      "The name is for internal use (`.internal`, `.local`, `.test`, a bare word), or forbidden by policy.",
    proof: "The detail of the error in `docker logs kamal-proxy`.",
    cure: "A public name, or `ownCertificate()` from an authority of your own.",
  },
};

export const certificateAuthority: Cause = {
  id: "certificate-authority",
  title: "the proxy cannot reach Let's Encrypt",
  final: false,
  match: (evidence): Found | undefined => {
    const known = facts(evidence);
    if (
      known === undefined ||
      !/(Get|Post|Head) "https:\/\/acme\S*": .*(dial|lookup|x509|tls:|timeout|EOF|refused|reset)/.test(
        known.said ?? "",
      )
    )
      return undefined;
    return {
      confidence: 0.95,
      verdict: "the proxy cannot reach Let's Encrypt",
      seen: logged(known),
      why: "Certificates are asked for from inside the proxy's container, by HTTPS.",
      cure: "let the server out to port 443 (outbound of its Firewall) and to DNS; docker exec has no shell there, so try curl https://acme-v02.api.letsencrypt.org/directory on the host",
    };
  },
  docs: {
    chapter,
    symptom:
      '`Get "https://acme-v02.api.letsencrypt.org/directory": dial tcp: lookup …: no such host`, `i/o timeout`.',
    cause: "A firewall lets nothing out, or DNS does not work inside containers.",
    proof: "`curl https://acme-v02.api.letsencrypt.org/directory` on the host.",
    cure: "Let out TCP 443, and UDP and TCP 53, in the firewall's `outbound`.",
  },
};

export const certificateElsewhere: Cause = {
  id: "certificate-elsewhere",
  title: "a host with letsEncrypt() leads to another server",
  final: false,
  match: (evidence): Found | undefined => {
    const known = facts(evidence);
    if (known === undefined || !challenged(known)) return undefined;
    const others = foreign(known);
    if (others.length === 0) return undefined;
    return {
      confidence: 0.94,
      verdict: "DNS leads it to another server",
      seen: [
        `DNS gives ${known.addresses.join(", ")}, and the server is ${known.own.join(", ")}`,
        ...(known.status === undefined || known.status === 0
          ? []
          : [`port 80 there answers ${known.status}${known.server ? ` (${known.server})` : ""}`]),
        ...logged(known),
      ],
      why: "Let's Encrypt asks where DNS leads it, and prefers an AAAA record; only this proxy knows the answer.",
      cure: `point ${known.host} to the server, AAAA too; with a CDN or load balancer in front, set behind on the Proxy and take letsEncrypt() out`,
    };
  },
  docs: {
    chapter,
    symptom:
      "`unable to satisfy … no viable challenge type found`, and DNS gives an address that is not the server's.",
    cause:
      "An old record, an AAAA record of another machine, or a CDN in front, which answers the challenge itself.",
    proof: "`dig +short A` and `AAAA` for the name, against the server's addresses.",
    cure: 'Mend the records; behind a CDN use `behind: "cdn"` on the `Proxy`, or the CDN\'s certificate with `ownCertificate()`.',
  },
};

export const certificateShut: Cause = {
  id: "certificate-shut",
  title: "no viable challenge type found",
  final: false,
  match: (evidence): Found | undefined => {
    const known = facts(evidence);
    if (
      known === undefined ||
      !challenged(known) ||
      known.addresses.length === 0 ||
      foreign(known).length > 0
    )
      return undefined;
    return {
      confidence: 0.8,
      verdict: "Let's Encrypt did not get its answer at ports 80 and 443 of the name",
      seen: [
        `DNS gives ${known.addresses.join(", ")}`,
        known.status === undefined || known.status === 0
          ? "nobody answers at port 80 of it, asked on the host"
          : `port 80 answers ${known.status}${known.server ? ` (${known.server})` : ""}, asked on the host`,
        ...logged(known),
      ],
      why: "It comes to ports 80 and 443 from many addresses; the proxy's library does not log which one failed and how.",
      cure: "let everybody in to ports 80 and 443 (http and https in the Firewall), look for another web server or an AAAA record that leads elsewhere; DNS that has changed just now may take some minutes",
    };
  },
  docs: {
    chapter,
    symptom:
      "`acme/autocert: unable to satisfy … for domain …: no viable challenge type found` in the proxy's log.",
    cause:
      "A firewall in front (the cloud's, or a router's) shuts 80 and 443, another web server answers there, or Let's Encrypt still sees older DNS.",
    proof:
      "`curl -i http://shop.example.com/.well-known/acme-challenge/x` from outside; https://letsdebug.net for the name.",
    cure: "Open both ports to everybody; then the proxy asks again with the next visitor, after a minute.",
  },
};
