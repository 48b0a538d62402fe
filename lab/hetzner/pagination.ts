/** Lists: filter by name and labels, sort, cut into pages, with meta and Link header. */
import { invalidField } from "./errors";
import type { Call, Reply } from "./http";
import { parseSelector, type Labels } from "./labels";

const defaultPerPage = 25;
const maxPerPage = 50;

/** What a list needs to know of its entries. */
export interface ListOptions<T> {
  /** Key of the array in the reply, for instance `servers`. */
  key: string;
  /** Fields that `sort` accepts. */
  sorts?: readonly string[];
  /** Filters by query parameter, beyond name and label_selector: an entry stays when one of the values fits. */
  filters?: Record<string, (entry: T, value: string) => boolean>;
  /** Where the API is reached, for the Link header. */
  endpoint: string;
}

/** The page of entries that the call asks for. */
export function page<T extends object>(call: Call, entries: T[], options: ListOptions<T>): Reply {
  const kept = sorted(
    filtered(entries, call.query, options.filters ?? {}),
    call.query,
    options.sorts ?? ["id", "name"],
  );
  const number = positive(call.query, "page", 1);
  const perPage = Math.min(positive(call.query, "per_page", defaultPerPage), maxPerPage);
  const last = Math.max(1, Math.ceil(kept.length / perPage));
  const pagination = {
    page: number,
    per_page: perPage,
    previous_page: number > 1 ? number - 1 : null,
    next_page: number < last ? number + 1 : null,
    last_page: last,
    total_entries: kept.length,
  };
  const link = (rel: string, target: number | null): string[] => {
    if (target === null) return [];
    const query = new URLSearchParams(call.query);
    query.set("page", String(target));
    query.set("per_page", String(perPage));
    return [`<${options.endpoint}${call.path}?${query.toString()}>; rel="${rel}"`];
  };
  const links = [
    ...link("prev", pagination.previous_page),
    ...link("next", pagination.next_page),
    ...link("last", last),
  ];
  return {
    status: 200,
    body: { [options.key]: kept.slice((number - 1) * perPage, number * perPage), meta: { pagination } },
    headers: { Link: links.join(", ") },
  };
}

function positive(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d+$/.test(text) || Number(text) < 1)
    throw invalidField(name, "Must be greater than or equal to 1.");
  return Number(text);
}

function filtered<T extends object>(
  entries: T[],
  query: URLSearchParams,
  filters: ListOptions<T>["filters"],
): T[] {
  let kept = entries;
  const name = query.get("name");
  if (name !== null) kept = kept.filter((entry) => (entry as { name?: string }).name === name);
  const selector = query.get("label_selector");
  if (selector) {
    const test = parseSelector(selector);
    if (!test) throw invalidField("label_selector", `selector '${selector}' is not correctly formatted`);
    kept = kept.filter((entry) => test((entry as { labels?: Labels }).labels ?? {}));
  }
  for (const [parameter, fits] of Object.entries(filters ?? {})) {
    const values = query.getAll(parameter);
    if (values.length > 0) kept = kept.filter((entry) => values.some((value) => fits(entry, value)));
  }
  return kept;
}

function sorted<T extends object>(entries: T[], query: URLSearchParams, allowed: readonly string[]): T[] {
  const orders = query.getAll("sort").map((text) => {
    const [field = "", direction = "asc"] = text.split(":");
    if (!allowed.includes(field) || !["asc", "desc"].includes(direction)) {
      throw invalidField("sort", `sort '${text}' is not one of ${allowed.join(", ")}`);
    }
    return { field, sign: direction === "asc" ? 1 : -1 };
  });
  return [...entries].sort((a, b) => {
    for (const { field, sign } of orders) {
      const order = compare((a as Record<string, unknown>)[field], (b as Record<string, unknown>)[field]);
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a ?? ""), String(b ?? "")];
  return left < right ? -1 : left > right ? 1 : 0;
}
