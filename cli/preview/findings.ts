/** What a preview comes to, as plain values. */
import type { RuleChange, ServerChange } from "./cloud";
import type { ContainerChange } from "./containers";
import type { Operation } from "./digest";
import type { ReleaseCommand, RouteChange } from "./steps";
import type { VolumeChange } from "./volumes";

/** Something that is said of a component or a resource. */
export interface Sentence {
  readonly message: string;
  /** The resource that it is of. */
  readonly of?: string;
}

/** Resources of one type that one thing happens to. */
export interface Group {
  readonly type: string;
  readonly operation: Operation;
  readonly names: readonly string[];
}

/** Commits between two releases of an app. */
export interface Commits {
  readonly app: string;
  readonly from: string;
  readonly to: string;
  /** One a line, as `git log --oneline` prints them; the newest first. */
  readonly lines: readonly string[];
  /** How many there are, where not all are in `lines`. */
  readonly total: number;
  /** Whether they are taken back: the new release is the older one. */
  readonly back: boolean;
}

export interface Preview {
  /** `project/stack`, where the preview came so far. */
  readonly stack?: string;
  /** Whether it was refused, or failed. */
  readonly failed: boolean;
  /** All of it in a line. */
  readonly headline: string;
  /** Why it failed. */
  readonly refused: readonly Sentence[];
  readonly warned: readonly Sentence[];
  /** What the library's plugin says beside that. */
  readonly noted: readonly Sentence[];
  readonly containers: readonly ContainerChange[];
  readonly commands: readonly ReleaseCommand[];
  readonly routes: readonly RouteChange[];
  readonly volumes: readonly VolumeChange[];
  readonly servers: readonly ServerChange[];
  readonly rules: readonly RuleChange[];
  readonly commits: readonly Commits[];
  /** What is not this library's, nor below one of its components. */
  readonly others: readonly Group[];
  /** What is. */
  readonly own: readonly Group[];
}

/** What the preview comes to, without the headline. */
export type Findings = Omit<Preview, "headline">;

/** A range of commits that is asked for. */
export interface CommitRange {
  readonly app: string;
  readonly from: string;
  readonly to: string;
}
