/** The container's way out: names and connections. */
import type { Cause } from "../cause";
import { runsOnce } from "../evidence";
import { complains, failed } from "../facts";
import { short } from "../log";
import { isLocalName } from "./dependencies";

/** A name with dots in a line of the log. */
function publicName(line: string): string | undefined {
  return /\b((?:[a-z0-9_-]+\.)+[a-z]{2,})\b(?!\.rb|:in)/gi.exec(
    line
      .replace(/\S+\.(rb|py|js|ts|go|ex|php|java)\b\S*/g, "")
      .replace(/(^|[\s"'(=])\/\S+/g, "")
      .replace(/\b(Net|Socket|Errno|java|socket|urllib3|requests)\.[\w.]+/g, ""),
  )?.[1];
}

export const dns: Cause = {
  id: "dns",
  title: "Temporary failure in name resolution: DNS does not work in the container",
  final: false,
  match: (evidence) => {
    if (!failed(evidence) || evidence.stage === "pull") return undefined;
    const line = complains(evidence, "unresolved");
    const { network } = evidence;
    const dead = network?.dns === false && network.dnsOnHost !== false;
    const lost = (evidence.dependencies ?? []).find(
      ({ host, resolves, resolvesOnHost }) =>
        resolves === false && resolvesOnHost === true && !isLocalName(host),
    );
    if (line === undefined && lost === undefined) return undefined;
    const name = lost?.host ?? (line === undefined ? undefined : publicName(line));
    const temporary = /temporary failure|EAI_AGAIN|server misbehaving/i.test(line ?? "");
    const known =
      evidence.dependencies?.some(
        ({ host, resolves }) => line?.includes(host) === true && resolves === false && isLocalName(host),
      ) ?? false;
    if (!dead && lost === undefined && name === undefined && !(temporary && !known)) return undefined;
    return {
      confidence:
        dead && network?.dnsOnHost === true
          ? 0.95
          : lost !== undefined
            ? 0.94
            : temporary && !known
              ? 0.86
              : name !== undefined
                ? 0.83
                : 0.6,
      verdict:
        name === undefined
          ? "name resolution does not work in the container"
          : `the name ${name} is not known in the container`,
      seen: [
        ...(line === undefined ? [] : [`its log says: ${short(line)}`]),
        ...(network?.nameservers === undefined
          ? []
          : [`its name servers: ${network.nameservers.join(", ")}`]),
        ...(network?.dns === undefined || network.name === undefined
          ? []
          : [
              `${network.name} ${network.dns ? "is known" : "is not known"} from its network${network.dnsOnHost === undefined ? "" : `, and ${network.dnsOnHost ? "is known" : "is not known"} on the host`}`,
            ]),
        ...(lost === undefined ? [] : [`the host knows ${lost.host}`]),
      ],
      why:
        dead || lost !== undefined
          ? "The host knows the name and the container does not, so it is the container's name server."
          : "A name of the internet was asked for, and the name server did not know or did not answer.",
      cure: "see that the name servers answer from the container's network (port 53 out), name others with dns in transform.container or in Docker's daemon.json; or mend the name",
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      "`Temporary failure in name resolution`, `getaddrinfo EAI_AGAIN`, `Could not resolve host` for a name of the internet; the host itself knows it.",
    cause:
      "The container's name server does not answer: a firewall stops port 53, `dns` names a wrong server, or Docker took over a resolver that listens on the host's loopback.",
    proof: "`docker exec CONTAINER getent hosts example.com` against `getent hosts example.com` on the host.",
    cure: "Let port 53 (UDP and TCP) out; set `dns` in Docker's `daemon.json`. A name without dots is a container's: see dependency-not-there.",
  },
};

export const noOutbound: Cause = {
  id: "no-outbound",
  title: "The container has no way out: connections time out or the network is unreachable",
  final: false,
  match: (evidence) => {
    if (!failed(evidence) || evidence.stage === "pull") return undefined;
    const { network } = evidence;
    const line =
      complains(evidence, "unreachable") ??
      (network?.outbound === false ? complains(evidence, "refused") : undefined);
    const shut = network?.outbound === false && network.outboundOnHost === true;
    const noRoute = network?.defaultRoute === false;
    const far = (evidence.dependencies ?? []).find(
      ({ host, connects, container }) =>
        (connects === "timeout" || connects === "unreachable") &&
        container === undefined &&
        !isLocalName(host),
    );
    if (line === undefined) return undefined;
    if (!shut && !noRoute && far === undefined && publicName(line) === undefined) return undefined;
    return {
      confidence: shut || noRoute ? 0.95 : far !== undefined ? 0.87 : 0.75,
      verdict:
        shut || noRoute
          ? "the container has no way out of the host"
          : `${far === undefined ? (publicName(line) ?? "a server outside") : `${far.host}:${far.port ?? "?"}`} does not answer from the container`,
      seen: [
        `its log says: ${short(line)}`,
        ...(network?.target !== undefined && network.outbound !== undefined
          ? [
              `${network.target} ${network.outbound ? "can" : "cannot"} be reached from its network${network.outboundOnHost === undefined ? "" : `, ${network.outboundOnHost ? "and can" : "and cannot"} from the host`}`,
            ]
          : []),
        ...(noRoute ? ["its network has no default route (an internal network)"] : []),
      ],
      why:
        shut || noRoute
          ? "The host reaches what the container does not, so it is between the two: a firewall's forward rule, NAT, or an internal network."
          : "Connections to a server outside got no answer.",
      cure: "let containers out: iptables' FORWARD and DOCKER-USER chains, net.ipv4.ip_forward, masquerading for the network sextant; a Firewall with outbound rules has to allow it",
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      "`Net::OpenTimeout`, `execution expired`, `connect ETIMEDOUT`, `Network is unreachable` for servers outside; the host itself reaches them.",
    cause:
      "Packets of containers are dropped on the way out: a rule in DOCKER-USER or FORWARD, ip_forward switched off, a firewall tool that flushed Docker's rules, an internal network, or outbound rules of the cloud firewall.",
    proof:
      "`nsenter -t $(docker inspect -f '{{.State.Pid}}' CONTAINER) -n curl -m 5 https://example.com` against the same without nsenter.",
    cure: "Restart Docker after a firewall tool has flushed its rules; allow forwarding from the bridge; set `ip_forward`.",
  },
};

export const untrustedCertificate: Cause = {
  id: "untrusted-certificate",
  title: "certificate verify failed, x509: certificate signed by unknown authority, not yet valid",
  final: true,
  match: (evidence) => {
    if (evidence.stage !== "ready" && !runsOnce(evidence.stage)) return undefined;
    const line = complains(evidence, "certificate");
    if (line === undefined) return undefined;
    const early = /not yet valid/i.test(line);
    const late = /expired/i.test(line);
    const name = /altname|hostname mismatch|doesn't match|is valid for|not valid for|no alternative/i.test(
      line,
    );
    const clock = evidence.host?.clock;
    return {
      confidence: 0.95,
      verdict: `it does not trust the certificate of a server that it calls${early ? ": it is not valid yet" : late ? ": it has expired" : name ? ": it is for another name" : ": nobody that it trusts has signed it"}`,
      seen: [
        `its log says: ${short(line)}`,
        ...((early || late) && clock !== undefined ? [`the host's clock says ${clock}`] : []),
      ],
      why: "The server was reached, and the app ended the TLS handshake itself.",
      cure:
        early || late
          ? "compare the host's clock (timedatectl) with the right time; where it is right, the other server needs a new certificate"
          : name
            ? "call that server by the name that its certificate is for"
            : "have the authorities in the image (apt-get install ca-certificates, apk add ca-certificates, COPY of /etc/ssl/certs); for one of your own add its certificate (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, update-ca-certificates)",
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      "`x509: certificate signed by unknown authority`, `unable to get local issuer certificate`, `CERTIFICATE_VERIFY_FAILED`, `PKIX path building failed`, `certificate has expired or is not yet valid`.",
    cause:
      "The image has no list of authorities (slim images, `FROM scratch`), the other server's certificate is of an authority of your own, is for another name or has run out; or the host's clock is wrong.",
    proof:
      "`openssl s_client -connect SERVER:443 -servername SERVER </dev/null | openssl x509 -noout -issuer -dates -subject`; `date` on the host.",
    cure: "`ca-certificates` in the last stage of the Dockerfile; the own authority's certificate beside them; the right clock.",
  },
};
