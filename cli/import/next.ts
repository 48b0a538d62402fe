/** The commands that lead from a program that was imported to its first release. Pure. */
import { quote } from "../../provider/host/scripts";
import type { Imported } from "./kamal";
import { askedFor } from "./render";
import { feed } from "./secrets";

/** What is known of where the program lies. */
export interface Place {
  /** The folder, as the user would name it. */
  readonly folder: string;
  /** The application's folder, as seen from there. */
  readonly above: string;
  readonly install: boolean;
}

/** The commands, a line each. No value of a secret is in them. */
export function nextLines(from: Imported, { folder, above, install }: Place): string[] {
  const { program, values, stacks } = from;
  const asked = askedFor(from);
  const wanted = new Map(program.wanted.map((one) => [one.name, one]));
  return [
    `cd ${quote(folder)}`,
    ...(install ? ["npm install"] : []),
    ...stacks.flatMap(({ stack, destination, sources }) => {
      const known = Object.keys(values.get(stack) ?? {});
      const plain = asked.filter(({ name, secret, needed }) => !secret && needed && !wanted.has(name));
      return [
        `pulumi stack init ${quote(stack)}`,
        ...plain
          .filter(({ name }) => !known.includes(name))
          .map(({ name }) => `pulumi config set ${name} VALUE`),
        ...asked.flatMap(({ name }) => {
          const one = wanted.get(name);
          if (one === undefined) return [];
          return [
            feed(one, one.key === undefined ? undefined : sources.get(one.key), above, { destination }),
          ];
        }),
      ];
    }),
    ...(program.image === undefined
      ? ["pulumi preview --config version=TAG", "pulumi up --config version=TAG"]
      : ["pulumi preview", "pulumi up"]),
  ];
}
