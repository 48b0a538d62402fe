/** A stack's state, as `pulumi stack export` prints it: pure. */

/** The resources of a state, of which a caller reads what its type says. */
export function resourcesOf<Resource extends { type: string }>(state: unknown): readonly Resource[] {
  return (state as { deployment?: { resources?: Resource[] } }).deployment?.resources ?? [];
}

/** A value that the state marks as a secret, in clear: its JSON is text in the state. */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("plaintext" in value)) return value;
  return JSON.parse(String(value.plaintext));
}
