/** What differs between two sets of inputs. */
import { isDeepStrictEqual } from "node:util";
import type { Diff } from "./resource-provider";
import type { SshAddress } from "./ssh/address";

/** Those of the names whose values are different; the order of an object's members does not count. */
export function changed<T extends object, Name extends keyof T>(
  names: readonly Name[],
  one: T,
  other: T,
): Name[] {
  return names.filter((name) => !isDeepStrictEqual(one[name], other[name]));
}

/** The diff of what is never changed in place: each of the names replaces it, and another way to its host is an update of the state alone. */
export function replacedBy<T extends { shell: SshAddress }>(
  names: readonly (keyof T & string)[],
): (id: string, olds: T, news: T) => Promise<Diff> {
  return (_id, olds, news) => {
    const replaces = changed(names, olds, news);
    return Promise.resolve({ changes: changed([...names, "shell"], olds, news).length > 0, replaces });
  };
}
