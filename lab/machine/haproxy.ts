/** A load balancer's services as haproxy's configuration. */
import type { LoadBalancerService, LoadBalancerSpec } from "./machines";

/** Name of a certificate's file: the nth of a service. */
export const certificateFile = (service: number, nth: number): string => `service-${service}-${nth}.pem`;

/** Name of a target in haproxy's backends. */
export const serverName = (target: string): string => `t-${target.replace(/[^0-9a-fA-F]/g, "-")}`;

export function haproxyConfig(spec: LoadBalancerSpec): string {
  const algorithm = spec.algorithm === "least_connections" ? "leastconn" : "roundrobin";
  return `global
  stats socket /run/haproxy.sock mode 600 level user
  maxconn 4000
defaults
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  default-server init-addr none
${spec.services.map((service, index) => frontend(service, index) + backend(service, spec.targets, algorithm)).join("")}${redirects(spec)}`;
}

const mode = (service: LoadBalancerService): string => (service.protocol === "tcp" ? "tcp" : "http");

function frontend(service: LoadBalancerService, index: number): string {
  const certificates = (service.certificates ?? []).map(
    (_, nth) => ` crt /etc/lb/${certificateFile(index, nth)}`,
  );
  const tls = service.protocol === "https" ? ` ssl${certificates.join("")}` : "";
  const forwarded =
    mode(service) === "http"
      ? `  option forwardfor
  http-request set-header X-Forwarded-Proto ${service.protocol}
  http-request set-header X-Forwarded-Port ${service.listenPort}
`
      : "";
  return `frontend in-${service.listenPort}
  mode ${mode(service)}
  bind :::${service.listenPort} v4v6${tls}
${forwarded}  default_backend port-${service.listenPort}
`;
}

function backend(service: LoadBalancerService, targets: string[], algorithm: string): string {
  const check = service.healthCheck;
  const http =
    check.protocol === "tcp" ? undefined : (check.http ?? { path: "/", statusCodes: ["2??", "3??"] });
  const codes = http?.statusCodes.map((code) => code.replaceAll("?", "[0-9]")).join("|") ?? "";
  const host = http?.domain ? ` hdr Host ${http.domain}` : "";
  const probe = http
    ? `  option httpchk
  http-check send meth GET uri ${http.path} ver HTTP/1.1${host}
  http-check expect rstatus ^(${codes})$
`
    : "";
  const options = [
    `check port ${check.port} inter ${check.intervalSeconds}s fall ${check.retries} rise 2`,
    check.protocol === "https" ? "check-ssl verify none" : "",
    service.proxyProtocol ? "send-proxy-v2" : "",
  ];
  const servers = targets.map(
    (target) =>
      `  server ${serverName(target)} ${address(target)}:${service.destinationPort} ${options.join(" ")}\n`,
  );
  return `backend port-${service.listenPort}
  mode ${mode(service)}
  balance ${algorithm}
  timeout check ${check.timeoutSeconds}s
${probe}${servers.join("")}`;
}

/** Port 80 of an https service that asks for it, unless another service listens there. */
function redirects(spec: LoadBalancerSpec): string {
  const wanted = spec.services.some((service) => service.protocol === "https" && service.redirectHttp);
  if (!wanted || spec.services.some((service) => service.listenPort === 80)) return "";
  return `frontend redirect-80
  mode http
  bind :::80 v4v6
  http-request redirect scheme https code 301
`;
}

const address = (target: string): string => (target.includes(":") ? `[${target}]` : target);
