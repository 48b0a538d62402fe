/** What the resource does by which a program says that a host is gone: it tells the other resources of the run. */
import type { ResourceProvider } from "../resource-provider";
import { declareGone } from "../gone";

export interface GoneInputs {
  /** The host's name in the program. */
  host: string;
}

export const goneProvider: ResourceProvider<GoneInputs, GoneInputs> = {
  check(_olds, news) {
    declareGone(news.host);
    return Promise.resolve({ inputs: news });
  },

  create: (inputs) => Promise.resolve({ id: inputs.host, outs: inputs }),

  diff: (_id, olds, news) => Promise.resolve({ changes: olds.host !== news.host }),

  update: (_id, _olds, news) => Promise.resolve({ outs: news }),

  read(id, state) {
    if (state !== undefined) declareGone(state.host);
    return Promise.resolve({ id, props: state ?? { host: id } });
  },
};
