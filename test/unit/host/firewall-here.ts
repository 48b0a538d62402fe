/** Commands of a machine for the verb of its firewall: an nft that keeps its one table in a file, and a systemctl that notes what it is told. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { VerbsHere } from "./verbs-here";

export class FirewallHere {
  private readonly table: string;

  constructor(
    private readonly verbs: Pick<VerbsHere, "directory" | "command">,
    withNft = true,
  ) {
    const { directory } = verbs;
    this.table = join(directory, "table");
    for (const folder of ["etc", "run", "sys/class/net"])
      mkdirSync(join(directory, folder), { recursive: true });
    verbs.command(
      "systemctl",
      `echo "$*" >>'${directory}/systemd'; [ "$1 $2" != '--quiet is-enabled' ] || [ -e '${directory}/etc/systemd/system/'"$3" ]`,
    );
    verbs.command("ip", "exit 0");
    if (withNft) this.haveNft();
  }

  haveNft(): void {
    this.verbs.command(
      "nft",
      `table='${this.table}'
      case $1 in
      --check) ! grep -q 'no rule' "$3" || { echo 'Error: syntax error' >&2; exit 1; } ;;
      --file) rm -f "$table"; ! grep -q '^table inet sextant {' "$2" || sed -n '/^table inet sextant {/,$p' "$2" >"$table" ;;
      list) cat "$table" 2>/dev/null ;;
      delete) rm "$table" ;;
      esac`,
    );
  }

  /** What the verb finds its machine by. */
  get environment(): Record<string, string> {
    const { directory } = this.verbs;
    return {
      SEXTANT_ETC: join(directory, "etc"),
      SEXTANT_RUN: join(directory, "run"),
      SEXTANT_SYS: join(directory, "sys"),
    };
  }

  /** The table that is in place, or "" for none. */
  get inPlace(): string {
    return existsSync(this.table) ? readFileSync(this.table, "utf8") : "";
  }

  /** A file below the directory of the machine, or "" for none. */
  file(path: string): string {
    const whole = join(this.verbs.directory, path);
    return existsSync(whole) ? readFileSync(whole, "utf8") : "";
  }
}
