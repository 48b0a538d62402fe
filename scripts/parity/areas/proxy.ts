/** Keys of the proxy: of an app, and of a host. */
import { fault, lab, unit } from "../proof";
import { has, type Area } from "../row";
import { flag } from "../shared";

const edited = "an edit under load touches what it should and loses nothing";
const hostsAndPaths = lab("deploy", `${edited} > the route's hosts and paths`);
const ownCertificate = lab("deploy", `${edited} > a route over TLS with a certificate of one's own`);
const proxyReplaced = lab(
  "deploy",
  `${edited} > the proxy's image, with routes, certificates and maintenance state kept`,
);
const authority = lab(
  "certificates",
  "Let's Encrypt > gives a certificate of each name with the release; a name that does not resolve is said, and fails nothing",
);
const wildcard = lab(
  "certificates",
  "a certificate of one's own > serves its wildcard, and is renewed under handshakes without one that fails; the former key goes",
);
const believed = lab(
  "certificates",
  "nginx in front of the proxy > has TLS, and a Rails app with force_ssl sees scheme and client: no loop, and its forms are accepted",
);
const toItself = lab(
  "certificates",
  "nginx in front of the proxy > keeps the proxy to itself: from outside its port is shut, and a replaced proxy loses no request behind nginx",
);
const overBridge = unit(
  "components/proxy/existing",
  "a proxy of one's own > goes over the bridge with every edit that replaces it, also one of a transform",
);
const published = unit(
  "components/proxy/existing",
  "a proxy of one's own > is published and logs as the program says",
);

export const appProxyKeys: Area = {
  title: "Keys of an app's proxy",
  rows: [
    has("proxy.host", "route.hosts; `*.` for one level below", hostsAndPaths, wildcard),
    has("proxy.hosts", "route.hosts", hostsAndPaths),
    has(
      "proxy.app_port",
      "route.port, 3000 where Kamal's is 80; the deploy's test has another port each time",
      hostsAndPaths,
      fault("wrong port"),
    ),
    has("proxy.ssl", "route.tls: letsEncrypt(); the certificate comes with the release", authority),
    has("proxy.ssl.certificate_pem", "route.tls: ownCertificate()", ownCertificate, wildcard),
    has("proxy.ssl.private_key_pem", "route.tls: ownCertificate()", ownCertificate),
    has("proxy.ssl_redirect", "route.redirectToHttps, on where there is TLS", authority, flag.redirects),
    has(
      "proxy.forward_headers",
      "route.forwardHeaders, which behind on the Proxy turns on",
      believed,
      flag.forwarded,
    ),
    has("proxy.response_timeout", "route.responseTimeout", flag.response),
    has("proxy.path_prefix", "route.paths", hostsAndPaths),
    has("proxy.path_prefixes", "route.paths", hostsAndPaths),
    has("proxy.strip_path_prefix", "route.stripPath", hostsAndPaths, flag.prefixes),
    has("proxy.healthcheck.path", "route.health.path", fault("no such health path")),
    has("proxy.healthcheck.interval", "route.health.interval", flag.healthTimes),
    has(
      "proxy.healthcheck.timeout",
      "route.health.timeout",
      fault("hang in the health path"),
      flag.healthTimes,
    ),
    has("proxy.buffering.requests", "route.buffer.requests", flag.buffered),
    has("proxy.buffering.responses", "route.buffer.responses", flag.buffered),
    has("proxy.buffering.memory", "route.buffer.memory", flag.memory),
    has("proxy.buffering.max_request_body", "route.buffer.maxRequestBody", flag.limits),
    has("proxy.buffering.max_response_body", "route.buffer.maxResponseBody", flag.limits),
    has(
      "proxy.logging.request_headers",
      "route.logHeaders.request, none where Kamal's are three",
      flag.headers,
    ),
    has("proxy.logging.response_headers", "route.logHeaders.response", flag.headers),
  ],
};

export const hostProxyKeys: Area = {
  title: "Keys of a host's proxy",
  rows: [
    has("proxy.run.http_port", "Proxy.httpPort; behind nginx it is 8080", toItself),
    has("proxy.run.https_port", "Proxy.httpsPort; a unit test alone", published),
    has(
      "proxy.run.publish",
      "Proxy.publish: false; a unit test alone",
      unit(
        "components/proxy/proxy",
        "the proxy's container > publishes nothing behind another server, and UDP with HTTP/3",
      ),
    ),
    has("proxy.run.bind_ips", "Proxy.publish, a list of addresses; behind nginx it is loopback", toItself),
    has("proxy.run.metrics_port", "Proxy.metricsPort", flag.options),
    has("proxy.run.debug", "Proxy.debug", flag.options),
    has(
      "proxy.run.log_max_size",
      "Proxy.logMaxSize; a unit test alone, and a benchmark on the lab",
      published,
    ),
    has("proxy.run.registry", "Proxy.image; the lab takes its own registry's", proxyReplaced),
    has("proxy.run.repository", "Proxy.image", proxyReplaced),
    has("proxy.run.version", "Proxy.image", proxyReplaced, fault("proxy too old")),
    has(
      "proxy.run.options",
      "Proxy.transform.container; the certificates' test gives it a file, a variable and a name server",
      overBridge,
      authority,
    ),
  ],
};
