/** Keys that Kamal does not know either: it refuses them, so that nobody can mean what is left of the configuration without them. */
import { alike } from "../../../provider/core/alike";
import { shown } from "../decision";
import type { Reader } from "../reader";

/** The keys at the top of Kamal 2's configuration, as lib/kamal/configuration/docs/configuration.yml has them. */
const top = [
  ...["service", "image", "labels", "volumes", "registry", "servers", "env", "asset_path", "hooks_path"],
  ...["hooks_output", "secrets_path", "error_pages_path", "require_destination", "primary_role"],
  ...["allow_empty_roles", "retain_containers", "minimum_version", "readiness_delay", "deploy_timeout"],
  ...["drain_timeout", "stop_timeout", "run_directory", "ssh", "builder", "accessories", "proxy", "sshkit"],
  ...["boot", "logging", "output", "aliases"],
];

/** Keys below these, where a mistyped one changes what the program does and not only what it is short of. */
const below: Readonly<Record<string, readonly string[]>> = {
  env: ["clear", "secret", "tags"],
  proxy: [
    ...["host", "hosts", "app_port", "ssl", "ssl_redirect", "forward_headers", "response_timeout"],
    ...["path_prefix", "path_prefixes", "strip_path_prefix", "healthcheck", "buffering", "logging", "run"],
  ],
};

/** What Kamal 1 had at the top, and Kamal 2 refuses. */
const ofKamal1: Readonly<Record<string, string>> = {
  traefik: "proxy",
  healthcheck: "proxy.healthcheck",
};

/** Notes those at the top, before all else: what they were to say changes what everything else means. */
export function unknownAtTop(root: Reader): void {
  for (const key of root.keys) {
    if (top.includes(key) || key.startsWith("x-")) continue;
    const value = shown(key, root.take(key));
    const now = ofKamal1[key];
    root.notes.add(
      key,
      "act",
      now === undefined
        ? `Kamal knows no such key, and the program is without what it says${meant(key, top)}.`
        : `it is a key of Kamal 1, and the program is without what it says: upgrade Kamal first (${now} in its place, then kamal upgrade), and import what you have then.`,
      value,
    );
  }
}

/** Notes what is still unread, each with its value. */
export function unknownBelow(root: Reader): void {
  for (const { key, value } of root.unread()) {
    const [first = "", second = ""] = key.split(".");
    if (first.startsWith("x-")) continue;
    const known = below[first] ?? [];
    const near = known.includes(second) ? undefined : alike(second, known);
    root.notes.add(
      key,
      near === undefined ? "none" : "act",
      `this key is not known to the import, and is not in the program${near === undefined ? "" : `; did you mean ${first}.${near}, which changes it`}.`,
      shown(key, value),
    );
  }
}

function meant(key: string, known: readonly string[]): string {
  const near = alike(key, known);
  return near === undefined
    ? "; take it out, or correct it"
    : `; did you mean ${near}? Correct it, and import again`;
}

/** The key of `env` that a variable's name with a list or a map is likely to be. */
export function meantOfEnvironment(name: string): string | undefined {
  return alike(name, below["env"] ?? []);
}
