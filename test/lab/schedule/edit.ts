/** What the tests of roles with a schedule edit of their program; it reads them as JSON from SCHEDULE. */
export interface Edit {
  /** The release, as its runs print it. */
  release: string;
  /** The servers of the role, in their order; none where the app has no such role. */
  servers: ("schedule-1" | "schedule-2")[];
  cron: string;
  /** How many seconds a run takes, and with which code it ends. */
  seconds: number;
  code: number;
}
