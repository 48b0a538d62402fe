/** The options of ssh for a program's own Docker provider, found on this machine when the program runs. */
import {
  contentFile,
  home,
  ownDirectory,
  sameHome,
  untilded,
  usualKeys,
} from "../../provider/ssh/client-files";
import { configOf } from "../../provider/ssh/means";
import type { SshAddress } from "../../provider/ssh/address";
import { providerOptions } from "../../provider/ssh/options";

/**
 * They are inputs of a resource, and so name the home directory as `~` where ssh finds the same one by that: each machine then gives
 * the same. A key from a secret has to be in a file for it, since the provider runs ssh long after the program.
 */
export function providerOptionsHere(shell: SshAddress): string[] {
  return providerOptions(shell, {
    identities: identities(shell),
    ...configOf(shell),
    directory: sameHome() && home().length < 50 ? "~" : ownDirectory(),
  });
}

function identities({ privateKey, keyFile, publicKey }: SshAddress): string[] {
  if (privateKey !== undefined) return [contentFile("secret", privateKey)];
  if (keyFile !== undefined) return [sameHome() ? keyFile : untilded(keyFile)];
  if (publicKey !== undefined) return [contentFile("key", `${publicKey}\n`)];
  const [usual] = usualKeys();
  if (usual === undefined) return [];
  return [sameHome() ? usual.replace(`${home()}/`, "~/") : usual];
}
