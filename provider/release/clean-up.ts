/** What the clean-up after a release does: runs its line on each host, where the line is another than at the release before. */
import type { ResourceProvider } from "../resource-provider";
import { changed } from "../changes";
import { eachHost } from "../ssh/each-host";
import type { Shell } from "../ssh/address";
import { alikeInAll, withoutKit } from "../host/scripts";
import { runVerb } from "./verb";

/** A role on a host. */
export interface PrunePlace {
  shell: Shell;
  /** The line that is run on the host. */
  line: string;
}

export interface PruneInputs {
  places: PrunePlace[];
  /** Seconds that a line may take at most. */
  timeout: number;
}

async function prune(places: readonly PrunePlace[], timeout: number): Promise<void> {
  await eachHost(places, ({ shell, line }) => runVerb(shell, line, timeout));
}

/** The places with a line that was not run there. */
export function unpruned(olds: PruneInputs, news: PruneInputs): PrunePlace[] {
  const key = ({ shell, line }: PrunePlace): string => `${shell.name} ${withoutKit(line)}`;
  const done = new Set(olds.places.map(key));
  return news.places.filter((place) => !done.has(key(place)));
}

export const pruneProvider: ResourceProvider<PruneInputs, PruneInputs> = {
  async create(inputs) {
    await prune(inputs.places, inputs.timeout);
    return { id: "prune", outs: inputs };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: changed(["places", "timeout"], alikeInAll(olds), alikeInAll(news)).length > 0,
    }),

  async update(_id, olds, news) {
    await prune(unpruned(olds, news), news.timeout);
    return { outs: news };
  },
};
