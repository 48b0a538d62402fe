/** What pulumi said of a deploy that failed, line by line with the time of each. */

export interface Line {
  /** Milliseconds since the start. */
  at: number;
  text: string;
}

/** The cause that a report names. */
export interface Said {
  /** Its anchor in docs/troubleshooting.md; undefined when none is named. */
  cause: string | undefined;
  /** Seconds from the start of the resource that failed until the report; from the start of all where there was none. */
  seconds: number | undefined;
  /** Milliseconds from the start of all until the report. */
  at: number | undefined;
}

const anchor = /troubleshooting#([a-z0-9-]+)/;
/** The line of a report that has the anchor of its verdict; what else may be the cause is told before it. */
const verdict = /\bmore: .*troubleshooting#/;
const resource = /^[-+~ ]*[a-zA-Z][\w-]*:[\w./-]+:\w+ +(\S+) +(?:\*\*)?(?:creating|updating|replacing)\b/;

/**
 * Reads the cause that is named, and how long it took.
 *
 * @param refusal the words by which a cause is told that is refused before anything is deployed: it needs no page of its own
 */
export function said(lines: readonly Line[], refusal?: { says: string; cause: string }): Said {
  const refused = refusal && lines.find(({ text }) => text.includes(refusal.says));
  if (refused) return { cause: refusal.cause, seconds: refused.at / 1000, at: refused.at };
  const named = namedIn(lines);
  if (named === undefined) return { cause: undefined, seconds: undefined, at: undefined };
  const failed = lines.find(({ text }) => resource.test(text) && / failed/.test(text));
  const name = failed && resource.exec(failed.text)?.[1];
  const begun = lines.find(({ text }) => name !== undefined && resource.exec(text)?.[1] === name);
  return {
    cause: anchor.exec(named.text)?.[1],
    seconds: Math.round(named.at - (begun?.at ?? 0)) / 1000,
    at: named.at,
  };
}

function namedIn(lines: readonly Line[]): Line | undefined {
  return lines.find(({ text }) => verdict.test(text)) ?? lines.find(({ text }) => anchor.test(text));
}

/** The lines of the report itself: from the line behind the resource's name to the next blank one. */
export function report(lines: readonly Line[]): string[] {
  const named = namedIn(lines);
  if (named === undefined) return [];
  const at = lines.indexOf(named);
  const before = lines.slice(0, at).map(({ text }) => text.trim());
  const start =
    Math.max(before.lastIndexOf(""), before.findLastIndex((text) => text.startsWith("error:")) - 1) + 1;
  const rest = lines.slice(at).map(({ text }) => text);
  const end = rest.findIndex((text) => text.trim() === "");
  return lines.slice(start, end < 0 ? undefined : at + end).map(({ text }) => text.trimEnd());
}
