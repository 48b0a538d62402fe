/** What a registry says of an image, for the machines that it is to run on. */
import { durationMs, type Duration } from "../../provider/core/units";
import type { Registry } from "../registry/registry";
import { imageFacts, type ImageAnswer } from "./facts";
import type { Machine } from "./machine";
import type { Reference } from "./reference";

/** The usual limit, in milliseconds; one that is no duration was refused. */
const usual = 3000;

/**
 * Asks once.
 * @param registry the login for it, as the program has it; none where the image is public
 * @param login that login, now that it is known
 * @param limit how long all of it may take
 */
export function askRegistry(
  reference: Reference,
  machines: readonly Machine[],
  registry: Pick<Registry, "insecure"> | undefined,
  { username, password }: { username: string | undefined; password: string | undefined },
  limit: Duration,
): Promise<ImageAnswer> {
  return imageFacts({
    reference,
    login: username === undefined || password === undefined ? undefined : { username, password },
    architectures: [...new Set(machines.flatMap(({ architecture }) => architecture ?? []))].sort(),
    insecure: registry?.insecure ?? false,
    timeout: durationMs(limit) ?? usual,
  });
}
