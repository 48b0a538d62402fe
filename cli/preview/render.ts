/** A preview as Markdown for a comment on a pull request. Pure. */
import { isPath } from "../../provider/data/host-path";
import { compare } from "../../provider/core/compare";
import { pageCommand } from "../../provider/core/page";
import type { Change } from "./changes";
import { releaseOf, repositoryOf } from "../reference";
import type { ContainerChange, Image } from "./containers";
import { and, block, code, count, folded, table, text } from "./markdown";
import type { Commits, Group, Preview, Sentence } from "./findings";
import type { RouteChange } from "./steps";
import type { VolumeChange } from "./volumes";

/** The longest comment that GitHub takes, in characters. */
export const longestComment = 65_536;
/** The most rows that a table has. */
const mostRows = 60;

/** A part of the page, which is there as a whole or not at all. */
interface Section {
  /** No Markdown. */
  readonly title: string;
  readonly lines: readonly string[];
}

/** What a comment ends with, by which the next run finds it. */
export function marker(stack = ""): string {
  return `<!-- sextant preview ${stack.replaceAll(/[^\w./-]/g, "_").replaceAll("--", "__")} -->`;
}

/** The page. @param most the longest that it may be */
export function render(preview: Preview, most = longestComment): string {
  const { stack, headline } = preview;
  const first = `### ${stack === undefined ? "" : `${text(stack, 100)}: `}${text(headline, 400)}.`;
  const end = marker(stack);
  const [kept, cut] = fitting(sections(preview), most - first.length - end.length - 3);
  return [first, "", ...kept.flatMap(linesOf), ...said(cut), end, ""].join("\n");
}

const linesOf = ({ title, lines }: Section): string[] => [`**${title}**`, "", ...lines, ""];

function said(cut: readonly Section[]): string[] {
  return cut.length === 0
    ? []
    : [
        `Left out, as a comment has ${longestComment.toLocaleString("en")} characters at most: ${and(cut.map(({ title }) => title.toLowerCase()))}. pulumi preview --diff shows all of it.`,
        "",
      ];
}

/** The sections that there is room for, in their order, and those that there is none for. */
function fitting(all: readonly Section[], room: number): [kept: Section[], cut: Section[]] {
  const whole = size(all.flatMap(linesOf));
  if (whole <= room) return [[...all], []];
  const [kept, cut]: [Section[], Section[]] = [[], []];
  // As if all were left out.
  let left = room - size(said(all));
  for (const section of all) {
    const length = size(linesOf(section));
    (length <= left ? kept : cut).push(section);
    if (length <= left) left -= length;
  }
  return [kept, cut];
}

const size = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

function sections(preview: Preview): Section[] {
  const { failed, refused, warned, noted, others, own } = preview;
  const unsaid = noted.filter(
    ({ message }) => ![...refused, ...warned].some((one) => one.message === message),
  );
  const part = (title: string, lines: readonly string[]): Section[] =>
    lines.length === 0 ? [] : [{ title, lines }];
  return [
    ...part("Refused", sentences(refused)),
    ...part("Data", data(preview.volumes)),
    ...part("Servers", servers(preview)),
    ...part("Containers", containers(preview.containers)),
    ...part("Release command", commands(preview)),
    ...part("Commits", preview.commits.flatMap(commits)),
    ...part("Environment", changed(preview.containers, ["env", "secret"])),
    ...part("Limits", changed(preview.containers, ["limit"])),
    ...part("Routes", routes(preview.routes)),
    ...part("Firewall", rules(preview)),
    ...part("Other settings", changed(preview.containers, ["setting"])),
    ...part("Warnings", sentences(warned)),
    ...part("Not of Sextant", groups(others)),
    ...part(
      "Notes",
      unsaid.length === 0
        ? []
        : folded(count(unsaid.length, "note"), sentences(unsaid.map(({ message }) => ({ message })))),
    ),
    ...part(
      failed ? "Looked at so far" : "Every step",
      own.length === 0
        ? []
        : folded(
            count(
              own.reduce((sum, { names }) => sum + names.length, 0),
              "resource",
            ),
            groups(own),
          ),
    ),
  ];
}

function rows(head: readonly string[], all: readonly (readonly string[])[]): string[] {
  if (all.length === 0) return [];
  const more = all.length - mostRows;
  return [...table(head, all.slice(0, mostRows)), ...(more > 0 ? ["", `And ${String(more)} more.`] : [])];
}

