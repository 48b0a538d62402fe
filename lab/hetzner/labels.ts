/** Labels: what a valid one is, and the selector language of `label_selector`. */

/** Key and value pairs that a user puts on a resource. */
export type Labels = Record<string, string>;

const namePattern = /^[a-z0-9A-Z]([a-z0-9A-Z._-]{0,61}[a-z0-9A-Z])?$/;
const prefixPattern = /^[a-z0-9A-Z]([a-z0-9A-Z.-]{0,251}[a-z0-9A-Z])?$/;

/** Says what is wrong with labels, or undefined when nothing is. */
export function labelProblem(labels: Labels): string | undefined {
  for (const [key, value] of Object.entries(labels)) {
    const slash = key.indexOf("/");
    const prefix = slash < 0 ? undefined : key.slice(0, slash);
    const name = key.slice(slash + 1);
    if (!namePattern.test(name) || (prefix !== undefined && !prefixPattern.test(prefix))) {
      return `label key '${key}' is not correctly formatted`;
    }
    if (value !== "" && !namePattern.test(value))
      return `label value '${value}' (key: '${key}') is not correctly formatted`;
  }
  return undefined;
}

type Term = (labels: Labels) => boolean;

/**
 * A test made from a selector: `key`, `!key`, `key=value`, `key==value`, `key!=value`, `key in (a,b)`,
 * `key notin (a,b)`, joined by commas. Undefined when the selector cannot be read.
 */
export function parseSelector(selector: string): Term | undefined {
  const parts = selector.split(/,(?![^(]*\))/).map((part) => part.trim());
  const terms: Term[] = [];
  for (const part of parts) {
    const term = parseTerm(part);
    if (!term) return undefined;
    terms.push(term);
  }
  return (labels) => terms.every((term) => term(labels));
}

function parseTerm(part: string): Term | undefined {
  const set = /^([\w./-]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  if (set) {
    const [, key = "", verb, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    return (labels) => {
      const value = labels[key];
      const inside = value !== undefined && values.includes(value);
      return verb === "in" ? inside : !inside;
    };
  }
  const equal = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(part);
  if (equal) {
    const [, key = "", sign, value = ""] = equal;
    return (labels) => (labels[key] === value) === (sign !== "!=");
  }
  const exists = /^(!?)\s*([\w./-]+)$/.exec(part);
  if (!exists) return undefined;
  const [, not, key = ""] = exists;
  return (labels) => (labels[key] !== undefined) === (not === "");
}

/** Whether the labels are selected; a selector that cannot be read selects nothing. */
export function selects(selector: string, labels: Labels): boolean {
  return parseSelector(selector)?.(labels) ?? false;
}
