/** A volume of one host on another one: copied while nobody writes to it, and checked. The old one stays. */
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { pump } from "../ssh/pump";
import { textLine } from "../host/scripts";

/** Seconds for which nothing may come: a server that stops may write all that it has in memory first. */
const idle = 900;
/** Seconds for reading all of a volume. */
const sumSeconds = 6 * 3600;

async function sumOf(shell: SshAddress, volume: string): Promise<{ sum: string; files: string }> {
  const what = `reading the volume ${volume}`;
  const ran = await runOverSsh(shell, textLine("volume-sum", [volume]), { timeout: sumSeconds, what });
  const [sum = "", files = ""] = ran.stdout.trim().split(/\s+/);
  if (ran.code !== 0 || !/^[0-9a-f]{64}$/.test(sum))
    throw new Error(`${shell.name}: ${what} failed: ${ran.stderr.trim().slice(-300)}`);
  return { sum, files };
}

/**
 * Copies it, and answers with the number of its files. The containers that use the old one are stopped for it; where it fails, they are
 * started again.
 * @throws Error where the new one has data in it, or the copy is not the same.
 */
export async function copyVolume(
  volume: string,
  from: SshAddress,
  to: SshAddress,
  containers: readonly string[],
): Promise<string> {
  let files = "";
  const source = { shell: from, line: textLine("volume-out", [volume, ...containers]) };
  const target = { shell: to, line: textLine("volume-in", [volume]) };
  await pump(source, target, idle, async () => {
    const [old, copy] = await Promise.all([sumOf(from, volume), sumOf(to, volume)]);
    if (old.sum !== copy.sum)
      throw new Error(`${to.name}: the copy of the volume ${volume} is not the same as on ${from.name}.`);
    ({ files } = old);
  });
  return files;
}
