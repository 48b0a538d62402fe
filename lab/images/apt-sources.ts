/** What apt on this machine is configured to fetch from, so that images are made from the same mirrors. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export interface AptSource {
  uri: string;
  suite: string;
  components: string[];
}

/** Every binary package source of this machine, from one-line and deb822 files. */
export function aptSources(root = "/etc/apt"): AptSource[] {
  const dir = join(root, "sources.list.d");
  const files = [
    join(root, "sources.list"),
    ...(existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []),
  ];
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, "utf8").replace(/^\s*#.*\n?/gm, "");
      if (file.endsWith(".sources")) return text.split(/\n\s*\n/).flatMap(stanza);
      return file.endsWith(".list") ? text.split("\n").flatMap(oneLine) : [];
    });
}

/** The sources of one Debian release, with its updates and security suites; empty where this machine has none. */
export function debianSources(release: string, sources = aptSources()): AptSource[] {
  const suites = [release, `${release}-updates`, `${release}-security`];
  const found = sources.filter(
    (source) => suites.includes(source.suite) && source.components.includes("main"),
  );
  return found.some((source) => source.suite === release) ? found : [];
}

/**
 * The sources of any Debian release: this machine's own, or else the same suites of the mirror that it has for another one. A mirror
 * carries all releases.
 */
export function releaseSources(release: string, sources = aptSources()): AptSource[] {
  const own = debianSources(release, sources);
  if (own.length > 0) return own;
  const others = ["bookworm", "trixie", "forky", "sid"].filter((other) => other !== release);
  const [other, found] = others
    .map((name) => [name, debianSources(name, sources)] as const)
    .find(([, of]) => of.length > 0) ?? ["", []];
  return found.map((source) => ({ ...source, suite: source.suite.replace(other, release) }));
}

function stanza(text: string): AptSource[] {
  const field = (name: string): string[] =>
    (new RegExp(`^${name}:((?:.*\\n[ \\t])*.*)$`, "im").exec(text)?.[1] ?? "").split(/\s+/).filter(Boolean);
  if (!field("Types").includes("deb") || field("Enabled")[0] === "no") return [];
  return field("URIs").flatMap((uri) =>
    field("Suites").map((suite) => ({ uri, suite, components: field("Components") })),
  );
}

function oneLine(line: string): AptSource[] {
  const [, uri, suite, components] = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
  return uri && suite && components ? [{ uri, suite, components: components.split(/\s+/) }] : [];
}
