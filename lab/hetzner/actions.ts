/** The action engine: everything the API does in the background, with progress, locks and failures. */
import { failure } from "./errors";
import type { Faults } from "./faults";
import type { ActionRecord } from "./records";
import type { Store } from "./store";

/** A resource that an action is about. */
export interface Resource {
  type: string;
  id: number;
}

/** What to do in the background. */
export interface Job {
  command: string;
  resources: Resource[];
  /** Resources that refuse other jobs with `locked` until this one has finished. */
  locks?: Resource[];
  /** What makes it true. The action succeeds when this is done, fails when it throws. */
  work?: () => Promise<void> | void;
  /** Runs after the work, whether it succeeded or not. */
  settled?: (error: Error | undefined) => void;
  /** An action that must have succeeded before. */
  after?: ActionRecord;
}

const keyOf = (resource: Resource): string => `${resource.type}/${String(resource.id)}`;

export class Actions {
  private readonly locked = new Map<string, number>();
  private readonly running = new Map<number, Promise<boolean>>();

  constructor(
    private readonly store: Store,
    private readonly faults: Faults,
    /** The least time an action takes. */
    private readonly delayMs: number,
    private readonly log: (line: string) => void,
  ) {}

  /** Throws `locked` when a job holds the resource. */
  needFree(...resources: Resource[]): void {
    for (const resource of resources) {
      if (this.isLocked(resource)) {
        throw failure("locked", `${resource.type} is locked: another action is running on it`);
      }
    }
  }

  isLocked(resource: Resource): boolean {
    return (this.locked.get(keyOf(resource)) ?? 0) > 0;
  }

  /** Whether an action with this command runs on both resources. */
  isRunning(command: string, ...resources: Resource[]): boolean {
    return Object.values(this.store.state.actions).some(
      (action) =>
        action.status === "running" &&
        action.command === command &&
        resources.every((wanted) => action.resources.some((has) => keyOf(has) === keyOf(wanted))),
    );
  }

  /** Starts a job and returns its action, still running. */
  start(job: Job): ActionRecord {
    const action: ActionRecord = {
      id: this.store.newId(),
      command: job.command,
      status: "running",
      progress: 0,
      started: new Date().toISOString(),
      finished: null,
      resources: job.resources,
      error: null,
    };
    this.store.state.actions[action.id] = action;
    for (const resource of job.locks ?? []) this.count(resource, 1);
    const before = job.after
      ? (this.running.get(job.after.id) ?? Promise.resolve(job.after.status === "success"))
      : undefined;
    const done = this.carryOut(action, job, before).finally(() => this.running.delete(action.id));
    this.running.set(action.id, done);
    return action;
  }

  /** Waits until no action runs. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  /** Ends actions that a former process began: their work has stopped with it. */
  endInterrupted(): void {
    for (const action of Object.values(this.store.state.actions)) {
      if (action.status === "running") {
        this.finish(action, new Error("interrupted: the API was restarted while the action ran"));
      }
    }
  }

  private async carryOut(
    action: ActionRecord,
    job: Job,
    before: Promise<boolean> | undefined,
  ): Promise<boolean> {
    let error: Error | undefined;
    try {
      if (before && !(await before)) throw new Error("the action before it failed");
      const fault = this.faults.ofAction(action.command);
      await pause(fault?.delayMs ?? this.delayMs);
      if (fault?.message !== undefined) throw failure(fault.code ?? "action_failed", fault.message);
      action.progress = 50;
      await job.work?.();
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.log(`action ${String(action.id)} ${action.command} failed: ${error.message}`);
    }
    for (const resource of job.locks ?? []) this.count(resource, -1);
    job.settled?.(error);
    this.finish(action, error);
    this.store.save();
    return error === undefined;
  }

  private finish(action: ActionRecord, error: Error | undefined): void {
    action.status = error ? "error" : "success";
    action.progress = 100;
    action.finished = new Date().toISOString();
    const code = (error as { code?: unknown } | undefined)?.code;
    if (error)
      action.error = { code: typeof code === "string" ? code : "action_failed", message: error.message };
  }

  private count(resource: Resource, change: number): void {
    this.locked.set(keyOf(resource), (this.locked.get(keyOf(resource)) ?? 0) + change);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
