/** Where a secret comes from, by what Kamal's files of secrets say of it, and the command that gives it to Pulumi. Values are read and not kept. Pure. */
import { quote } from "../../provider/host/scripts";
import { placed } from "../secrets/adapter";
import { adapterOf } from "../secrets/adapters";
import { wordsOf } from "./words";

/** Where the value of a secret is. */
export type Source =
  /** A variable of the shell. */
  | { readonly kind: "environment"; readonly name: string }
  /** A file, as seen from the application's folder. */
  | { readonly kind: "file"; readonly path: string }
  /** A command that prints it. */
  | { readonly kind: "command"; readonly line: string }
  /** In the clear, in this file; `pattern` takes it from its line, where it is on one. */
  | { readonly kind: "literal"; readonly file: string; readonly pattern?: string }
  /** What `kamal secrets fetch` asks a password manager for, and its name among what comes. */
  | { readonly kind: "fetched"; readonly fetch: Fetch; readonly name: string }
  /** Something that Kamal itself prints. */
  | { readonly kind: "kamal" };

export type Sources = ReadonlyMap<string, Source>;

/** A file of secrets. */
export interface SecretsFile {
  readonly file: string;
  readonly text: string;
}

/** The sources by the secrets' names; what a later file says counts. */
export function sourcesOf(files: readonly SecretsFile[]): Map<string, Source> {
  const sources = new Map<string, Source>();
  const fetched = new Map<string, Fetch>();
  for (const { file, text } of files) {
    for (const [, name = "", value = ""] of text.matchAll(line)) {
      const bare = unquoted(value);
      const fetch = fetchOf(bare);
      if (fetch !== undefined) fetched.set(name, fetch);
      sources.set(name, sourceOf(file, name, value, fetched));
    }
  }
  return sources;
}

