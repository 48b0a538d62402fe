/** kamal-proxy's own commands and flags. */
import { fault, lab, unit } from "../proof";
import { has, replaced, type Area } from "../row";
import { flag, held, listed, noneSwitched, release } from "../shared";

const edited = "an edit under load touches what it should and loses nothing";
const hostsAndPaths = lab("deploy", `${edited} > the route's hosts and paths`);
const ownCertificate = lab("deploy", `${edited} > a route over TLS with a certificate of one's own`);
const authority = lab(
  "certificates",
  "Let's Encrypt > gives a certificate of each name with the release; a name that does not resolve is said, and fails nothing",
);
const toItself = lab(
  "certificates",
  "nginx in front of the proxy > keeps the proxy to itself: from outside its port is shut, and a replaced proxy loses no request behind nginx",
);
const believed = lab(
  "certificates",
  "nginx in front of the proxy > has TLS, and a Rails app with force_ssl sees scheme and client: no loop, and its forms are accepted",
);
const replicas = "a role with replicas > ";
const canary = "a canary > ";
const canaryComes = lab(
  "canary",
  `${canary}comes beside the role under load, and gets about its part of the visitors, and nobody without the cookie`,
);
const canaryChanges = lab(
  "canary",
  `${canary}of another version takes the visitors over under load, and one that fails its check gets none`,
);
const canaryShare = lab(
  "canary",
  `${canary}has another share, and visitors by name, without a container being touched`,
);
const canaryWords = unit("provider/release/canary", "a canary's step > has the proxy's times of each route");
const reader = "a role that reads for another one > ";
const readers = lab(
  "canary",
  `${reader}gets GET under load and no POST, and what a visitor reads after a write is of the writer`,
);

export const control: Area = {
  title: "kamal-proxy: run and control",
  rows: [
    has("kamal-proxy run --http-port", "Proxy.httpPort publishes it on another port of the host", toItself),
    has(
      "kamal-proxy run --https-port",
      "Proxy.httpsPort publishes it on another port of the host; a unit test alone",
      unit("components/proxy/existing", "a proxy of one's own > is published and logs as the program says"),
    ),
    has("kamal-proxy run --metrics-port", "Proxy.metricsPort", flag.options),
    has("kamal-proxy run --debug", "Proxy.debug", flag.options),
    has(
      "kamal-proxy run --http3",
      "Proxy.http3",
      lab("certificates", "Let's Encrypt > answers over HTTP/3, through the firewall's UDP port"),
    ),
    has("kamal-proxy list", "sextant ps, and sextant routes on a host", listed),
    has("kamal-proxy pause", "sextant pause", held),
    has("kamal-proxy pause --drain-timeout", "sextant pause --drain", held),
    has("kamal-proxy pause --max-pause", "sextant pause --max-pause", held),
    has("kamal-proxy stop", "sextant maintenance on", held),
    has("kamal-proxy stop --drain-timeout", "sextant maintenance on --drain", held),
    has("kamal-proxy stop --message", "sextant maintenance on --message", held),
    has("kamal-proxy resume", "sextant resume", held),
    has(
      "kamal-proxy remove",
      "the route is taken out of the program",
      lab(
        "interruptions",
        "what is routed > goes from the proxy when the route is taken off, and comes again",
      ),
    ),
    has("kamal-proxy rollout deploy", "canary of a role", canaryComes, canaryChanges),
    has("kamal-proxy rollout deploy --target", "the canary's container", canaryComes),
    replaced(
      "kamal-proxy rollout deploy --read-target",
      "the canary's container, which answers its visitors' reads as well",
      "because a canary is tried by all that its visitors do",
      canaryComes,
    ),
    has(
      "kamal-proxy rollout deploy --deploy-timeout",
      "App.readyTimeout, which the gate before keeps to; a unit test alone of the word",
      canaryWords,
    ),
    has(
      "kamal-proxy rollout deploy --drain-timeout",
      "route.drainTimeout; requests of a second are finished",
      canaryChanges,
      canaryWords,
    ),
    has("kamal-proxy rollout set", "canary.percent and canary.visitors", canaryShare),
    has("kamal-proxy rollout set --percent", "canary.percent", canaryShare),
    has("kamal-proxy rollout set --list", "canary.visitors", canaryShare),
    has(
      "kamal-proxy rollout stop",
      "the canary is taken out of the program, or promoted; it drains then",
      lab("canary", `${canary}is taken out under load, and its visitors go back`),
      lab(
        "canary",
        `${canary}is promoted in one step under load: its visitors have its version all the time`,
      ),
    ),
  ],
};

