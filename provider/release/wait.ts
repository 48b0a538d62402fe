/**
 * What the pause between two batches of a rollout does: it waits, where the batch before it was released in this run. An edit of the pause
 * itself waits for nothing, and neither does the run after one that was cut off in it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { changed } from "../changes";
import { seconds, type Duration } from "../core/units";
import { hasFresh } from "../docker/fresh";
import type { ResourceProvider } from "../resource-provider";
import { say } from "../say";

/** The pause after a batch. */
export interface WaitInputs {
  /** How long it is; another length counts from the next release. */
  length: Duration;
  /** The containers of the batch before it. */
  containers: string[];
  /** The hosts of the batch after it. */
  next: string[];
}

let ended = new AbortController();

/** Ends those that go on, as the user has pressed Ctrl-C. */
export function endWaits(): void {
  ended.abort();
  ended = new AbortController();
}

async function wait({ length, containers, next }: WaitInputs): Promise<void> {
  if (!hasFresh(containers)) return;
  const before = `the release goes on to ${next.join(", ")}`;
  say(`waiting ${length} until ${before}`);
  try {
    await sleep(seconds(length) * 1000, undefined, { signal: ended.signal });
  } catch (error) {
    throw new Error(`the wait of ${length} until ${before} was interrupted; run pulumi up again`, {
      cause: error,
    });
  }
}

export const waitProvider: ResourceProvider<WaitInputs> = {
  async create(inputs) {
    await wait(inputs);
    return { id: "wait", outs: inputs };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({ changes: changed(["length", "containers", "next"], olds, news).length > 0 }),

  async update(_id, _olds, news) {
    await wait(news);
    return { outs: news };
  },
};
