/**
 * The rules that single values keep. Each check takes the argument's name and its value and returns the problems
 * it finds, none for a value that is only known during `pulumi up` (an Output).
 */
import { isIPv4, isIPv6 } from "node:net";
import { Output } from "@pulumi/pulumi";
import type { Check } from "./check";
import type { Problem } from "./problem";
import { durationMs, sizeBytes } from "../../provider/core/units";

export const valuesCheck: Check = {
  id: "values",
  title: "Networks, ports, host names, paths, durations, sizes",
  effect: "refused",
  why: "A network is an address and a prefix length without host bits, a port is from 1 to 65535, a host name has no scheme and no port, a path starts with a slash, a duration has a unit (`ms`, `s`, `m`, `h`), a size too (`k`, `m`, `g`).",
  says: [
    'App "shop": route.port is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
};

/** True when the value is there now, at preview: not absent, not an Output, not a promise. */
export function isPlain<T>(value: T): value is Exclude<T, Output<unknown> | Promise<unknown> | undefined> {
  return value !== undefined && !Output.isInstance(value) && !(value instanceof Promise);
}

function unless(
  holds: boolean,
  argument: string,
  value: unknown,
  rule: string,
  cure: string,
  page?: Check,
): Problem[] {
  return holds ? [] : [{ argument, value, rule, cure, ...(page === undefined ? {} : { check: page }) }];
}

/** A TCP or UDP port. */
export function port(argument: string, value: unknown): Problem[] {
  if (!isPlain(value)) return [];
  const ok = typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
  return unless(
    ok,
    argument,
    value,
    "a port is a whole number from 1 to 65535",
    "give the port that is meant, such as 3000",
    valuesCheck,
  );
}

/** A duration within bounds given in milliseconds. */
export function duration(argument: string, value: unknown, least = 0, most = 24 * 3_600_000): Problem[] {
  if (!isPlain(value)) return [];
  const ms = typeof value === "string" ? durationMs(value) : undefined;
  if (ms === undefined) {
    return unless(
      false,
      argument,
      value,
      "a duration is a number with ms, s, m or h",
      'write it like "30s"',
      valuesCheck,
    );
  }
  return unless(
    ms >= least && ms <= most,
    argument,
    value,
    `it has to be from ${spell(least)} to ${spell(most)}`,
    "choose a duration in that range",
    valuesCheck,
  );
}

function spell(ms: number): string {
  if (ms % 3_600_000 === 0 && ms > 0) return `${ms / 3_600_000}h`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** An amount of memory, at least Docker's own minimum of 6 MB. */
export function size(argument: string, value: unknown, leastBytes = 6 * 1024 ** 2): Problem[] {
  if (!isPlain(value)) return [];
  const bytes = typeof value === "string" ? sizeBytes(value) : undefined;
  if (bytes === undefined) {
    return unless(
      false,
      argument,
      value,
      "a size is a number with k, m or g",
      'write it like "512m"',
      valuesCheck,
    );
  }
  return unless(
    bytes >= leastBytes,
    argument,
    value,
    `Docker takes no less than ${Math.ceil(leastBytes / 1024 ** 2)}m`,
    "raise it",
    valuesCheck,
  );
}

/** A host name for a route: labels of letters, digits and hyphens; `*.` may lead. */
export function hostName(argument: string, value: unknown): Problem[] {
  if (!isPlain(value)) return [];
  const label = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  const form = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`);
  const ok = typeof value === "string" && value.length <= 253 && form.test(value);
  return unless(
    ok,
    argument,
    value,
    "a host is a bare DNS name without scheme, port or path",
    'write it like "shop.example.com"',
    valuesCheck,
  );
}

/** A path that starts with a slash and holds no query, fragment or blank. */
export function urlPath(argument: string, value: unknown): Problem[] {
  if (!isPlain(value)) return [];
  const ok = typeof value === "string" && /^\/[^\s?#]*$/.test(value);
  return unless(
    ok,
    argument,
    value,
    "a path starts with / and has no query or blanks",
    'write it like "/up"',
    valuesCheck,
  );
}

/** An IPv4 or IPv6 network in CIDR form, without host bits. */
export function cidr(argument: string, value: unknown): Problem[] {
  if (!isPlain(value)) return [];
  if (typeof value !== "string" || !parseCidr(value)) {
    const bare = typeof value === "string" && isIPv4(value) ? `write "${value}/32"` : undefined;
    const bare6 = typeof value === "string" && isIPv6(value) ? `write "${value}/128"` : undefined;
    return unless(
      false,
      argument,
      value,
      "a network is an address and a prefix length",
      bare ?? bare6 ?? 'write it like "203.0.113.0/24"',
      valuesCheck,
    );
  }
  const clean = networkOf(value);
  return unless(
    clean === undefined || clean === value,
    argument,
    value,
    "a network has no bits set behind its prefix",
    `did you mean "${clean ?? ""}"`,
    valuesCheck,
  );
}

/** Address and prefix length of a CIDR, or `undefined`. */
export function parseCidr(text: string): { address: string; prefix: number; family: 4 | 6 } | undefined {
  const [address = "", length = "", rest] = text.split("/");
  if (rest !== undefined || !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = Number(length);
  if (isIPv4(address) && prefix <= 32) return { address, prefix, family: 4 };
  if (isIPv6(address) && prefix <= 128) return { address, prefix, family: 6 };
  return undefined;
}

/** An IPv4 CIDR with its host bits cleared; `undefined` for IPv6, whose host bits are left to the API. */
export function networkOf(text: string): string | undefined {
  const parsed = parseCidr(text);
  if (parsed?.family !== 4) return undefined;
  const bits = parsed.address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const step = 2 ** (32 - parsed.prefix);
  const net = Math.floor(bits / step) * step;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(net / 2 ** shift) % 256).join(".")}/${parsed.prefix}`;
}

/** The name of an environment variable, as shells take it; with `dots` as Docker alone has to. */
export function envName(argument: string, value: string, dots = false): Problem[] {
  return unless(
    (dots ? /^[A-Za-z_][A-Za-z0-9_.-]*$/ : /^[A-Za-z_][A-Za-z0-9_]*$/).test(value),
    argument,
    value,
    `the name of a variable has letters, digits${dots ? ", dots, hyphens" : ""} and underscores and does not start with a digit`,
    "rename it",
  );
}

/** A name that becomes part of container, volume and service names. */
export function dnsLabel(argument: string, value: unknown, most = 40): Problem[] {
  if (!isPlain(value)) return [];
  const ok = typeof value === "string" && value.length <= most && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(value);
  return unless(
    ok,
    argument,
    value,
    `such a name has up to ${most} lower-case letters, digits and inner hyphens and starts with a letter`,
    'write it like "web"',
  );
}

/** A whole number within bounds. */
export function whole(argument: string, value: unknown, least: number, most: number): Problem[] {
  if (!isPlain(value)) return [];
  const ok = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
  return unless(ok, argument, value, `it is a whole number from ${least} to ${most}`, "choose one of these");
}

/** A number of processor cores. */
export function cores(argument: string, value: unknown): Problem[] {
  if (!isPlain(value)) return [];
  const ok = typeof value === "number" && value > 0 && value <= 256;
  return unless(ok, argument, value, "cores are a number over 0", "write it like 1.5");
}

/** One of a closed set. */
export function oneOf(argument: string, value: unknown, allowed: readonly string[]): Problem[] {
  if (!isPlain(value)) return [];
  const ok = typeof value === "string" && allowed.includes(value);
  return unless(ok, argument, value, `it is one of ${allowed.join(", ")}`, "choose one of these");
}

/** A list or text that must hold something. */
export function notEmpty(argument: string, value: unknown, cure: string): Problem[] {
  if (!isPlain(value)) return [];
  const length =
    typeof value === "string"
      ? value.trim().length
      : Array.isArray(value)
        ? value.length
        : Object.keys(value as object).length;
  return unless(length > 0, argument, value, "it must not be empty", cure);
}

/** An absolute path inside a container or on a host. */
export function absolutePath(argument: string, value: unknown): Problem[] {
  if (!isPlain(value)) return [];
  const ok = typeof value === "string" && value.startsWith("/") && !/[\s:]/.test(value);
  return unless(
    ok,
    argument,
    value,
    "it has to be an absolute path without blanks or colons",
    'write it like "/data"',
  );
}
