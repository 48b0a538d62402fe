/** How many generations of a role a host carries at a time: a pure function of what its engine tells. */

/**
 * Reads, a line each: `there ID ROLE` for a container that runs when one begins to look, `start ID ROLE` and `die ID ROLE` as it happens,
 * and `again` when one begins to look anew, as after a reboot. ROLE is empty for what is no part of a role.
 *
 * @returns the most containers of one role that ran at a time, as each role has one a host
 */
export class Generations {
  private readonly running = new Map<string, Set<string>>();
  private most = 0;

  tell(line: string): void {
    const [what = "", id = "", role = ""] = line.trim().split(" ");
    if (what === "again") this.running.clear();
    if (role === "") return;
    const ofRole = this.running.get(role) ?? new Set<string>();
    this.running.set(role, ofRole);
    if (what === "die") ofRole.delete(id);
    else ofRole.add(id);
    this.most = Math.max(this.most, ofRole.size);
  }

  /** The most since the last time that one asked. */
  take(): number {
    const { most } = this;
    this.most = Math.max(0, ...[...this.running.values()].map(({ size }) => size));
    return most;
  }
}
