/** Values as they go between the engine and a plugin: secrets, assets and unknowns are objects with a signature. */
import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A property map in wire form. */
export type Properties = Record<string, JavaScriptValue>;

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** The property names that the plugin framework adds to the state for itself. */
const internal = /^__/;

/** The engine's mark of a secret around a value. */
export function secret(value: JavaScriptValue): Properties {
  return { [signature]: secretSignature, value };
}

/** A value that is not known before the update. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** An asset in wire form: `{ path }`, `{ text }` or `{ uri }`. */
export function asset(content: Properties, hash = "h"): Properties {
  return { [signature]: assetSignature, hash, ...content };
}

/** An archive in wire form: `{ path }`, `{ assets }` or `{ uri }`. */
export function archive(content: Properties, hash = "h"): Properties {
  return { [signature]: archiveSignature, hash, ...content };
}

/** The properties of an answer, without those that the plugin framework adds for itself. */
export function read(struct: Struct | undefined): Properties {
  const properties = received(struct?.toJavaScript() ?? {}) as Properties;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !internal.test(name)));
}

/** What the engine makes of an answer: it keeps no outputs as such, and of an asset only what is set. */
function received(value: JavaScriptValue): JavaScriptValue {
  if (Array.isArray(value)) return value.map(received);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Properties;
  const kind = fields[signature];
  if (kind === outputSignature) {
    const known = received(fields["value"] ?? unknown);
    return fields["secret"] === true ? secret(known) : known;
  }
  const sparse = kind === assetSignature || kind === archiveSignature;
  const kept = Object.entries(fields).filter(([, field]) => !sparse || (field !== "" && !isEmpty(field)));
  return Object.fromEntries(kept.map(([name, field]) => [name, received(field)]));
}

function isEmpty(value: JavaScriptValue | undefined): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
