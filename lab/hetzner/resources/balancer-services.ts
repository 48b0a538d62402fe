/** Services and targets of a load balancer: reading them from requests, with the API's defaults. */
import { isIPv4 } from "node:net";
import { addressOf } from "../balancer-spec";
import { loadBalancerTypes } from "../catalogue/load-balancer-types";
import type { Cloud } from "../cloud";
import { failure } from "../errors";
import type { Body } from "../http";
import { Input } from "../input";
import { parseSelector } from "../labels";
import type { HealthCheck, LoadBalancerRecord, ServiceRecord, TargetRecord } from "../records";

const protocols = ["tcp", "http", "https"] as const;

/** Reads a service; what the request leaves out comes from `before` (an update) or from the API's defaults. */
export function readService(cloud: Cloud, body: Body, before?: ServiceRecord): ServiceRecord {
  const input = new Input(body);
  const protocol = before
    ? (input.oneOf("protocol", protocols) ?? before.protocol)
    : input.needOneOf("protocol", ["tcp", "http", "https"]);
  const webPort = protocol === "https" ? 443 : 80;
  const listen =
    input.port("listen_port") ?? before?.listen_port ?? (protocol === "tcp" ? undefined : webPort);
  const destination =
    input.port("destination_port") ?? before?.destination_port ?? (protocol === "tcp" ? undefined : 80);
  if (listen === undefined && !input.has("listen_port"))
    input.wrong("listen_port", "Missing data for required field.");
  if (destination === undefined && !input.has("destination_port")) {
    input.wrong("destination_port", "Missing data for required field.");
  }
  const proxyprotocol = input.flag("proxyprotocol") ?? before?.proxyprotocol ?? false;
  const http = protocol === "tcp" ? undefined : readHttp(cloud, input, before?.http);
  if (protocol === "https" && http?.certificates.length === 0)
    input.wrong("http.certificates", "https services need a certificate");
  input.done();
  return {
    protocol,
    listen_port: listen ?? 0,
    destination_port: destination ?? 0,
    proxyprotocol,
    health_check: readHealthCheck(
      input.object("health_check"),
      protocol,
      destination ?? 0,
      before?.health_check,
    ),
    ...(http ? { http } : {}),
  };
}

function readHttp(
  cloud: Cloud,
  service: Input,
  before: ServiceRecord["http"],
): NonNullable<ServiceRecord["http"]> {
  const input = new Input(service.object("http") ?? {});
  const certificates = input.has("certificates")
    ? input.integers("certificates")
    : (before?.certificates ?? []);
  for (const id of certificates) cloud.store.get("certificates", id);
  const http = {
    cookie_name: input.text("cookie_name") ?? before?.cookie_name ?? "HCLBSTICKY",
    cookie_lifetime: input.integer("cookie_lifetime") ?? before?.cookie_lifetime ?? 300,
    timeout_idle: input.integer("timeout_idle") ?? before?.timeout_idle ?? 60,
    certificates,
    redirect_http: input.flag("redirect_http") ?? before?.redirect_http ?? false,
    sticky_sessions: input.flag("sticky_sessions") ?? before?.sticky_sessions ?? false,
  };
  if (http.timeout_idle < 30 || http.timeout_idle > 300)
    input.wrong("http.timeout_idle", "Must be between 30 and 300.");
  input.done();
  return http;
}

function readHealthCheck(
  body: Body | undefined,
  protocol: ServiceRecord["protocol"],
  destinationPort: number,
  before: HealthCheck | undefined,
): HealthCheck {
  const input = new Input(body ?? {});
  const kind =
    input.oneOf("protocol", ["tcp", "http"]) ?? before?.protocol ?? (protocol === "tcp" ? "tcp" : "http");
  const check: HealthCheck = {
    protocol: kind,
    port: input.port("port") ?? before?.port ?? destinationPort,
    interval: input.integer("interval") ?? before?.interval ?? 15,
    timeout: input.integer("timeout") ?? before?.timeout ?? 10,
    retries: input.integer("retries") ?? before?.retries ?? 3,
  };
  if (check.interval < 3 || check.interval > 60)
    input.wrong("health_check.interval", "Must be between 3 and 60.");
  if (check.timeout < 1 || check.timeout > check.interval)
    input.wrong("health_check.timeout", "Must be between 1 and the interval.");
  if (check.retries < 1 || check.retries > 5) input.wrong("health_check.retries", "Must be between 1 and 5.");
  if (kind === "http") {
    const http = new Input(input.object("http") ?? {});
    check.http = {
      domain: http.text("domain") ?? before?.http?.domain ?? "",
      path: http.text("path") ?? before?.http?.path ?? "/",
      response: http.text("response") ?? before?.http?.response ?? "",
      status_codes: http.texts("status_codes") ?? before?.http?.status_codes ?? ["2??", "3??"],
      tls: http.flag("tls") ?? before?.http?.tls ?? false,
    };
    http.done();
  }
  input.done();
  return check;
}

