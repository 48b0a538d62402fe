/** What could not be looked at, so that nothing passes in silence. */
import type { Finding } from "../finding";

export const unreadable: Finding = {
  id: "unreadable",
  level: "refuses",
  match: ({ unknown }) =>
    unknown
      .filter(({ needed }) => needed)
      .map(
        ({ what, why }) =>
          `${what} told nothing that could be read (${why}), and it is needed. See on the machine why it does not work.`,
      ),
  docs: {
    chapter: "What is not known",
    finds:
      "The login, the commands, the architecture, the memory or the free space could not be read, as `id`, `uname`, /proc/meminfo or `df` failed or took too long.",
    cure: "See on the machine why it does not work.",
  },
};

export const notLookedAt: Finding = {
  id: "not-looked-at",
  level: "note",
  match: ({ unknown }) =>
    unknown
      .filter(({ needed }) => !needed)
      .map(
        ({ what, why }) =>
          `${what} told nothing that could be read (${why}): what the checks of it would find is not known.`,
      ),
  docs: {
    chapter: "What is not known",
    finds:
      "A command such as `sshd -T`, `nft list chains` or `docker ps` failed or took too long. The checks of what it tells have found nothing, which says nothing.",
    cure: "See on the machine why it does not work.",
  },
};
