/** What all parts of the mapping share. */
import type { Node } from "../node";
import { secret } from "../node";
import type { Notes } from "../reader";
import type { Sources, Wanted } from "../secrets";

export interface Context {
  readonly notes: Notes;
  /** The service as Kamal calls it, which its containers and volumes are called after. */
  readonly service: string;
  readonly destination?: string;
  readonly sources: Sources;
  /** The values that are asked for, by their names. */
  readonly wanted: Map<string, Wanted>;
  /** The application's folder, as seen from the program's. */
  readonly above: string;
  /** The program's folder, as seen from the application's. */
  readonly inside: string;
  /** Whether the program takes Kamal's place on its own machines. */
  readonly takeOver: boolean;
  /** Looks at a file of the application's folder. */
  readonly kindOf: (path: string) => "file" | "folder" | "none";
  /** The text of a file there; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
}

/** A secret of Kamal's as one of the stack. */
export function secretOf({ notes, sources, wanted }: Context, key: string, at: string): Node {
  const name = notes.names.of(key, `secret ${key}`);
  wanted.set(name, { name, key, secret: true });
  const source = sources.get(key);
  if (source === undefined)
    notes.add(
      at,
      "act",
      `the secret ${key} is in no file of secrets that was read; set it by hand: pulumi config set --secret ${name}.`,
    );
  if (source?.kind === "literal")
    notes.add(
      `${source.file} ${key}`,
      "act",
      `it is there in the clear; once the stack has it as ${name}, take it out of the file, and change it where somebody else could read it.`,
    );
  return secret(name);
}

/** A secret that Kamal's configuration has in the clear or lets Ruby make. */
export function secretByHand({ notes, wanted }: Context, name: string, at: string, why: string): Node {
  const own = notes.names.of(name, `secret by hand ${name}`);
  wanted.set(own, { name: own, secret: true });
  notes.add(at, "act", `${why}; it is a secret of the stack now: pulumi config set --secret ${own}.`);
  return secret(own);
}

/** A name as the library takes one: lower-case letters, digits and inner hyphens. */
export function labelOf(text: string, most: number): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "");
  return label.slice(0, most).replace(/-+$/, "") || "x";
}

/** A name that none of these has. */
export function unlike(name: string, taken: ReadonlySet<string>, most: number): string {
  for (let at = 1; ; at += 1) {
    const end = at === 1 ? "" : `-${at}`;
    const each = `${name.slice(0, most - end.length)}${end}`;
    if (!taken.has(each)) return each;
  }
}
