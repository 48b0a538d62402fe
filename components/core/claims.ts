/** What one thing alone of a program may have, each by its key: a name, a tag. */

/** Who has what, for each run of a program apart: a process may run several. */
export class Claims {
  private readonly runs = new WeakMap<object, Map<string, string>>();

  /**
   * Takes it for somebody.
   *
   * @param run what tells one run of a program from another
   * @param who who is to have it, for errors
   * @returns who has it already, and keeps it; undefined where it is taken now
   */
  take(run: object, key: string, who: string): string | undefined {
    const taken = this.runs.get(run) ?? new Map<string, string>();
    this.runs.set(run, taken);
    const other = taken.get(key);
    if (other === undefined) taken.set(key, who);
    return other;
  }
}
