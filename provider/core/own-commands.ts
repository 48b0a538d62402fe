/** The commands of `sextant` itself: no app can have one of these names for a command of its own. */
export const ownCommands: readonly string[] = [
  ...["init", "import", "secrets", "preview", "doctor", "docs", "help"],
  ...["ps", "details", "jobs", "logs", "exec", "run", "stats", "maintenance", "pause", "resume", "live"],
  ...[
    "rollback",
    "restart",
    "stop",
    "start",
    "audit",
    "images",
    "build",
    "proxy",
    "prune",
    "copy-data",
    "lock",
    "unlock",
    "otel",
    "completion",
    "complete",
  ],
];

/** Whether a command of an app can have that name. */
export const isCommandName = (name: string): boolean => /^[a-z][a-z0-9-]*$/.test(name);
