/** `proxy` of an app or a role: its route; and `proxy.run`: the proxy itself. */
import { isOldProxy } from "../../../provider/kamal/proxy-version";
import { duration, Fields, isSpecial, type Node } from "../node";
import type { Reader } from "../reader";
import { secretOf, type Context } from "./context";
import { bytes, sizeOf } from "./options";

/** Seconds as a duration. */
export function seconds(value: Node | undefined): Node | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return duration(`${value}s`);
  if (isSpecial(value) && value.is === "config")
    return {
      is: "config",
      name: value.name,
      type: "Duration",
      ...(value.fallback === undefined ? {} : { fallback: `${value.fallback}s` }),
    };
  return value;
}

/** The route that a proxy's keys come to; those of the role lie over those of the app already. */
export function routeOf(proxy: Reader | undefined, context: Context, drainTimeout: Node | undefined): Fields {
  if (proxy === undefined) return new Fields().with("port", 80).with("drainTimeout", drainTimeout);
  const hosts = [...proxy.texts("host"), ...proxy.texts("hosts")].map((host) =>
    typeof host === "string" ? host.toLowerCase() : host,
  );
  const paths = [...proxy.texts("path_prefix"), ...proxy.texts("path_prefixes")];
  const strip = proxy.flag("strip_path_prefix");
  const redirect = proxy.flag("ssl_redirect");
  const forward = proxy.flag("forward_headers");
  const tls = tlsOf(proxy, context, hosts, paths);
  return new Fields()
    .with("hosts", hosts.length === 0 ? undefined : hosts)
    .with("paths", paths.length === 0 ? undefined : paths)
    .with("stripPath", strip === false ? false : undefined)
    .with("port", proxy.number("app_port") ?? 80)
    .with("tls", tls)
    .with("redirectToHttps", redirect === false ? false : undefined)
    .with("forwardHeaders", forward)
    .with("health", healthOf(proxy))
    .with("responseTimeout", seconds(proxy.number("response_timeout")))
    .with("drainTimeout", drainTimeout)
    .with("buffer", bufferOf(proxy))
    .with("logHeaders", headersOf(proxy));
}

function tlsOf(
  proxy: Reader,
  context: Context,
  hosts: readonly Node[],
  paths: readonly Node[],
): Node | undefined {
  const own = typeof proxy.value["ssl"] === "object" ? proxy.map("ssl") : undefined;
  const wanted = own !== undefined || proxy.flag("ssl") === true;
  if (!wanted) return undefined;
  if (hosts.length === 0 || (paths.length > 0 && !paths.includes("/"))) {
    context.notes.add(
      proxy.at("ssl"),
      "act",
      "a route with TLS has hosts and the path /, as the proxy takes a host's certificate from there; the program's route is without tls.",
    );
    own?.keys.forEach((key) => own.take(key));
    return undefined;
  }
  if (own === undefined) return { is: "call", name: "letsEncrypt", args: [] };
  const [certificate = "", key = ""] = [own.plain("certificate_pem"), own.plain("private_key_pem")];
  own.take("certificate_pem");
  own.take("private_key_pem");
  const name = context.notes.names.of(certificate, `certificate ${certificate}`);
  context.wanted.set(name, { name, key: certificate, secret: false });
  return {
    is: "call",
    name: "ownCertificate",
    args: [{ is: "config", name, type: "string" }, secretOf(context, key, own.at("private_key_pem"))],
  };
}

function healthOf(proxy: Reader): Fields {
  const health = proxy.map("healthcheck");
  if (health === undefined) return new Fields();
  const path = health.text("path");
  return new Fields()
    .with("path", path === "/up" ? undefined : path)
    .with("timeout", seconds(health.number("timeout")))
    .with("interval", seconds(health.number("interval")));
}

function bufferOf(proxy: Reader): Fields {
  const buffering = proxy.map("buffering");
  if (buffering === undefined) return new Fields();
  const limit = (key: string): Node | undefined => {
    const value = buffering.number(key);
    return typeof value === "number" && value > 0 ? bytes(value) : undefined;
  };
  const off = (key: string): false | undefined => (buffering.flag(key) === false ? false : undefined);
  return new Fields()
    .with("requests", off("requests"))
    .with("responses", off("responses"))
    .with("memory", limit("memory"))
    .with("maxRequestBody", limit("max_request_body"))
    .with("maxResponseBody", limit("max_response_body"));
}

function headersOf(proxy: Reader): Fields {
  const logging = proxy.map("logging");
  const names = (key: string): Node | undefined => {
    const all = logging?.texts(key) ?? [];
    return all.length === 0 ? undefined : all;
  };
  return new Fields().with("request", names("request_headers")).with("response", names("response_headers"));
}

/** The arguments of the proxy of the hosts, and the ports that it has there. */
export function proxyOf(run: Reader | undefined): { fields: Fields; ports: number[] } {
  if (run === undefined) return { fields: new Fields(), ports: [80, 443] };
  const [http, https] = [run.number("http_port"), run.number("https_port")];
  const publish = run.flag("publish");
  const addresses = run.list("bind_ips").map(String);
  const options = run.map("options");
  for (const key of options?.keys ?? [])
    options?.decide(
      key,
      "none",
      "it goes into transform.container.body of the Proxy, as Docker's API names it (npx sextant docs proxy#transform).",
    );
  const fields = new Fields()
    .with("image", proxyImage(run))
    .with("httpPort", http === 80 ? undefined : http)
    .with("httpsPort", https === 443 ? undefined : https)
    .with("publish", publish === false ? false : addresses.length === 0 ? undefined : addresses)
    .with("metricsPort", run.number("metrics_port"))
    .with("debug", run.flag("debug") === true ? true : undefined)
    .with("logMaxSize", logSize(run));
  const port = (value: Node | undefined, usual: number): number =>
    typeof value === "number" ? value : usual;
  return { fields, ports: publish === false ? [] : [port(http, 80), port(https, 443)] };
}

function logSize(run: Reader): Node | undefined {
  const size = sizeOf(run.plain("log_max_size"));
  if (size !== undefined) run.take("log_max_size");
  return size;
}

/** The image, where it is not the usual one. */
function proxyImage(run: Reader): Node | undefined {
  const [registry, repository, version] = ["registry", "repository", "version"].map((key) => run.plain(key));
  for (const key of ["registry", "repository"]) if (run.plain(key) !== undefined) run.take(key);
  const old = version !== undefined && isOldProxy(version);
  if (old)
    run.decide(
      "version",
      "act",
      "routes here use options that came with v0.9.2; the program takes that one.",
    );
  else if (version !== undefined) run.take("version");
  if (registry === undefined && repository === undefined && (version === undefined || old)) return undefined;
  const path = [registry, repository ?? "basecamp/kamal-proxy"].filter(Boolean).join("/");
  return `${path}:${old ? "v0.9.2" : (version ?? "v0.9.2")}`;
}
