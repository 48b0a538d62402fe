/** The checks of the preflight that a program can accept by name. */

/** In the order in which the preflight says them; the level of each is "refuses unless accepted". */
export const acceptable = [
  "memory-limits",
  "disk-inodes",
  "clock-off",
  "ufw-bypassed",
  "kubernetes",
  "sshd-root",
] as const;

/** A check of the preflight that refuses a machine unless the program accepts it: [what each finds](preflight.md). */
export type AcceptableCheck = (typeof acceptable)[number];