/** A sentence a line; what has several lines is shown as it is. */
function sentences(all: readonly Sentence[]): string[] {
  const lines = all.slice(0, mostRows).flatMap(({ message, of }) => {
    const each = message
      .split(/\r?\n/)
      .map((line) => line.trimEnd())
      .filter((line) => line !== "" && !/^\s+at /.test(line));
    const named = of === undefined || message.includes(`"${of}"`) ? "" : `${code(of)}: `;
    // Problems of one component are a sentence a line; anything else with several lines is output.
    const problems = each.every((line) => /^\w+ ".*": .*\.$/.test(line));
    if (problems || each.length === 1) return each.map((line) => `- ${named}${text(line, 2000)}`);
    return ["", ...(named === "" ? [] : [`${code(of ?? "")}:`, ""]), ...block(each.slice(0, 30)), ""];
  });
  const more = all.length - mostRows;
  return [...lines, ...(more > 0 ? ["", `And ${String(more)} more.`] : [])];
}

const fateOfData: Readonly<Record<VolumeChange["fate"], (to: string) => string>> = {
  lost: () => "**lost**: it goes with the server",
  discarded: () => '**deleted** with all that is in it, as `data: "discard"` says',
  copied: (to) => `copied to ${code(to)}, and kept where it is`,
  left: () => "left on a host that is gone",
  kept: () => "kept, with its data; nothing uses it any more",
  taken: () => "taken with its data where it is there already; else new, and empty",
  new: () => "new, and empty",
};

function data(volumes: readonly VolumeChange[]): string[] {
  const order = Object.keys(fateOfData);
  const sorted = volumes.toSorted((a, b) => order.indexOf(a.fate) - order.indexOf(b.fate));
  const lines = rows(
    ["volume", "host", "what becomes of it"],
    sorted.map(({ volume, host, fate, to = "" }) => [
      code(volume),
      code(host),
      // A directory of the host is never made.
      fate === "taken" && isPath(volume) ? "taken as it is" : fateOfData[fate](to),
    ]),
  );
  return lines.length === 0 ? [] : [...lines, "", `Why: ${code(pageCommand("data"))}.`];
}

function servers({ servers: all }: Preview): string[] {
  return rows(
    ["server", "", "what"],
    all.map(({ server, fate, what, differing }) => [
      code(server),
      fate === "made" || fate === "changed" ? fate : `**${fate}**`,
      [what === "" ? "" : code(what), ...(fate === "made" ? [] : differing.map((path) => code(path)))]
        .filter(Boolean)
        .join(" "),
    ]),
  );
}

const titleOf = ({ component, role }: Pick<ContainerChange, "component" | "role">): string =>
  code(role === undefined || role === "" ? component : `${component} ${role}`);

/** Hosts with the same in all other cells share a row. */
function sharing<Item extends { host: string }>(
  items: readonly Item[],
  cells: (item: Item) => readonly string[],
): { hosts: string; cells: readonly string[]; items: readonly Item[] }[] {
  const found = new Map<string, { cells: readonly string[]; items: Item[] }>();
  for (const item of items) {
    const row = cells(item);
    const known = found.get(JSON.stringify(row)) ?? { cells: row, items: [] };
    known.items.push(item);
    found.set(JSON.stringify(row), known);
  }
  return [...found.values()].map((each) => ({
    ...each,
    hosts: names([...new Set(each.items.map(({ host }) => host))]),
  }));
}

/** Names as code; of many the first ones, and of one that is there several times how often. */
function names(all: readonly string[], most = 12): string {
  const times = new Map<string, number>();
  for (const name of all) times.set(name, (times.get(name) ?? 0) + 1);
  const sorted = [...times].toSorted(([one], [other]) => compare(one, other));
  const more = sorted.length - most;
  const some = sorted
    .slice(0, more > 0 ? most : undefined)
    .map(([name, number]) => (number === 1 ? code(name) : `${code(name)} ×${String(number)}`))
    .join(", ");
  return more > 0 ? `${some} and ${String(more)} more` : some;
}

function containers(all: readonly ContainerChange[]): string[] {
  const shared = sharing(all, (each) => [titleOf(each), imageCell(each), happens(each)]);
  return rows(
    ["hosts", "what", "image", ""],
    shared.map(({ cells, items }) => [names(items.map(({ host }) => host)), ...cells]),
  );
}

