/** A look at what is in a volume, or in a directory of the host, by its files. */
import { isPath } from "../data/host-path";
import { quote } from "../host/scripts";
import { placeWord } from "../kamal/accessory";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";

/**
 * What a shell line prints that looks into `$dir`; nothing for a volume that is not there, which is believed of a Docker that answers alone.
 * @throws Error where nobody could look
 */
export async function insideVolume(shell: SshAddress, volume: string, line: string): Promise<string> {
  const place = isPath(volume)
    ? `dir=${quote(volume)}`
    : `dir=$(docker volume inspect --format '{{.Mountpoint}}' ${quote(volume)} 2>/dev/null) || { docker volume ls --quiet >/dev/null; exit; }`;
  const what = `looking into ${placeWord(volume)}`;
  const ran = await runOverSsh(shell, `${place}; ${line}`, { timeout: 60, what });
  if (ran.code !== 0) throw new Error(`${shell.name}: ${what} failed: ${ran.stderr}`);
  return ran.stdout;
}