export const deploy: Area = {
  title: "kamal-proxy: deploy",
  rows: [
    has("kamal-proxy deploy --target", "the new container of a role", release),
    has(
      "kamal-proxy deploy: several --target",
      "replicas of a role",
      lab(
        "replicas",
        `${replicas}goes from one to three under load, beside the one that serves, and all of them get requests`,
      ),
      lab(
        "replicas",
        `${replicas}is released in one step, with two generations at most, and without a lost request`,
      ),
    ),
    has(
      "kamal-proxy deploy --read-target",
      "a role that reads another one",
      readers,
      lab("canary", `${reader}is released with the role in one step, and nothing old of it is left`),
    ),
    has("kamal-proxy deploy --host", "route.hosts", hostsAndPaths),
    has("kamal-proxy deploy --path-prefix", "route.paths", hostsAndPaths),
    has("kamal-proxy deploy --strip-path-prefix", "route.stripPath", hostsAndPaths, flag.prefixes),
    has("kamal-proxy deploy --canonical-host", "route.canonicalHost", flag.redirects),
    has("kamal-proxy deploy --tls", "route.tls", authority),
    has(
      "kamal-proxy deploy --tls-staging",
      "letsEncrypt({ staging: true })",
      lab(
        "certificates",
        "Let's Encrypt > has a directory for trying things out, with orders of its own; the way back takes the certificates that are there",
      ),
    ),
    has("kamal-proxy deploy --tls-certificate-path", "ownCertificate()", ownCertificate),
    has("kamal-proxy deploy --tls-private-key-path", "ownCertificate()", ownCertificate),
    replaced(
      "kamal-proxy deploy --tls-acme-cache-path",
      "certificates are in the proxy's own volume, which the next proxy takes",
      "a place of one's own could be one that goes with the container",
      lab(
        "certificates",
        "Let's Encrypt > is not asked again after a restart of the proxy, nor by another proxy, and no handshake fails meanwhile",
      ),
    ),
    has("kamal-proxy deploy --tls-redirect", "route.redirectToHttps", authority, flag.redirects),
    has(
      "kamal-proxy deploy --deploy-timeout",
      "App.readyTimeout, which the gate before keeps to",
      noneSwitched,
      flag.ready,
    ),
    has(
      "kamal-proxy deploy --drain-timeout",
      "route.drainTimeout; requests of two seconds are finished",
      release,
      flag.drain,
    ),
    replaced(
      "kamal-proxy deploy --force",
      "an edit of route.health, or a longer readyTimeout",
      "what is not fit gets no traffic, whoever says so: a health check that is too strict is what has to change",
      noneSwitched,
    ),
    has(
      "kamal-proxy deploy --health-check-path",
      "route.health.path",
      fault("no such health path"),
      flag.health,
    ),
    has("kamal-proxy deploy --health-check-interval", "route.health.interval", flag.healthTimes),
    has(
      "kamal-proxy deploy --health-check-timeout",
      "route.health.timeout",
      fault("hang in the health path"),
      flag.healthTimes,
    ),
    has("kamal-proxy deploy --health-check-port", "route.health.port", flag.health),
    has(
      "kamal-proxy deploy --health-check-host",
      "route.health.host, the route's first host unless it is given",
      fault("host authorization"),
      flag.health,
    ),
    has(
      "kamal-proxy deploy --writer-affinity-timeout",
      "route.readers.writerAffinity",
      readers,
      flag.readers,
    ),
    has("kamal-proxy deploy --read-target-websockets", "route.readers.websockets", flag.readers),
    has("kamal-proxy deploy --target-timeout", "route.responseTimeout", flag.response),
    has("kamal-proxy deploy --buffer-requests", "route.buffer.requests", flag.buffered),
    has("kamal-proxy deploy --buffer-responses", "route.buffer.responses", flag.buffered),
    has("kamal-proxy deploy --buffer-memory", "route.buffer.memory", flag.memory),
    has("kamal-proxy deploy --max-request-body", "route.buffer.maxRequestBody", flag.limits),
    has("kamal-proxy deploy --max-response-body", "route.buffer.maxResponseBody", flag.limits),
    has("kamal-proxy deploy --forward-headers", "route.forwardHeaders", believed, flag.forwarded),
    has("kamal-proxy deploy --scope-cookie-paths", "route.scopeCookiePaths", flag.prefixes),
    has("kamal-proxy deploy --log-request-header", "route.logHeaders.request", flag.headers),
    has("kamal-proxy deploy --log-response-header", "route.logHeaders.response", flag.headers),
    has("kamal-proxy deploy --error-pages", "errorPages of the App", held),
  ],
};
