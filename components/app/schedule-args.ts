/** The arguments of a schedule. */
import type { Duration } from "../../provider/core/units";

/** When a role runs, in which time zone, and how long. */
export interface ScheduleArgs {
  /**
   * Cron's five fields: minute, hour, day of the month, month, day of the week. Where both days are named, one that fits either will do, as
   * with cron.
   *
   * @edit counts from the next release
   * @example "15 3 * * *"
   */
  cron: string;
  /**
   * The time zone of these. What falls into an hour that a clock leaves out does not run; in one that comes twice it runs once.
   *
   * @default "UTC"
   * @edit in place: the timer is another one
   * @example "Europe/Berlin"
   */
  timeZone?: string;
  /**
   * How long a run may take. Then it is stopped, in the role's `stopTimeout`, and counts as failed.
   *
   * @default "1h"
   * @edit in place: counts for the next run
   * @example "15m"
   */
  timeout?: Duration;
}
