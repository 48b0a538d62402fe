/** Reads the location of a request, given by id or by name. */
import { locations } from "../catalogue/locations";
import type { Input } from "../input";

/** The location's name; undefined when the request names none or one that does not exist, which is noted. */
export function readLocation(input: Input, field = "location"): string | undefined {
  const wanted = input.idOrName(field);
  if (wanted === undefined) return undefined;
  const location = locations.find((each) => each.name === wanted || String(each.id) === String(wanted));
  return location?.name ?? input.wrong(field, `location '${String(wanted)}' does not exist`);
}
