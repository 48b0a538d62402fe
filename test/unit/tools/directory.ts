/**
 * The tools of other machines. Of servers, to run the verbs with: Ubuntu 26.04 has coreutils in Rust, Debian has mawk, and people install
 * gawk or original-awk. Of those who run `pulumi`: OpenSSH of Debian 11 and 13. They are kept in the cache of this machine; nothing is
 * installed.
 */
import { join } from "node:path";
import { cacheDir } from "../../../lab/paths";

/** Where all sets are; its number is raised when fetch.sh makes something else. */
export const directory = join(cacheDir(), "tools-2");

/** The commands of a set, which go before the machine's own. */
export function toolsPath(set: string): string {
  return join(directory, "sets", set);
}
