/** The commands that lead from a program that was imported to its first release. Pure. */
import { quote } from "../../provider/host/scripts";
import type { Imported } from "./kamal";
import { askedFor } from "./render";
import { feed, fetchLine, type Source, type Wanted } from "./secrets";

/** What is known of where the program lies. */
export interface Place {
  /** The folder, as the user would name it. */
  readonly folder: string;
  /** The application's folder, as seen from there. */
  readonly above: string;
  /** The command that installs the packages, where they are not there. */
  readonly install: string | undefined;
}

/** The commands, a line each. No value of a secret is in them. */
export function nextLines(from: Imported, { folder, above, install }: Place): string[] {
  const { program, values, stacks } = from;
  const asked = askedFor(from);
  const wanted = new Map(program.wanted.map((one) => [one.name, one]));
  return [
    `cd ${quote(folder)}`,
    ...(install === undefined ? [] : [install]),
    ...stacks.flatMap(({ stack, destination, sources }) => {
      const known = Object.keys(values.get(stack) ?? {});
      const plain = asked.filter(({ name, secret, needed }) => !secret && needed && !wanted.has(name));
      return [
        `pulumi stack init ${quote(stack)}`,
        ...plain
          .filter(({ name }) => !known.includes(name))
          .map(({ name }) => `pulumi config set ${name} VALUE`),
        ...feeds(
          asked.flatMap(({ name }) => wanted.get(name) ?? []),
          sources,
          above,
          destination,
        ),
      ];
    }),
    ...stacks.flatMap(({ stack }) => {
      // Each `stack init` has selected its own, and the last one stays so.
      const which = stacks.length === 1 ? "" : ` --stack ${quote(stack)}`;
      const version = program.image === undefined ? " --config version=TAG" : "";
      return [`pulumi preview${which}${version}`, `pulumi up${which}${version}`];
    }),
  ];
}

/** A line for each value; what one command fetches is one line. */
function feeds(
  wanted: readonly Wanted[],
  sources: ReadonlyMap<string, Source>,
  above: string,
  destination: string | undefined,
): string[] {
  const sourceOf = ({ key }: Wanted): Source | undefined =>
    key === undefined ? undefined : sources.get(key);
  const lines = wanted.map((one) => {
    const source = sourceOf(one);
    if (source?.kind !== "fetched") return feed(one, source, above, { destination });
    const together = wanted.flatMap((other) => {
      const its = sourceOf(other);
      return its?.kind === "fetched" && its.fetch === source.fetch
        ? [{ key: other.name, name: its.name }]
        : [];
    });
    return fetchLine(source.fetch, together);
  });
  return [...new Set(lines)];
}
