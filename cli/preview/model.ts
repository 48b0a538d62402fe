/** A preview as a reviewer reads it: plain values from what Pulumi says. Pure. */
import { compare } from "../../provider/core/compare";
import { volumesOf } from "./volumes";
import { rulesOf, serversOf } from "./cloud";
import { containersOf } from "./containers";
import type { Digest, Operation, Said, Step } from "./digest";
import type { CommitRange, Group, Preview, Sentence } from "./findings";
import { headline } from "./headline";
import { commandsOf, routesOf } from "./steps";

/** The model of a preview. @param failure why the program ended, where nothing in the preview says it */
export function previewOf({ project, stack, steps, said }: Digest, failure?: string): Preview {
  const refused = [
    ...sentences(said, "error").filter(({ message }) => !/^(preview|update) failed$/.test(message)),
    ...(failure === undefined ? [] : [{ message: failure }]),
  ];
  const failed = failure !== undefined || said.some(({ severity }) => severity === "error");
  const shown = steps.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  const findings = {
    ...(project === undefined || stack === undefined ? {} : { stack: `${project}/${stack}` }),
    ...{ failed, refused },
    warned: sentences(said, "warning"),
    noted: sentences(said, "info").filter(({ of }) => of !== undefined),
    containers: containersOf(shown),
    commands: commandsOf(shown),
    routes: routesOf(shown),
    volumes: volumesOf(shown),
    servers: serversOf(shown),
    rules: rulesOf(shown),
    commits: [],
    others: groups(shown.filter((step) => !step.own)),
    own: groups(shown.filter((step) => step.own)),
  };
  return { ...findings, headline: headline(findings) };
}

/** What is said in one severity, each sentence once. What a program prints is of its stack, and is left where it is. */
function sentences(said: readonly Said[], severity: Said["severity"]): Sentence[] {
  const found = said
    .filter((each) => each.severity === severity)
    .map(({ message, urn }): Sentence => {
      const [, , types = "", ...name] = urn?.split("::") ?? [];
      const own = urn !== undefined && !types.endsWith("pulumi:pulumi:Stack") && name.length > 0;
      return { message: bare(message), ...(own ? { of: name.join("::") } : {}) };
    });
  return [...new Map(found.map((each) => [each.message, each])).values()];
}

/** Without what the engine puts in front. */
function bare(message: string): string {
  return message
    .replace(/^(error|warning): /, "")
    .replace(/^sextant:index:\w+ resource '[^']*' has a problem: /, "");
}

function groups(steps: readonly Step[]): Group[] {
  const found = new Map<string, { type: string; operation: Operation; names: string[] }>();
  for (const { type, operation, name } of steps) {
    const key = `${type} ${operation}`;
    const group = found.get(key) ?? { type, operation, names: [] };
    group.names.push(name);
    found.set(key, group);
  }
  return [...found.values()]
    .map((group) => ({ ...group, names: [...group.names].sort(compare) }))
    .sort((a, b) => compare(`${a.type} ${a.operation}`, `${b.type} ${b.operation}`));
}

/** The commits between the releases of each app, as far as its images name them. */
export function rangesOf({ containers }: Pick<Preview, "containers">): CommitRange[] {
  const found = containers.flatMap(({ component: app, kind, old, new: now }) => {
    const [from, to] = [old?.commit, now?.commit];
    return kind !== "app" || from === undefined || to === undefined || from === to ? [] : [{ app, from, to }];
  });
  return [...new Map(found.map((range) => [`${range.app} ${range.from} ${range.to}`, range])).values()];
}
