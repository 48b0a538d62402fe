/** Variables of a container: `env`, with what is clear and what is secret. */
import { Mixed } from "../erb";
import { code, Fields, isSpecial, type Node } from "../node";
import type { Reader } from "../reader";
import { isMap, type Raw } from "../yaml";
import { secretOf, secretByHand, type Context } from "./context";
import { meantOfEnvironment } from "./unknown";

export interface Environment {
  readonly env: Fields;
  readonly secrets: Fields;
}

const nothing: Environment = { env: new Fields(), secrets: new Fields() };

/** What stands in a program in place of the name that Kamal gives an accessory's container. */
export type Hosts = ReadonlyMap<string, string>;

/** Words of a variable that holds a secret. */
const secretName = /(^|_)(PASSWORD|PASSWD|TOKEN|SECRET|KEY|KEY_BASE|CREDENTIALS?|DSN)$/;

/** The variables below a key. @param hosts where an accessory's container is called by another name here */
export function environmentOf(
  of: Reader,
  key: string,
  context: Context,
  { hosts = new Map(), dots = false }: { hosts?: Hosts; dots?: boolean } = {},
): Environment {
  const all = of.map(key);
  if (all === undefined) return nothing;
  const parted = ["clear", "secret", "tags"].some((part) => all.keys.includes(part));
  const clear = parted ? all.map("clear") : all;
  let { env, secrets } = nothing;
  for (const name of clear?.keys ?? []) {
    const at = clear?.at(name) ?? name;
    const raw = clear?.take(name);
    if (!goodName(name, at, context, dots)) continue;
    if (raw === undefined) {
      context.notes.add(
        at,
        "act",
        "it has no value, and Kamal takes the host's own variable then; write its value into env, or take it out.",
      );
    } else if (isSecretOfRuby(name, raw)) {
      const why = "Ruby read it from the shell and Kamal keeps it in the clear";
      secrets = secrets.with(name, secretByHand(context, name, at, why));
    } else if (clear !== undefined) env = env.with(name, valueOf(clear, name, raw, at, context, hosts));
  }
  for (const item of parted ? all.list("secret") : []) {
    const [name = "", from = name] = String(item).split(":", 2);
    const at = `${all.at("secret")}.${name}`;
    if (!goodName(name, at, context, dots)) continue;
    secrets = secrets.without(name).with(name, secretOf(context, from, at));
    if (env.get(name) === undefined) continue;
    context.notes.add(
      at,
      "differs",
      "it is in clear as well, which counts for Docker; the program has the secret alone.",
    );
    env = env.without(name);
  }
  return { env, secrets };
}

function goodName(name: string, at: string, { notes }: Context, dots: boolean): boolean {
  if ((dots ? /^[A-Za-z_][A-Za-z0-9_.-]*$/ : /^[A-Za-z_][A-Za-z0-9_]*$/).test(name)) return true;
  notes.add(
    at,
    "act",
    "no shell takes a variable of that name, and the program is without it; rename it in the app.",
  );
  return false;
}

function isSecretOfRuby(name: string, raw: Raw): boolean {
  return raw instanceof Mixed && raw.parts.some((part) => typeof part !== "string") && secretName.test(name);
}

function valueOf(clear: Reader, name: string, raw: Raw, at: string, context: Context, hosts: Hosts): Node {
  const { notes } = context;
  if (typeof raw === "string" && /\$\{[^}]*\}/.test(raw)) {
    const own = notes.names.of(name, at);
    notes.add(
      at,
      "act",
      `the shell of each host put its own variable in; it is ${own} of the stack's configuration now: pulumi config set ${own} VALUE.`,
    );
    return { is: "config", name: own, type: "string" };
  }
  // Kamal refuses it as well: its Validator::Env has texts alone.
  if (isMap(raw) || Array.isArray(raw)) throw clear.wrong(name, singleValue(name));
  const value = clear.node(name, raw);
  return typeof value === "string" ? withHosts(value, at, context, hosts) : value;
}

function singleValue(name: string): string {
  const near = meantOfEnvironment(name);
  const meant = near === undefined ? "" : `; did you mean ${near}, which is no variable`;
  return `a variable has a single value${meant}`;
}

/** A text with the accessories' own names for where they are. */
function withHosts(text: string, at: string, { notes }: Context, hosts: Hosts): Node {
  const found = [...hosts].filter(([host]) => named(host).test(text));
  if (found.length === 0) return text;
  const all = new RegExp(found.map(([host]) => named(host).source).join("|"), "g");
  const parts: Node[] = [];
  let behind = 0;
  for (const { 0: host, index } of text.matchAll(all)) {
    if (index > behind) parts.push(text.slice(behind, index));
    parts.push(code(hosts.get(host) ?? host));
    behind = index + host.length;
  }
  if (behind < text.length) parts.push(text.slice(behind));
  const [only] = parts;
  notes.add(at, "differs", `${found.map(([host, here]) => `${host} is ${here}`).join(", ")} in the program.`);
  return parts.length === 1 && isSpecial(only) ? only : { is: "template", parts, output: true };
}

const named = (host: string): RegExp =>
  new RegExp(`(?<![\\w.-])${host.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-]|\\.\\w)`);

/** One laid over the other; what is a secret below and clear above, or the other way round, is decided by a person. */
export function over(below: Environment, above: Environment, at: string, { notes }: Context): Environment {
  const clash = [
    ...above.env.names.filter((name) => below.secrets.names.includes(name)),
    ...above.secrets.names.filter((name) => below.env.names.includes(name)),
  ];
  for (const name of clash)
    notes.add(
      `${at}.${name}`,
      "act",
      "it is clear in one place and secret in the other, and here it is one of both; the program has the app's own alone.",
    );
  return { env: above.env.without(...clash), secrets: above.secrets.without(...clash) };
}