function imageCell({ old, new: now, fate }: ContainerChange): string {
  if (fate === "removed") return old === undefined ? "" : code(old.reference);
  if (now === undefined) return "known in the update";
  if (old === undefined || old.reference === now.reference) return code(now.reference);
  if (repositoryOf(old.reference) !== repositoryOf(now.reference))
    return `${code(old.reference)} → ${code(now.reference)}`;
  return `${code(repositoryOf(now.reference))} ${release(old)} → ${release(now)}`;
}

const release = ({ reference }: Image): string => code(releaseOf(reference));

function happens({ fate, kind, old, new: now }: ContainerChange): string {
  if (fate === "made") return "new";
  if (fate === "removed") return "**removed**";
  if (fate === "changed") return "changed where it runs";
  const same = old?.reference === now?.reference;
  if (kind === "app") return same ? "replaced, same image" : "release";
  return "replaced, old one first";
}

function commands({ commands: all }: Preview): string[] {
  return all.slice(0, mostRows).map(({ app, host, command, formerly }) => {
    const before = formerly === undefined ? "" : ` It was ${code(formerly, 300)}.`;
    return `- ${code(app)}: ${code(command, 300)} runs once on ${code(host)}, before any container of the new release.${before}`;
  });
}

function commits({ app, from, to, lines, total, back }: Commits): string[] {
  const short = (hash: string): string => code(hash.slice(0, 12));
  const what = back ? "takes back" : "brings";
  const title = `${code(app)} ${short(from)} → ${short(to)} ${what} ${count(total, "commit")}:`;
  return [
    title,
    "",
    ...block(lines),
    ...(total > lines.length ? ["", `And ${String(total - lines.length)} more.`] : []),
    "",
  ];
}

function changed(all: readonly ContainerChange[], topics: readonly Change["topic"][]): string[] {
  const items = all.flatMap((each) =>
    each.changes
      .filter(({ topic }) => topics.includes(topic))
      .map((change) => ({ host: each.host, each, change })),
  );
  // The roles of an app mostly share a change: which of them are on which host, the containers say.
  const shared = sharing(items, ({ each, change }) => [code(change.name), ...values(change), each.component]);
  return rows(
    ["name", "old", "new", "of", "hosts"],
    shared.map(({ hosts, cells, items: those }) => {
      const [name = "", old = "", now = "", component = ""] = cells;
      const roles = [...new Set(those.flatMap(({ each: { role = "" } }) => (role === "" ? [] : [role])))];
      return [name, old, now, titleOf({ component, role: roles.join(", ") }), hosts];
    }),
  );
}

function values({ topic, old, new: now }: Change): [old: string, new: string] {
  if (topic === "secret")
    return [
      old === undefined ? "" : "secret",
      now === undefined ? "**removed**" : old === undefined ? "secret" : "another secret",
    ];
  if (old === undefined && now === undefined) return ["", "another"];
  return [old === undefined ? "" : code(old), now === undefined ? "**removed**" : code(now)];
}

function routes(all: readonly RouteChange[]): string[] {
  const items = all.flatMap((each): (RouteChange & { change?: Change })[] =>
    each.fate === "changed" ? each.changes.map((change) => ({ ...each, change })) : [each],
  );
  return rows(
    ["route", "what", "old", "new", "of", "hosts"],
    sharing(items, (each) => [
      code(each.addresses),
      ...routeCells(each),
      titleOf({ component: each.app, role: each.role }),
    ]).map(({ hosts, cells }) => [...cells, hosts]),
  );
}

function routeCells({ fate, change, takesOver }: RouteChange & { change?: Change }): string[] {
  if (change !== undefined) return [code(change.name), ...values(change)];
  if (takesOver !== undefined) return [`takes over Kamal's ${code(takesOver)}`, "", ""];
  return [fate === "made" ? "new" : "**removed**", "", ""];
}

function rules({ rules: all }: Preview): string[] {
  const cell = (networks: string | undefined): string => (networks === undefined ? "" : code(networks, 300));
  return rows(
    ["firewall", "rule", "old", "new"],
    all.map(({ firewall, rule, old, new: now }) => [
      code(firewall),
      code(rule),
      cell(old),
      now === undefined ? "**shut**" : cell(now),
    ]),
  );
}

function groups(all: readonly Group[]): string[] {
  return rows(
    ["type", "operation", "", "names"],
    all.map(({ type, operation, names: each }) => [
      code(type),
      operation === "delete" || operation === "replace" ? `**${operation}**` : operation,
      String(each.length),
      names(each),
    ]),
  );
}
