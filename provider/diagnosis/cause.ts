/** What a cause is: how it is recognised, what mends it, and what the troubleshooting page says of it. */
import type { Evidence } from "./evidence";

/** What speaks for a cause in an evidence. */
export interface Found {
  /** From 0 to 1: 0.9 and more for what was seen itself, 0.5 for what only fits. */
  confidence: number;
  /** The cause as a clause that goes on after "is not ready after 3s: ". */
  verdict: string;
  /** What was seen, a phrase each, the most telling first. */
  seen: string[];
  /** Why that follows, as a sentence; for the reader who doubts. */
  why: string;
  /** The change to make, in the user's terms: an argument of a component, or a line of the app. */
  cure: string;
}

/** A section of the page, in the order in which a release meets them. */
export type Chapter =
  | "Pulling the image"
  | "Starting the container"
  | "The process ends"
  | "Listening"
  | "The answer to the health path"
  | "What the app needs"
  | "The machine"
  | "The release command"
  | "Roles with a schedule"
  | "The proxy";

/** What the troubleshooting page says; Markdown. */
export interface CauseDocs {
  chapter: Chapter;
  /** What a user sees, and searches for. */
  symptom: string;
  cause: string;
  /** How to see for oneself that it is this. */
  proof: string;
  cure: string;
}

/** A cause of failed deploys. */
export interface Cause {
  /** Names it: the anchor in docs/troubleshooting.md. */
  id: string;
  /** A headline in the words of who searches for it. */
  title: string;
  /** True when waiting longer cannot help. */
  final: boolean;
  /** What speaks for it, or nothing. Pure, and content with any part of the evidence missing. */
  match: (evidence: Evidence) => Found | undefined;
  docs: CauseDocs;
}
