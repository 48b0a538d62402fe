/** What a finding of the preflight is: how it is recognised, what is said, and what its page says. */
import type { Asked } from "./asked";
import type { Machine } from "./machine";

/** Whether a finding refuses a machine; a note does not. */
export type Level = "refuses" | "refuses unless accepted" | "note";

/** The sections of the page. */
export type Chapter =
  "Docker" | "Machine" | "Ports" | "Firewalls" | "Other tools" | "SSH" | "What is not known";

export interface Finding {
  /** Names it: programs accept by it, and it is the anchor in docs/preflight.md. It is never renamed. */
  readonly id: string;
  readonly level: Level;
  /** What speaks for it: some sentences with the cure for each time that it is found. Pure, and content with any fact missing. */
  readonly match: (machine: Machine, asked: Asked) => readonly string[];
  /** What the page says; Markdown. */
  readonly docs: {
    readonly chapter: Chapter;
    /** What it finds, and what follows from that. */
    readonly finds: string;
    readonly cure: string;
  };
}

/** The sentences where the condition holds. */
export function when(condition: boolean | undefined, sentences: string): readonly string[] {
  return condition === true ? [sentences] : [];
}
