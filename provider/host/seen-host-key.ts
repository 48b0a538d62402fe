/** The host key of a machine that was trusted at first sight. */
import { keyMaterial } from "../ssh/private-key";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";

/** Seconds for each of the two looks. */
const timeout = 60;

/**
 * The ed25519 key that sshd there has, if a connection that is held to it gets through: sshd may be set to others, or be behind
 * something that answers for it.
 */
export async function seenHostKey(shell: SshAddress): Promise<string | undefined> {
  const look = "cat /etc/ssh/ssh_host_ed25519_key.pub 2>/dev/null || true";
  const { stdout } = await runOverSsh(shell, look, { timeout, what: "looking for its host key" });
  if (!stdout.startsWith("ssh-ed25519 ")) return undefined;
  const hostKey = keyMaterial(stdout);
  try {
    await runOverSsh({ ...shell, hostKey }, "true", { timeout, what: "comparing its host key" });
  } catch {
    // It is not what answers; it stays with the list of known hosts.
    return undefined;
  }
  return hostKey;
}
