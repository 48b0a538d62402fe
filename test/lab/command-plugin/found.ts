/** The plugin under test: the one that `SEXTANT_COMMAND_PLUGIN` names, else the toolchain's. */
import { join } from "node:path";

export async function commandPlugin(): Promise<string> {
  const named = process.env["SEXTANT_COMMAND_PLUGIN"];
  if (named) return named;
  const { ensureToolchain } = await import("../../../lab/toolchain/toolchain.js");
  return join((await ensureToolchain()).bin, "pulumi-resource-command");
}

export const types = {
  local: "command:local:Command",
  command: "command:remote:Command",
  copy: "command:remote:CopyToRemote",
  copyFile: "command:remote:CopyFile",
} as const;
