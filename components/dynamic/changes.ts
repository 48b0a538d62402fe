/** What differs between two sets of inputs. */
import { isDeepStrictEqual } from "node:util";

/** Those of the names whose values are different; the order of an object's members does not count. */
export function changed<T extends object, Name extends keyof T>(
  names: readonly Name[],
  one: T,
  other: T,
): Name[] {
  return names.filter((name) => !isDeepStrictEqual(one[name], other[name]));
}
