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
 * They are inputs of a resource, and so name the home directory as `~` where ssh finds the same one by that, and the file of settings as
 * the program does: each machine then gives the same. A key from a secret has to be in a file for it, since the provider runs ssh long after the program.
 */
export function providerOptionsHere(shell: SshAddress): string[] {
  return providerOptions(shell, {
    identities: identities(shell),
    ...settingsOf(shell),
    directory: sameHome() && home().length < 50 ? "~" : ownDirectory(),
  });
}

/**
 * The file of settings. A path from the project's directory holds for the provider as well: Pulumi starts plugins there
 * (sdk/go/common/resource/plugin/provider_plugin.go, `newPlugin` with `ctx.Pwd`). One from `~/` is written out, since ssh opens the file of
 * its option -F by that very path (ssh.c, `process_config_files`), other than those of keys and sockets.
 * @throws Error when it is not there
 */
function settingsOf(shell: SshAddress): ReturnType<typeof configOf> {
  const found = configOf(shell);
  const { config } = shell;
  return config === undefined || config.startsWith("~/") ? found : { config };
}

function identities({ privateKey, keyFile, publicKey }: SshAddress): string[] {
  if (privateKey !== undefined) return [contentFile("secret", privateKey)];
  if (keyFile !== undefined) return [sameHome() ? keyFile : untilded(keyFile)];
  if (publicKey !== undefined) return [contentFile("key", `${publicKey}\n`)];
  const [usual] = usualKeys();
  if (usual === undefined) return [];
  return [sameHome() ? usual.replace(`${home()}/`, "~/") : usual];
}
