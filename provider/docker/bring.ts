/** Brings an image to a host by the verb `pull`, for the resources that need one there; one that is there is left as it is. */
import { verdict } from "../diagnosis/verdict";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { hostScripts, verbLine } from "../host/scripts";

/** Seconds; a large image over a slow line. */
const timeout = 1800;

/**
 * Brings it.
 * @param auth what the verb reads from standard input: the login, where there is one
 * @param owner whose release is about to use the image, so that no other's clean-up takes it meanwhile
 * @throws Error that says in the user's terms why the image is not there.
 */
export async function bring(
  shell: SshAddress,
  image: string,
  auth: string | undefined,
  owner?: string,
): Promise<void> {
  const words = [`image=${image}`, ...(owner === undefined ? [] : [`for=${owner}`])];
  const ran = await runOverSsh(shell, verbLine(hostScripts(), "pull", words), {
    stdin: `${auth ?? ""}\n`,
    timeout,
    what: `the pull of ${image}`,
  });
  if (ran.code !== 0) throw new Error(verdict(ran.stdout, ran.stderr, shell.name));
}