const line =
  /^[ \t]*(?:export[ \t]+)?([\w.]+)[ \t]*[=:][ \t]*('(?:\\'|[^'])*'|"(?:\\"|[^"])*"|(?:\$\((?:[^()\n]|\([^()\n]*\))*\)|[^#\n])*)/gm;

function unquoted(value: string): string {
  const text = value.trim();
  return /^(["'])[\s\S]*\1$/.test(text) ? text.slice(1, -1) : text;
}

function sourceOf(file: string, name: string, value: string, fetched: ReadonlyMap<string, Fetch>): Source {
  const text = value.trim();
  const bare = unquoted(text);
  const variable = /^\$(?:\{(\w+)\}|(\w+))$/.exec(text.startsWith("'") ? "" : bare);
  if (variable !== null) return { kind: "environment", name: variable[1] ?? variable[2] ?? "" };
  const command = /^\$\(([\s\S]*)\)$/.exec(text.startsWith("'") ? "" : bare)?.[1]?.trim();
  if (command !== undefined) return commandSource(command, fetched);
  return bare.includes("$") && !text.startsWith("'") ? { kind: "kamal" } : literal(file, name, text);
}

/** A value in the clear, by where it is; sed takes it from its line, so that it is in no argument. */
function literal(file: string, name: string, text: string): Source {
  const [mark = "", inner = text] = /^(["'])(.*)\1$/.exec(text)?.slice(1) ?? [];
  if (inner === "" || /[\n\\]/.test(text) || (mark === "" && /\s/.test(text)))
    return { kind: "literal", file };
  const head = `^ *\\(export \\)*${name.replaceAll(".", "\\.")} *[=:] *`;
  const value = mark === "" ? "\\([^#[:space:]]*\\)" : `${mark}\\([^${mark}]*\\)${mark}`;
  return { kind: "literal", file, pattern: `s/${head}${value}.*$/\\2/p` };
}

/** The programs whose words name a place of a secret and not the secret. */
const vaults = new Set([
  "cat",
  "op",
  "gh",
  "aws",
  "gcloud",
  "doppler",
  "bw",
  "bws",
  "lpass",
  "pass",
  "rails",
]);

function commandSource(command: string, fetched: ReadonlyMap<string, Fetch>): Source {
  const [, name = "", variable = "", inner] =
    /^kamal\s+secrets\s+extract\s+(\S+)\s+["']?\$(?:\{?(\w+)\}?|(\([\s\S]*\)))["']?$/.exec(command) ?? [];
  const fetch = inner === undefined ? fetched.get(variable) : fetchOf(`$${inner}`);
  if (fetch !== undefined)
    return adapterOf(fetch.adapter) === undefined ? { kind: "kamal" } : { kind: "fetched", fetch, name };
  const words = wordsOf(command);
  if (words === undefined || command.startsWith("kamal ")) return { kind: "kamal" };
  const [program = "", ...rest] = words;
  if (program === "cat" && rest.length === 1 && rest[0] !== undefined) return { kind: "file", path: rest[0] };
  const known = vaults.has(program.replace(/^bin\//, ""));
  const named = rest.every((word) => !/^--?(\w+-)*(token|password|pass|session|secret|key)(=|$)/i.test(word));
  return known && named ? { kind: "command", line: words.map(quote).join(" ") } : { kind: "kamal" };
}

/** The words of `kamal secrets fetch`. */
export interface Fetch {
  readonly adapter: string;
  readonly account?: string;
  readonly from?: string;
  readonly names: readonly string[];
}

function fetchOf(value: string): Fetch | undefined {
  const inner = /^\$\(\s*kamal\s+secrets\s+fetch\s+([\s\S]*)\)$/.exec(value)?.[1];
  const words = inner === undefined ? undefined : wordsOf(inner);
  if (words === undefined) return undefined;
  const flags: Record<string, string> = {};
  const names: string[] = [];
  const short: Record<string, string> = { "-a": "--adapter" };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const [flag = "", joined] = word.split(/=(.*)/s, 2);
    if (!word.startsWith("-")) names.push(word);
    else if (joined !== undefined) flags[flag] = joined;
    else flags[short[flag] ?? flag] = words[(at += 1)] ?? "";
  }
  return { adapter: flags["--adapter"] ?? "", account: flags["--account"], from: flags["--from"], names };
}

/** A value that the stack has to be given. */
export interface Wanted {
  /** Its name in the stack's configuration. */
  readonly name: string;
  /** Its name in Kamal's files; none where they have it in no file of secrets. */
  readonly key?: string;
  /** Whether it is kept encrypted. */
  readonly secret: boolean;
}

/**
 * The command that gives a value to a stack by standard input. Without a source it asks for it.
 * @param above the application's folder, as seen from the program
 */
export function feed(
  { name, key, secret }: Wanted,
  source: Exclude<Source, { kind: "fetched" }> | undefined,
  above: string,
  { stack, destination }: { stack?: string; destination?: string },
): string {
  const flags = [...(secret ? ["--secret"] : []), ...(stack === undefined ? [] : ["--stack", quote(stack)])];
  const set = ["pulumi config set", ...flags, name].join(" ");
  const there = (path: string): string => quote(path.startsWith("/") ? path : `${above}/${path}`);
  switch (source?.kind) {
    case undefined:
      return set;
    case "environment":
      return `printenv ${source.name} | ${set}`;
    case "file":
      return `${set} <${source.path.startsWith("~/") ? source.path : there(source.path)}`;
    case "command":
      return `(cd ${quote(above)} && ${source.line}) | ${set}`;
    case "literal":
      return source.pattern === undefined
        ? set
        : `sed -n ${quote(source.pattern)} ${there(source.file)} | ${set}`;
    case "kamal": {
      const print = `kamal secrets print${destination === undefined ? "" : ` -d ${quote(destination)}`}`;
      return `(cd ${quote(above)} && ${print}) | sed -n ${quote(`s/^${key ?? ""}=//p`)} | ${set}`;
    }
  }
}

/**
 * The command that gives a stack what one `kamal secrets fetch` asks for.
 * @param wanted the names in the stack's configuration, each with that among what comes
 */
export function fetchLine(
  { adapter, account, from, names }: Fetch,
  wanted: readonly { readonly key: string; readonly name: string }[],
): string {
  const flag = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [name, value];
  const asked = wanted.map(({ key, name }) => ({
    ...{ key, name },
    word: names.find((word) => [word, placed(word, from)].includes(name) || word.endsWith(`/${name}`)),
  }));
  // What is no name of its own is a part of what another name brings, such as a key of a JSON text.
  const words = asked.every(({ word }) => word !== undefined)
    ? asked.map(({ key, word = "" }) => `${key}=${word}`)
    : [...names, "--extract", ...asked.map(({ key, name }) => `${key}=${name}`)];
  return [
    ...["npx", "sextant", "secrets", "fetch", "--adapter", adapter],
    ...[...flag("--account", account), ...flag("--from", from), ...words],
  ]
    .map(quote)
    .join(" ");
}
