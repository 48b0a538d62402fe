/**
 * The scripts of a host: a few POSIX shell verbs, one file each in `host/`, and what they source, in `host/lib/`. They are installed on a
 * host under a directory named after their content. What is run there is then one line each, and an operator can run the same verbs by hand.
 */
import { shortHash } from "../core/short-hash";
import { readScripts } from "./script-files";

/** The names of the verbs, each a file in `host/`. */
export type Verb =
  | "accessory-ready"
  | "assets"
  | "bridge"
  | "canary"
  | "directories"
  | "doctor"
  | "firewall"
  | "mysql-login"
  | "postgres-login"
  | "handshake"
  | "job"
  | "proxy-files"
  | "proxy-there"
  | "prune"
  | "prune-registry"
  | "pull"
  | "ready"
  | "release"
  | "routes"
  | "schedule"
  | "settle"
  | "switch"
  | "trust-registry"
  | "unroute";

export interface HostScripts {
  /** The directory of this version on the host. */
  readonly directory: string;
  /** A shell script that installs it; running it again changes nothing. */
  readonly install: string;
  /** A shell command that removes this version and older ones, and is content when they are gone already. */
  readonly remove: string;
}

const base = "/usr/local/lib/sextant";
/** What the verbs keep on a host: certificates that the proxy reads. */
const files = "/var/lib/sextant";
/** A file for each stack that has the host in its program, by which the last of them knows that it is. */
export const users = `${files}/stacks`;
let loaded: HostScripts | undefined;
let texts: Record<string, string> | undefined;

/** Those of this version of the library. */
export function hostScripts(): HostScripts {
  loaded ??= render(readVerbs());
  return loaded;
}

/** The files that make them up, by their path without the ending: `ready`, `lib/common`; read once. */
export function readVerbs(): Record<string, string> {
  texts ??= readScripts();
  return texts;
}

/** The text of one verb, for what runs it before the scripts are there. */
export function verbText(verb: string): string {
  const text = readVerbs()[verb];
  if (text === undefined)
    throw new Error(`the verb ${verb} is missing from this installation of the library`);
  return text;
}

/** A script with the text of what it sources in that place, for where there are no files beside it. */
export function whole(text: string): string {
  return text.replaceAll(/^\. "\$\{0%\/\*\}\/(?:lib\/)?([a-z-]+)"$/gm, (_line, name: string) =>
    verbText(`lib/${name}`).trimEnd(),
  );
}

/** The command line of a verb by its text: it runs where the verbs are not yet, or are those of another version. */
export function textLine(verb: string, words: readonly string[]): string {
  return ["sh", "-c", quote(whole(verbText(verb))), verb, ...words.map(quote)].join(" ");
}

/** The scripts made of these files: pure, so that its script can be tested as data. */
export function render(verbs: Record<string, string>): HostScripts {
  const hash = shortHash(JSON.stringify(verbs), 12);
  const directory = `${base}/${hash}`;
  const parts = Object.entries(verbs).map(([name, text]) => {
    if (text.split("\n").includes(heredocEnd)) throw new Error(`verb ${name} holds the line ${heredocEnd}`);
    return `cat >"$new/${name}" <<'${heredocEnd}'\n${text.trimEnd()}\n${heredocEnd}`;
  });
  const install = [
    "set -eu",
    `kit=${directory}`,
    'if [ ! -x "$kit/ready" ]; then',
    "umask 022",
    `mkdir -p ${base}`,
    `new=$(mktemp -d ${base}/new.XXXXXX)`,
    'mkdir "$new/lib"',
    ...parts,
    'chmod 755 "$new" "$new"/*',
    // Another program may have installed the same content meanwhile; either copy is the right one.
    'mv -T "$new" "$kit" 2>/dev/null || rm -rf "$new"',
    "fi",
    `ln -sfn "$kit/sextant" /usr/local/bin/sextant`,
  ].join("\n");
  const remove = `rm -rf ${base} ${files} /usr/local/bin/sextant`;
  return { directory, install, remove };
}

const heredocEnd = "END_OF_VERB";

/** The file that says that a stack uses the host. @param owner project, stack and the host's name in the program */
export function userFile(owner: string): string {
  return `${users}/${shortHash(owner, 16)}`;
}

/** A word quoted for POSIX shells; plain words stay readable. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command line of a verb. */
export function verbLine(scripts: HostScripts, verb: Verb, words: readonly string[]): string {
  return [`${scripts.directory}/${verb}`, ...words.map(quote)].join(" ");
}
