/** Which lines of a log are shown: a pattern with the options of grep that make sense for it. Pure. */
import type { LogLine } from "./log-lines";

export interface GrepOptions {
  readonly ignoreCase: boolean;
  readonly invert: boolean;
  readonly word: boolean;
  readonly line: boolean;
  readonly fixed: boolean;
  /** So many lines of the same container before and after one that matches. */
  readonly before: number;
  readonly after: number;
}

const flags = { i: "ignoreCase", v: "invert", w: "word", x: "line", F: "fixed" } as const;
const long: Readonly<Record<string, string>> = {
  ...{
    "ignore-case": "i",
    "invert-match": "v",
    "word-regexp": "w",
    "line-regexp": "x",
    "fixed-strings": "F",
  },
  ...{ "before-context": "B", "after-context": "A", context: "C" },
  ...{ "extended-regexp": "E", "perl-regexp": "P" },
};
/** The pattern is a regular expression of JavaScript's whichever of these is given. */
const regular = ["E", "P"];

/** Reads them. @throws Error with those that there are */
export function grepOptions(text: string): GrepOptions {
  const found = {
    ignoreCase: false,
    invert: false,
    word: false,
    line: false,
    fixed: false,
    before: 0,
    after: 0,
  };
  const words = text.trim().split(/\s+/).filter(Boolean);
  const refuse = (word: string): never => {
    throw new Error(
      `logs: --grep-options has ${word}; it takes -i, -v, -w, -x, -F, and -A, -B and -C with a number of lines.`,
    );
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const [, name, joined] = /^--([a-z-]+)(?:=(.*))?$/.exec(word) ?? [];
    let rest = name === undefined ? word.replace(/^-/, "") : (long[name] ?? refuse(word));
    if (name === undefined && (!word.startsWith("-") || rest === "")) refuse(word);
    while (rest !== "") {
      const letter = rest.slice(0, 1);
      rest = rest.slice(1);
      if (["A", "B", "C"].includes(letter)) {
        const count = joined ?? (rest === "" ? (words[(at += 1)] ?? "") : rest);
        if (!/^\d+$/.test(count)) refuse(`${word} without a number`);
        if (letter !== "A") found.before = Number(count);
        if (letter !== "B") found.after = Number(count);
        rest = "";
      } else if (letter in flags) found[flags[letter as keyof typeof flags]] = true;
      else if (!regular.includes(letter)) refuse(word);
    }
  }
  return found;
}

/**
 * What shows of each line that comes: nothing, the line, or with it those before it. The lines around a match are those of the same
 * container.
 * @throws Error where the pattern is no regular expression
 */
export function grepOf(pattern: string | undefined, options = ""): (line: LogLine) => readonly LogLine[] {
  if (pattern === undefined) {
    if (options !== "") throw new Error("logs: --grep-options is for --grep; give that, too.");
    return (line) => [line];
  }
  const wanted = grepOptions(options);
  const matches = matcher(pattern, wanted);
  const places = new Map<string, { held: LogLine[]; after: number }>();
  return (line) => {
    const key = `${line.host}/${line.container}`;
    const place = places.get(key) ?? { held: [], after: 0 };
    places.set(key, place);
    if (matches(line.text)) {
      const shown = [...place.held, line];
      Object.assign(place, { held: [], after: wanted.after });
      return shown;
    }
    if (place.after > 0) {
      place.after -= 1;
      return [line];
    }
    if (wanted.before > 0) place.held = [...place.held, line].slice(-wanted.before);
    return [];
  };
}

function matcher(
  pattern: string,
  { ignoreCase, invert, word, line, fixed }: GrepOptions,
): (text: string) => boolean {
  const source = fixed ? pattern.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`) : pattern;
  const whole = line ? `^(?:${source})$` : word ? String.raw`(?<!\w)(?:${source})(?!\w)` : source;
  try {
    const expression = new RegExp(whole, ignoreCase ? "i" : "");
    return (text) => expression.test(text) !== invert;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`logs: --grep ${pattern} is no regular expression: ${why}.`, { cause: error });
  }
}
