/** Ports of the host, and the proxy's refusals. */
import type { Cause } from "../cause";
import type { Evidence } from "../evidence";
import { complains, lastAnswer, startError } from "../facts";
import { complaint, short } from "../log";

function answer({ proxy, stage, error }: Evidence): string {
  return [proxy?.answer, stage === "switch" ? error : undefined].filter(Boolean).join("\n");
}

export const portTaken: Cause = {
  id: "port-taken",
  title: "port is already allocated, address already in use (80, 443)",
  final: true,
  match: (evidence) => {
    const said = startError(evidence) ?? evidence.error ?? "";
    const docker =
      complaint(said.split("\n"), "portTaken") ??
      (/failed to bind|ports are not available/i.test(said) ? said : undefined);
    const line = docker ?? complains(evidence, "portTaken");
    if (line === undefined) return undefined;
    const port =
      /(?::|port )(\d{2,5})\b(?![.\d]*:)/.exec(line.replace(/^.*?(failed:|listen|bind)/i, "$1"))?.[1] ??
      evidence.ports?.[0]?.port;
    const owner = evidence.ports?.find((one) => String(one.port) === String(port)) ?? evidence.ports?.[0];
    const inside = docker === undefined;
    return {
      confidence: 0.96,
      verdict: inside
        ? `a port that it wants${port === undefined ? "" : ` (${port})`} is taken already inside the container`
        : `port ${port ?? "?"} of the host is taken${owner === undefined ? "" : ` by ${owner.owner}`}`,
      seen: [
        `${inside ? "its log says" : "Docker said"}: ${short(line)}`,
        ...(owner === undefined ? [] : [`port ${owner.port} belongs to ${owner.owner}`]),
      ],
      why: inside
        ? "Two processes in the container listen on one port."
        : "Only one process of a host can listen on a port.",
      cure: inside
        ? "let only one of them start the server, or give each its own port"
        : owner?.owner.startsWith("the container") === true
          ? `publish another port, or remove ${owner.owner}`
          : `stop it for good (systemctl disable --now ${/^[\w-]+/.exec(owner?.owner ?? "")?.[0] ?? "nginx"}), or put the Proxy behind it: behind: "nginx"; other ports are httpPort and httpsPort`,
    };
  },
  docs: {
    chapter: "The proxy",
    symptom:
      "`Bind for 0.0.0.0:80 failed: port is already allocated`, `listen tcp4 0.0.0.0:443: bind: address already in use`.",
    cause: "nginx, Apache, Caddy, another proxy (Traefik, Kamal's) or an accessory has the port.",
    proof: "`ss -ltnp 'sport = :80'` on the host; `docker ps --filter publish=80`.",
    cure: 'Stop and disable the other server, or put the Proxy behind it with `behind: "nginx"`, which listens on 127.0.0.1:8080 and leaves TLS to it. An `ExistingServer` says at its preflight who has 80 and 443.',
  },
};

export const proxyGone: Cause = {
  id: "proxy-gone",
  title: "The proxy does not run on the host",
  final: true,
  match: (evidence) => {
    const said = answer(evidence);
    const absent =
      /No such container: *kamal-proxy|container \S+ is not running|kamal-proxy\.sock|connect: no such file|is not running/i.test(
        said,
      );
    if (
      evidence.ending !== "proxy-gone" &&
      !(evidence.stage === "switch" && (evidence.proxy?.running === false || absent))
    )
      return undefined;
    return {
      confidence: 0.96,
      verdict: "the proxy (kamal-proxy) does not run on this host",
      seen: [said === "" ? "no running container is called kamal-proxy" : short(said)],
      why: "Nobody is there to send the new containers traffic.",
      cure: "docker start kamal-proxy on the host, or pulumi up --refresh, which makes it again with its routes; docker logs kamal-proxy says why it ended",
    };
  },
  docs: {
    chapter: "The proxy",
    symptom:
      "`No such container: kamal-proxy`, `container kamal-proxy is not running`; ports 80 and 443 refuse connections.",
    cause:
      "The proxy was stopped or removed by hand, by a clean-up, or lost its port to another server after a reboot.",
    proof: "`docker ps -a --filter name=kamal-proxy` and `docker logs kamal-proxy` on the host.",
    cure: "`docker start kamal-proxy`; `pulumi up --refresh` makes one that was removed. Its routes and certificates are in a volume and come back.",
  },
};

export const proxyBridged: Cause = {
  id: "proxy-bridged",
  title: "An update of the proxy was cut off, and its bridge is in front",
  final: true,
  match: (evidence) => {
    if (evidence.ending !== "proxy-bridged") return undefined;
    return {
      confidence: 0.97,
      verdict:
        "new connections go to a second proxy (kamal-proxy-bridge), which this release would not reach",
      seen: [
        "an update of the proxy is under way, or was cut off, and kamal-proxy has not taken its connections back",
      ],
      why: "While a proxy is replaced, a second one with a copy of its routes serves in its place.",
      cure: "pulumi up --refresh of the program that has the Proxy, which goes on with the update; docker logs kamal-proxy says why it does not answer",
    };
  },
  docs: {
    chapter: "The proxy",
    symptom:
      "`new connections go to a second proxy (kamal-proxy-bridge), which this release would not reach`.",
    cause:
      "An update of the proxy puts a second proxy, with a copy of the routes, in front while the first one is replaced. The update was cut off, or the new proxy does not start; the old release serves on. A switch ends a bridge that was left, as soon as the proxy itself answers with all its routes; here it does not. Of another program's proxy (`ExistingProxy`) the bridge may be in use: a switch waits for it, and says this after a minute and a half.",
    proof:
      "`docker ps --all --filter name=kamal-proxy` and `docker logs --tail 20 kamal-proxy` on the host; `iptables -t nat -S PREROUTING | grep sextant-bridge` shows what the connections are sent by.",
    cure: "`pulumi up --refresh` of the program that has the `Proxy` goes on with the update, or with the way back. What keeps the new proxy from starting is in its log.",
  },
};

