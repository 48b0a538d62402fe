/** The proxy's binary comes from the toolchain. */
import { ensureToolchain } from "../../toolchain/toolchain";

export async function prepare(progress: (line: string) => void): Promise<Record<string, string>> {
  return { "kamal-proxy": (await ensureToolchain(progress)).kamalProxy };
}