/** Adds a service, when its port is free and the type has room for it. */
export function addService(balancer: LoadBalancerRecord, service: ServiceRecord): void {
  needFreePort(balancer, service);
  const most = limitsOf(balancer).max_services;
  if (balancer.services.length >= most)
    throw failure(
      "resource_limit_exceeded",
      `${balancer.load_balancer_type} has at most ${String(most)} services`,
    );
  balancer.services.push(service);
}

/** Throws when another service listens on the port, or on port 80 that this one redirects. */
export function needFreePort(
  balancer: LoadBalancerRecord,
  service: ServiceRecord,
  except?: ServiceRecord,
): void {
  const portsOf = (each: ServiceRecord): number[] => [
    each.listen_port,
    ...(each.http?.redirect_http ? [80] : []),
  ];
  const taken = new Set(balancer.services.filter((each) => each !== except).flatMap(portsOf));
  const port = portsOf(service).find((each) => taken.has(each));
  if (port !== undefined)
    throw failure("source_port_already_used", `source port ${String(port)} is already in use`);
}

export function readTarget(input: Input): TargetRecord {
  const type = input.needOneOf("type", ["server", "label_selector", "ip"]);
  const target: TargetRecord = { type, use_private_ip: input.flag("use_private_ip") ?? false };
  const inner = new Input(input.object(type) ?? {});
  if (type === "server") target.server = { id: inner.needInteger("id") };
  if (type === "ip") {
    const ip = inner.needText("ip");
    if (ip !== "" && !isIPv4(ip)) inner.wrong("ip", `'${ip}' is no IPv4 address`);
    target.ip = { ip };
  }
  if (type === "label_selector") {
    const selector = inner.needText("selector");
    if (!parseSelector(selector))
      inner.wrong("selector", `selector '${selector}' is not correctly formatted`);
    target.label_selector = { selector };
  }
  for (const problem of inner.problems) input.problems.push({ ...problem, name: `${type}.${problem.name}` });
  input.done();
  return target;
}

/** Whether both name the same servers in the same way. */
export function sameTarget(a: TargetRecord, b: TargetRecord): boolean {
  return (
    a.type === b.type &&
    a.server?.id === b.server?.id &&
    a.ip?.ip === b.ip?.ip &&
    a.label_selector?.selector === b.label_selector?.selector
  );
}

/** Adds a target, or throws what the API answers when that cannot be. */
export function addTarget(cloud: Cloud, balancer: LoadBalancerRecord, target: TargetRecord): void {
  if (balancer.targets.some((each) => sameTarget(each, target))) {
    throw failure("target_already_defined", "target is already defined");
  }
  if (target.use_private_ip && balancer.private_net.length === 0) {
    throw failure("load_balancer_not_attached_to_network", "load balancer is not attached to a network");
  }
  if (target.server) {
    const server = cloud.store.get("servers", target.server.id);
    if (addressOf(cloud.store, balancer, server, target.use_private_ip) === undefined) {
      if (target.use_private_ip) {
        throw failure(
          "server_not_attached_to_network",
          `server '${server.name}' is not in the load balancer's network`,
        );
      }
      throw failure("missing_ipv4", `server '${server.name}' has no public IPv4 address`);
    }
  }
  const ip = target.ip?.ip;
  if (ip !== undefined && cloud.store.all("primary_ips").some((each) => each.ip === ip)) {
    throw failure(
      "cloud_resource_ip_not_allowed",
      `${ip} belongs to a cloud resource, use a target of type server`,
    );
  }
  const most = limitsOf(balancer).max_targets;
  if (balancer.targets.length >= most)
    throw failure(
      "resource_limit_exceeded",
      `${balancer.load_balancer_type} has at most ${String(most)} targets`,
    );
  balancer.targets.push(target);
}

/** What the balancer's type allows. */
export function limitsOf(balancer: LoadBalancerRecord): (typeof loadBalancerTypes)[number] {
  const type = loadBalancerTypes.find((each) => each.name === balancer.load_balancer_type);
  if (!type) throw new Error(`no load balancer type is named '${balancer.load_balancer_type}'`);
  return type;
}
