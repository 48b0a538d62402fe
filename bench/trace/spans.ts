/** The engine's own trace (OTLP, a JSON document a line) as spans: what ran when, and for which resource. */

export interface Span {
  /** Such as `ResourceProvider/Create` or `newPlugin`. */
  name: string;
  /** The process that it was in: the engine, the language host, a plugin. */
  process: string;
  /** Milliseconds since the first span began. */
  start: number;
  end: number;
  /** The resource: `sextant:index:Container lite-web-1`. */
  resource?: string;
  /** What was started, of a plugin or program. */
  program?: string;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface RawSpan {
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: Attribute[];
}

interface Document {
  resourceSpans: {
    resource: { attributes?: Attribute[] };
    scopeSpans: { spans: RawSpan[] }[];
  }[];
}

/**
 * Reads the trace. Of the messages in it, which may hold secrets, nothing is kept but the resource's URN.
 * A call that both sides have a span of is kept once: the side that does the work.
 * `changed` are the names of the resources that the run created or updated, where they are known.
 */
export function parseSpans(text: string, changed?: ReadonlySet<string>): Span[] {
  const raw = text
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => (JSON.parse(line) as Document).resourceSpans)
    .flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map((span) => ({ ...span, process: attribute(resource.attributes, "service.name") ?? "?" })),
      ),
    );
  const byId = new Map(raw.map((span) => [span.spanId, span]));
  const served = callers(raw);
  const zero = raw.reduce(
    (least, span) => {
      const start = BigInt(span.startTimeUnixNano);
      return least === undefined || start < least ? start : least;
    },
    undefined as bigint | undefined,
  );
  const since = (nanoseconds: string): number => Number(BigInt(nanoseconds) - (zero ?? 0n)) / 1e6;
  const spans = raw
    .filter(({ spanId }) => !served.has(spanId))
    .map((span) => {
      const resource = resourceOf(span, byId);
      const program = attribute(span.attributes, "prefix");
      return {
        name: shortName(span.name),
        process: span.process,
        start: since(span.startTimeUnixNano),
        end: since(span.endTimeUnixNano),
        ...(resource === undefined ? {} : { resource }),
        ...(program === undefined ? {} : { program }),
      };
    })
    .sort((a, b) => a.start - b.start);
  return named(spans, changed);
}

/** The names of the resources that a run created or updated, from what pulumi printed. */
export function changedIn(printed: string): Set<string> {
  const done = /^ *\S+ +\S+ (\S+) (?:created|updated)(?: replacement)? \(/gm;
  return new Set([...printed.matchAll(done)].map(([, name = ""]) => name));
}

const does = /^ResourceProvider\/(Create|Update)$/;

/**
 * Plugins without spans of their own leave a call that does not say for which resource it is. The program's call that
 * registers the resource does; it is the one that is open meanwhile and the first to end afterwards.
 */
function named(spans: readonly Span[], changed?: ReadonlySet<string>): Span[] {
  const known = new Set(spans.filter(({ name }) => does.test(name)).map(({ resource }) => resource));
  const open = spans.filter(
    ({ name, resource }) =>
      name === "ResourceMonitor/RegisterResource" &&
      resource !== undefined &&
      !known.has(resource) &&
      (changed === undefined || changed.has(resource.slice(resource.indexOf(" ") + 1))),
  );
  const found = new Map<Span, string>();
  const unnamed = spans.filter(({ name, resource }) => does.test(name) && resource === undefined);
  for (const span of unnamed.sort((a, b) => a.end - b.end)) {
    const [registration] = open
      .filter(({ start, end }) => start <= span.start && end >= span.end)
      .sort((a, b) => a.end - b.end);
    if (registration?.resource === undefined) continue;
    found.set(span, registration.resource);
    open.splice(open.indexOf(registration), 1);
  }
  return spans.map((span) => {
    const resource = found.get(span);
    return resource === undefined ? span : { ...span, resource };
  });
}

/** The engine's name in its own trace. */
const engine = "pulumi-cli";

/**
 * The spans of the engine's calls whose callee has a span, too. The two are not linked: a callee's span has the same name and lies
 * within its caller's, in another process.
 */
function callers(raw: readonly (RawSpan & { process: string })[]): Set<string> {
  const found = new Set<string>();
  const length = (span: RawSpan): bigint => BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano);
  const toPlugin = (span: RawSpan): boolean =>
    /^(ResourceProvider|LanguageRuntime)\//.test(shortName(span.name));
  for (const callee of raw.filter((span) => toPlugin(span) && span.process !== engine)) {
    const fitting = raw.filter(
      (span) =>
        shortName(span.name) === shortName(callee.name) &&
        span.process === engine &&
        !found.has(span.spanId) &&
        BigInt(span.startTimeUnixNano) <= BigInt(callee.startTimeUnixNano) &&
        BigInt(span.endTimeUnixNano) >= BigInt(callee.endTimeUnixNano),
    );
    const [tightest] = fitting.sort((a, b) => Number(length(a) - length(b)));
    if (tightest) found.add(tightest.spanId);
  }
  return found;
}

const shortName = (name: string): string => name.replace(/^\/?pulumirpc\./, "");

/** Its own resource, or that of the call that it was made for. */
function resourceOf(span: RawSpan, byId: ReadonlyMap<string, RawSpan>): string | undefined {
  let each: RawSpan | undefined = span;
  for (let steps = 0; each !== undefined && steps < 20; steps += 1) {
    for (const { key, value } of each.attributes ?? []) {
      // The field `urn`, and not `parent` or a dependency, which are URNs as well.
      const urn =
        key === "Msg" ? /\burn:\\*"(urn:pulumi:[^"\\]+)/.exec(String(value["stringValue"]))?.[1] : undefined;
      if (urn !== undefined) return resourceName(urn);
    }
    each = each.parentSpanId === undefined ? undefined : byId.get(each.parentSpanId);
  }
  return undefined;
}

/** `sextant:index:Container web-1` of a URN. */
function resourceName(urn: string): string {
  const [types = "", ...name] = urn.split("::").slice(2);
  return `${types.split("$").at(-1) ?? ""} ${name.join("::")}`;
}

function attribute(attributes: readonly Attribute[] | undefined, key: string): string | undefined {
  const found = attributes?.find((each) => each.key === key);
  const value = found && Object.values(found.value)[0];
  return value === undefined ? undefined : String(value);
}
