/** The small shop's program for arm64. */
import { buildLite } from "../lite/prepare";

export async function prepare(progress: (line: string) => void): Promise<Record<string, string>> {
  return { lite: await buildLite(progress, "arm64") };
}
