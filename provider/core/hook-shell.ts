/** What a shell on the machine that runs Pulumi is given to run a line of the user's own, with variables as Kamal's hooks have them. */

/** By this variable of the environment a run leaves out all hooks. */
export const skipVariable = "SEXTANT_SKIP_HOOKS";

/** Whether the environment of a run leaves them out. */
export const hooksSkipped = ({ [skipVariable]: value }: Partial<Record<string, string>>): boolean =>
  value === "1" || value === "true";

/**
 * The arguments of /bin/sh; the line comes after them. What is another in each run is no input of a resource, and is found out here: the
 * moment, and who it is, as Kamal does (lib/kamal/tags.rb). A hook that is left out is not made up for at the next run.
 *
 * KAMAL_LOCK is true, as a run of Pulumi holds the lock of the stack's state throughout. KAMAL_RUNTIME is Kamal's in post-deploy alone
 * (lib/kamal/cli/main.rb): the whole seconds since the run began, by the age of the plugin that runs the line, which the engine starts with
 * the run. `ps` tells it as [[days-]hours:]minutes:seconds.
 */
export function hookShell({ runtime = false }: { runtime?: boolean } = {}): string[] {
  return [
    "-c",
    [
      `case \${${skipVariable}:-} in 1 | true) echo "left out by ${skipVariable}"; exit 0 ;; esac`,
      'KAMAL_PERFORMER=$(git config user.email 2>/dev/null) || KAMAL_PERFORMER=""',
      '[ -n "$KAMAL_PERFORMER" ] || KAMAL_PERFORMER=$(whoami)',
      "KAMAL_RECORDED_AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)",
      "KAMAL_LOCK=true",
      "export KAMAL_PERFORMER KAMAL_RECORDED_AT KAMAL_LOCK",
      ...(runtime
        ? [
            "KAMAL_RUNTIME=$({ ps -A -o pid,etime || ps -o pid,etime; } 2>/dev/null | awk -v pid=\"$PPID\" '$1 == pid { n = split($2, part, /[-:]/); s = part[n] + 60 * part[n - 1]; if (n > 2) s += 3600 * part[n - 2]; if (n > 3) s += 86400 * part[n - 3]; print s; exit }')",
            'if [ -n "$KAMAL_RUNTIME" ]; then export KAMAL_RUNTIME; else unset KAMAL_RUNTIME; fi',
          ]
        : []),
      'exec /bin/sh -c "$0"',
    ].join("\n"),
  ];
}
