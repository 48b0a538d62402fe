/** The programs of Docker 29 come from the toolchain. */
import { ensureEngine } from "../../toolchain/engine";

export function prepare(progress: (line: string) => void): Promise<Record<string, string>> {
  return ensureEngine(progress);
}
