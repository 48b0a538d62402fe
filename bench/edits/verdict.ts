/** What is said of an edit: from what was seen of it to its row. Pure. */
import type { Machine } from "./settings";

/** How data stands on a machine: `used` by a running container of its component, or only `there`, in its volume. */
export type Standing = "used" | "there" | "none";

/** The row of the database and the file of the app, on a machine. */
export interface Data {
  row: Standing;
  file: Standing;
}

/** What a run of Pulumi came to. */
export interface Ended {
  code: number;
  text: string;
}

/** What has to be so. */
export interface Expected {
  /** `refused`: the preview fails; `fails`: the preview cannot know, and the update fails. */
  ends: "done" | "refused" | "fails";
  /** The least that the data has to be. */
  data: Record<Machine, Data>;
  /** What has to be said; nothing where nothing is to be said. */
  says: Says;
}

/** Patterns of what has to be printed, and of what must not be. */
export interface Says {
  /** By the preview. */
  preview?: RegExp[];
  /** By the update, where a preview does not ask anybody: `destroy`, and what fails there alone. */
  update?: RegExp[];
  /** By neither. */
  nowhere?: RegExp[];
}

/** What was seen. */
export interface Seen {
  preview: Ended;
  /** None where the preview refused. */
  update?: Ended;
  /** A preview of the same program after it. */
  again: Ended;
  /** Whether anything on the machines was touched by a run that had to touch nothing. */
  touched: boolean;
  data: Record<Machine, Data>;
  load: { requests: number; lost: number };
}

export interface Row {
  name: string;
  data_kept: boolean;
  lost: number;
  requests: number;
  converged: boolean;
  said: boolean;
}

const order: readonly Standing[] = ["none", "there", "used"];
const atLeast = (is: Standing, wanted: Standing): boolean => order.indexOf(is) >= order.indexOf(wanted);

/** The row of an edit, and a sentence for each thing that is not as it has to be. */
export function verdict(name: string, expected: Expected, seen: Seen): { row: Row; problems: string[] } {
  const { requests, lost } = seen.load;
  const data = dataProblems(expected.data, seen.data);
  const course = courseProblems(expected.ends, seen);
  const said = saidProblems(expected.says, seen);
  const row = {
    name,
    data_kept: data.length === 0,
    lost,
    requests,
    converged: course.length === 0,
    said: said.length === 0,
  };
  const losses = lost > 0 ? [`${lost} of ${requests} requests were lost`] : [];
  return { row, problems: [...data, ...losses, ...course, ...said] };
}

/** Whether a row is as all have to be. */
export function isGood({ data_kept, lost, converged, said }: Row): boolean {
  return data_kept && lost === 0 && converged && said;
}

function dataProblems(wanted: Expected["data"], seen: Seen["data"]): string[] {
  return (["first", "second"] as const).flatMap((machine) =>
    (["row", "file"] as const).flatMap((what) => {
      const [is, least] = [seen[machine][what], wanted[machine][what]];
      return atLeast(is, least) ? [] : [`the ${what} on the ${machine} machine is ${is}, and not ${least}`];
    }),
  );
}

function courseProblems(ends: Expected["ends"], { preview, update, again, touched }: Seen): string[] {
  const refused = ends === "refused";
  const problems: string[] = [];
  if ((preview.code !== 0) !== refused)
    problems.push(
      `the preview ended with exit ${preview.code}, and is ${refused ? "" : "not "}to be refused`,
    );
  if (!refused && update === undefined) problems.push("there was no update");
  if (update !== undefined && (update.code !== 0) !== (ends === "fails"))
    problems.push(
      `the update ended with exit ${update.code}, and is ${ends === "fails" ? "" : "not "}to fail`,
    );
  if (touched) problems.push("what was refused has touched the machines");
  if (again.code !== 0) problems.push("a preview after it finds changes, or fails");
  return problems;
}

function saidProblems({ preview = [], update = [], nowhere = [] }: Says, seen: Seen): string[] {
  const missing = (where: string, text: string, patterns: readonly RegExp[]): string[] =>
    patterns
      .filter((pattern) => !pattern.test(text))
      .map((pattern) => `the ${where} does not say ${pattern.source}`);
  const updated = seen.update?.text ?? "";
  return [
    ...missing("preview", seen.preview.text, preview),
    ...missing("update", updated, update),
    ...nowhere
      .filter((pattern) => pattern.test(seen.preview.text) || pattern.test(updated))
      .map((pattern) => `it says ${pattern.source}, which it must not`),
  ];
}
