/** The engine's own stream of events, as `pulumi up --event-log FILE` writes it: an event a line. */
import { closeSync, openSync, readSync } from "node:fs";

/** A step of the engine: what it does to one resource. */
export interface Step {
  op: string;
  type: string;
  name: string;
}

/** A step, and how long it took. */
export interface TimedStep extends Step {
  ms: number;
}

/** What is told of a step: that it begins, or that it has ended. */
export interface Told {
  step: Step;
  begins: boolean;
}

interface Metadata {
  op: string;
  urn: string;
  type: string;
  new?: { custom?: boolean } | null;
  old?: { custom?: boolean } | null;
}

interface EngineEvent {
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
  resOpFailedEvent?: { metadata: Metadata };
}

/** Steps in which nothing is asked of any provider. */
const idle = new Set(["same", "replace", "discard", "discard-replaced", "remove-pending-replace"]);

/** What a line tells of a step that a provider does; undefined for all else. */
export function toldBy(line: string): Told | undefined {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent } = JSON.parse(line) as EngineEvent;
  const metadata = (resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent)?.metadata;
  if (metadata === undefined || idle.has(metadata.op)) return undefined;
  const { op, urn, type } = metadata;
  const custom = (metadata.new ?? metadata.old)?.custom === true;
  if (!custom || type.startsWith("pulumi:")) return undefined;
  return {
    step: { op, type, name: urn.slice(urn.lastIndexOf("::") + 2) },
    begins: resourcePreEvent !== undefined,
  };
}

/** Whether both are the same step of two runs of the same change. */
export const isSame = (a: Step, b: Step): boolean => a.op === b.op && a.type === b.type && a.name === b.name;

/** A kind of step, by which all resources of a type count as one: `Container create-replacement`. */
export function kindOf({ op, type }: Step): string {
  const [module = "", , name = ""] = /^(hcloud|command|docker):/.test(type)
    ? type.split(":")
    : ["", "", type.split(":").at(-1)];
  return `${module === "" ? "" : `${module} `}${name} ${op}`;
}

/** The steps of a run in their order, with the time between what was told of each. */
export function timed(told: readonly (Told & { at: number })[]): TimedStep[] {
  return told
    .filter(({ begins }) => begins)
    .map(({ step, at }) => {
      const end = told.find((each) => !each.begins && each.at >= at && isSame(each.step, step));
      return { ...step, ms: end === undefined ? 0 : end.at - at };
    });
}

/** How often the file is looked at, in ms. */
const pace = 15;

/** Reads the lines of a file as they are written to it, until it is closed. */
export class Lines {
  private readonly file: number;
  private readonly timer: NodeJS.Timeout;
  private rest = "";
  private read = 0;

  constructor(
    path: string,
    private readonly onLine: (line: string) => void,
  ) {
    this.file = openSync(path, "r");
    this.timer = setInterval(() => {
      this.look();
    }, pace);
  }

  close(): void {
    clearInterval(this.timer);
    this.look();
    closeSync(this.file);
  }

  private look(): void {
    const buffer = Buffer.alloc(65_536);
    // A whole character may lie over the end of what was read: the text is cut at lines before it is decoded.
    for (let got = 1; got > 0;) {
      got = readSync(this.file, buffer, 0, buffer.length, this.read);
      this.read += got;
      const lines = (this.rest + buffer.toString("latin1", 0, got)).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") this.onLine(Buffer.from(line, "latin1").toString("utf8"));
    }
  }
}
