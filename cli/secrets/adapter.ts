/** What a password manager is to `sextant secrets fetch`: how its own program is asked, and what its answers mean. */

/** What is asked of a manager. */
export interface Wish {
  /** Whose account, in the manager's own words. */
  readonly account?: string;
  /** A vault, a folder, a project: what stands before each of the words. */
  readonly from?: string;
  /** The names of secrets, as they were given. */
  readonly words: readonly string[];
}

/** A value, and what it answers. */
export interface Found {
  /** The word that it was asked by; empty where everything was asked for. */
  readonly word: string;
  /** The manager's name of it, with its place: `Shop/Production/DB_PASSWORD`. */
  readonly name: string;
  readonly value: string;
}

/** How a program has ended; what it says on standard error goes to the terminal. */
export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
}

/**
 * Runs the manager's program. Standard input and error are this process's own, so that it can ask for a password.
 * @param more.env variables beside those of this process: a session is in no argument list
 * @param more.quiet whether what it says on standard error is of no interest, as of a question whose answer may be no
 */
export type Run = (
  words: readonly string[],
  more?: { readonly env?: Readonly<Record<string, string>>; readonly quiet?: boolean },
) => Answer;

export interface Adapter {
  /** Its name for `--adapter`, and others that Kamal knows it by. */
  readonly names: readonly string[];
  /** How it is spoken of. */
  readonly title: string;
  /** Its program on the PATH. */
  readonly program: string;
  /** Whether it has to be told whose account it is. @default never */
  readonly needsAccount?: (env: NodeJS.ProcessEnv) => boolean;
  /** Reads the values. @throws Error with one sentence, in which no value is */
  readonly fetch: (run: Run, wish: Wish, env: NodeJS.ProcessEnv) => Found[];
}

/** The whole name of a word. */
export const placed = (word: string, from: string | undefined): string =>
  [from, word].filter((part) => part !== undefined && part !== "").join("/");

/** The JSON that a program has printed. @throws Error that does not repeat it */
export function json<T>(what: string, { ok, stdout }: Answer): T {
  if (!ok) throw new Error(`${what} failed; what it says is above.`);
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`${what} did not answer with JSON; try it by hand.`);
  }
}

/** A value that has to be there. */
export function valueOf(title: string, name: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  if (value === undefined || value === null || value === "")
    throw new Error(`${title} has no value of ${name}.`);
  return JSON.stringify(value);
}

/** What is there twice, or not at all, is nobody's guess. */
export function only<T>(title: string, name: string, all: readonly T[]): T {
  const [one, ...more] = all;
  if (one === undefined) throw new Error(`${title} has no ${name}.`);
  if (more.length > 0) throw new Error(`${title} has ${name} more than once; name it by its id.`);
  return one;
}

/** @throws Error where nothing was asked for */
export function someOf(title: string, { words }: Wish): readonly string[] {
  if (words.length === 0) throw new Error(`${title} has to be told which secrets; name them.`);
  return words;
}
