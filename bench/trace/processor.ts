/** Processor time of the whole machine, as /proc/stat counts it: pure functions on its text. */

/** Ticks a second, as the kernel tells them to programs: USER_HZ, 100 on all that Debian runs on. See proc(5). */
const ticks = 100;

/**
 * Seconds that all cores have worked since the machine's start, without those that they had nothing to do or waited for
 * a disk or another machine.
 *
 * @example busySeconds("cpu  100 50 50 9000 20 0 10 3 0 0\n") // 2.1
 */
export function busySeconds(stat: string): number {
  const fields = /^cpu +(.+)$/m.exec(stat)?.[1]?.split(" ").map(Number) ?? [];
  const [user, nice, system, , , irq, softirq] = fields;
  const parts = [user, nice, system, irq, softirq];
  if (!parts.every((part) => part !== undefined && Number.isFinite(part)))
    throw new Error(`/proc/stat begins with ${JSON.stringify(stat.slice(0, 80))}, not with a line of times`);
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0) / ticks;
}
