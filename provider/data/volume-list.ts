/** What the resource with all volumes of a program does: it says at preview, and in an update, what becomes of those that are no more in it. */
import { changed } from "../changes";
import { first, isGone } from "../gone";
import type { ResourceProvider } from "../resource-provider";
import { noMore, type VolumeListInputs } from "./no-more";
import { say } from "../say";

export const volumeListProvider: ResourceProvider<VolumeListInputs, VolumeListInputs> = {
  create: (inputs) => Promise.resolve({ id: "volumes", outs: inputs }),

  diff(_id, olds, news) {
    // In a preview what is known only later is a text without meaning, also in place of the whole list.
    if (Array.isArray(news.volumes) && Array.isArray(news.hosts))
      for (const sentence of noMore(olds, news, isGone)) if (first(sentence)) say(sentence);
    return Promise.resolve({ changes: changed(["hosts", "volumes"], olds, news).length > 0 });
  },

  update: (_id, _olds, news) => Promise.resolve({ outs: news }),
};
