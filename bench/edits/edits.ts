/**
 * `npm run bench -- edits [--only PATTERN] [--from PATTERN] [--minutes NUMBER]`: what people edit of a program, one edit after the other on one stack, with a
 * row in a database, a file in an app's volume, and requests all the while.
 */
import { courseOf, type Run } from "./course";
import { allData, allLoads, edits, replaced, steps, type Step } from "./list";
import { chosenEdits, parseEditsOptions } from "./options";
import { isGood, verdict, type Ended, type Expected, type Row, type Seen } from "./verdict";
import { World, type LoadSeen } from "./world";

const progress = (line: string): void => {
  console.error(line);
};

export async function benchEdits(args: string[]): Promise<void> {
  const options = parseEditsOptions(args);
  const groups = steps(chosenEdits(edits, options));
  const world = await World.make(progress);
  try {
    await world.renew();
    await refuseUnknownKinds(world);
    const rows = await playAll(world, groups, options.minutes);
    console.table(rows);
    console.log(JSON.stringify({ edits: rows }));
    if (!rows.every(isGood)) process.exitCode = 1;
  } finally {
    await world.end();
  }
}

/** A kind of resource that the program has and no edit replaces would be an edit that nobody tries. */
async function refuseUnknownKinds(world: World): Promise<void> {
  const known = new Set(replaced.map(([type]) => type));
  const own = (await world.resources())
    .filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"))
    .map(({ type, urn }) => `${type.split(":").at(-1) ?? ""} ${urn.split("::").at(-1) ?? ""}`);
  const unknown = own.filter((each) => !known.has(each.split(" ")[0] ?? ""));
  if (unknown.length > 0)
    throw new Error(`bench edits: the list replaces nothing of the kind of ${unknown.join(", ")}.`);
}

async function playAll(world: World, groups: Step[][], minutes: number): Promise<Row[]> {
  const rows: Row[] = [];
  const begun = Date.now();
  const passed = (): number => (Date.now() - begun) / 60_000;
  for (const group of groups) {
    if (passed() > minutes) break;
    for (const step of group) {
      const { row, problems, texts } = await play(world, step);
      rows.push(row);
      progress(`${passed().toFixed(1)} min: ${isGood(row) ? "good" : "NOT GOOD"}: ${step.name}`);
      if (isGood(row)) continue;
      for (const [title, text] of Object.entries(texts)) progress(`--- ${step.name}: ${title}\n${text}`);
      for (const problem of problems) progress(`*** ${step.name}: ${problem}`);
    }
    // The next edit begins from the program as it is, whatever became of this one.
    if (rows.slice(-group.length).every(isGood)) continue;
    await world.renew();
  }
  return rows;
}

interface Played {
  row: Row;
  problems: string[];
  /** What was printed, for a person to read. */
  texts: Record<string, string>;
}

async function play(world: World, step: Step): Promise<Played> {
  try {
    const { seen, texts } = await watch(world, step);
    const played = verdict(step.name, expectedOf(step), seen);
    await step.after?.(world);
    return { ...played, texts };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const row = { name: step.name, data_kept: false, lost: 0, requests: 0, converged: false, said: false };
    return { row, problems: [`it was not played to its end: ${text}`], texts: {} };
  }
}

function expectedOf({ ends = "done", data = {}, says = {} }: Step): Expected {
  return {
    ends,
    says,
    data: {
      first: { ...allData.first, ...data.first },
      second: { ...allData.second, ...data.second },
    },
  };
}

/** Makes the edit with requests all the while, and looks at what came of it. */
async function watch(world: World, step: Step): Promise<{ seen: Seen; texts: Record<string, string> }> {
  const before = await world.running();
  const { ran, load } = await underLoad(world, step);
  const { preview, update, again } = ran;
  const seen = {
    preview,
    ...(update === undefined ? {} : { update }),
    again,
    touched: step.ends === "refused" && (await world.running()) !== before,
    data: await world.data(),
    load,
  };
  const texts = {
    preview: preview.text,
    update: update?.text ?? "",
    "the preview after it": again.text,
    "lost requests": load.losses.map((loss) => JSON.stringify(loss)).join("\n"),
  };
  return { seen, texts };
}

type Ran = Record<"preview" | "again", Ended> & { update?: Ended };

async function underLoad(world: World, step: Step): Promise<{ ran: Ran; load: LoadSeen }> {
  const run = ({ stack, args, settings }: Run): Promise<Ended> => world.pulumi(stack, args, settings);
  const course = courseOf(step, (await step.flags?.(world)) ?? []);
  const stop = world.load(step.loads ?? allLoads);
  try {
    await step.before?.(world);
    const preview = await run(course.preview);
    const update = preview.code === 0 ? await run(course.update) : undefined;
    const then = course.then === undefined ? undefined : await run(course.then);
    if (then !== undefined && then.code !== 0)
      throw new Error(`what follows the update failed:\n${then.text}`);
    const load = await stop();
    const { again: what } = course;
    const again = what === "empty" ? await world.empty(step.stack ?? "main") : await run(what);
    return { ran: { preview, ...(update === undefined ? {} : { update }), again }, load };
  } finally {
    await stop();
  }
}
