import type { Change } from "./plan";

/** What the bench edits of its program; the program reads it as JSON from FAULTS. */
export interface Edit {
  /** Release of the shop. */
  version: number;
  /** Whether the proxies write down each request: an edit of it replaces them. */
  debug: boolean;
  /** A label of the accessory: an edit of it replaces its container. */
  round: number;
  /** Whether the second app is there, with a volume and an accessory of its own. */
  news: boolean;
  /** Whether the third server is there, with the shop on it. */
  third: boolean;
}

export const plain: Edit = { version: 1, debug: false, round: 1, news: false, third: false };

/** How many releases the image has. */
const versions = 9;

/** The release that comes after one. */
export const after = (version: number): number => (version % versions) + 1;

/** What each change makes of what stands. */
export const edited: Readonly<Record<Change, (edit: Edit) => Edit>> = {
  release: (edit) => ({ ...edit, version: after(edit.version) }),
  proxy: (edit) => ({ ...edit, debug: !edit.debug }),
  accessory: (edit) => ({ ...edit, round: edit.round + 1 }),
  first: (edit) => ({ ...edit, news: true }),
  server: (edit) => ({ ...edit, third: true }),
};

/** What has to stand before any of them. */
export const before = (edit: Edit): Edit => ({ ...edit, news: false, third: false });