export const proxyTooOld: Cause = {
  id: "proxy-too-old",
  title: "unknown flag: the proxy on the host is too old",
  final: true,
  match: (evidence) => {
    const said = answer(evidence);
    const flag =
      /unknown (?:shorthand )?flag:? '?(--?[\w-]+)/i.exec(said)?.[1] ??
      /unknown command "?([\w-]+)/i.exec(said)?.[1];
    if (flag === undefined) return undefined;
    return {
      confidence: 0.96,
      verdict: `the proxy on this host does not know ${flag}`,
      seen: [
        `it said: ${short(said.split("\n").find((one) => one.includes(flag)) ?? said)}`,
        ...(evidence.proxy?.version === undefined ? [] : [`it is kamal-proxy ${evidence.proxy.version}`]),
      ],
      why: "An argument of the route becomes a flag that came with a later version.",
      cure: "name a later release in the image of the Proxy component, which upgrades it and keeps every route; or take the argument away",
    };
  },
  docs: {
    chapter: "The proxy",
    symptom: "`Error: unknown flag: --…` at the switch.",
    cause:
      "The kamal-proxy that runs on the host is older than the arguments of the route need: the `image` of the `Proxy` names an older release.",
    proof: "`docker inspect --format '{{.Config.Image}}' kamal-proxy`.",
    cure: "Name a later release in the `image` of the `Proxy`: the upgrade bridges, no request is lost.",
  },
};

export const hostConflict: Cause = {
  id: "host-conflict",
  title: "host settings conflict with another service",
  final: true,
  match: (evidence) => {
    const said = answer(evidence);
    const owned = /belongs to (\S+), not to/.exec(said)?.[1]?.replace(/,$/, "");
    if (!/settings conflict|host .*in use|already (used|routed) by/i.test(said) && owned === undefined)
      return undefined;
    const others = (evidence.proxy?.services ?? []).filter(
      (line) => !line.includes(evidence.container ?? "\0"),
    );
    return {
      confidence: 0.96,
      verdict:
        owned === undefined
          ? "another app on this host has one of the route's hosts and paths"
          : `the proxy's route belongs to ${owned}`,
      seen: [
        `the proxy said: ${short(said)}`,
        ...(others.length === 0 ? [] : [`it serves: ${others.slice(0, 4).join("; ")}`]),
      ],
      why: "A host and path can lead to one app only.",
      cure: "give the routes different hosts or paths, or remove the other one: docker exec kamal-proxy kamal-proxy remove NAME",
    };
  },
  docs: {
    chapter: "The proxy",
    symptom: "`host settings conflict with another service`.",
    cause:
      "Two apps on one host want the same host and path, or a route without `hosts`, which takes every host, exists twice. Often it is the same app under an old name.",
    proof: "`docker exec kamal-proxy kamal-proxy list` on the host.",
    cure: "Other `hosts` or `paths` in one of the routes; `kamal-proxy remove NAME` for one that nobody needs.",
  },
};

export const certificate: Cause = {
  id: "certificate",
  title: "unable to load certificate",
  final: true,
  match: (evidence) => {
    const said = answer(evidence);
    if (
      !/unable to load certificate|certificate.*(no such file|invalid|mismatch|does not match)|private key does not match/i.test(
        said,
      )
    )
      return undefined;
    return {
      confidence: 0.93,
      verdict: "the proxy cannot load the route's certificate",
      seen: [`the proxy said: ${short(said)}`],
      why: "The chain and the key do not belong together, or are no PEM.",
      cure: "give route.tls both of one pair: ownCertificate(chain, key); openssl x509 -noout -pubkey and openssl pkey -pubout print the same for a pair",
    };
  },
  docs: {
    chapter: "The proxy",
    symptom: "`unable to load certificate`.",
    cause: "Certificate and key do not belong together, the key has a password, or one of them is not PEM.",
    proof: "`openssl x509 -noout -pubkey < chain.pem` and `openssl pkey -pubout < key.pem` differ.",
    cure: "`ownCertificate(chain, key)` with the leaf first in the chain.",
  },
};

export const proxyRefused: Cause = {
  id: "proxy-refused",
  title: "target failed to become healthy within configured timeout",
  final: false,
  match: (evidence) => {
    const said = answer(evidence);
    if (evidence.stage !== "switch" || !/failed to become healthy/i.test(said)) return undefined;
    const last = lastAnswer(evidence);
    const log = evidence.proxy?.log?.at(-1);
    return {
      confidence: 0.5,
      verdict: "it was ready when asked directly, and the proxy did not find it healthy",
      seen: [
        `the proxy said: ${short(said)}`,
        ...(log === undefined ? [] : [`the proxy's log: ${short(log)}`]),
        ...(last === undefined || last.status === 0 ? [] : [`the proxy was answered ${last.status}`]),
      ],
      why: "The gate and the proxy ask the same question; between the two something changed, or the app tells them apart by address or agent.",
      cure: "see the proxy's log (docker logs kamal-proxy) and the app's; an app that gets slow under a second generation needs more memory",
    };
  },
  docs: {
    chapter: "The proxy",
    symptom:
      "`target failed to become healthy within configured timeout` at the switch, after the gate was green.",
    cause:
      "The proxy's questions come from another address and with another user agent than the gate's; a limit, a ban or a lack of memory came in between.",
    proof: "`docker logs kamal-proxy | grep Healthcheck` on the host.",
    cure: "What the proxy's log names; see rate-limited, blocklisted and memory-pressure.",
  },
};
