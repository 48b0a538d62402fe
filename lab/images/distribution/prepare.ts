/** The registry's program comes from the toolchain. */
import { ensureRegistryProgram } from "../../toolchain/on-demand";

export async function prepare(progress: (line: string) => void): Promise<Record<string, string>> {
  return { registry: await ensureRegistryProgram(progress) };
}
