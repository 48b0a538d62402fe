/** An accessory's image as its registry describes it: whether its server can run it, and where it keeps data that no argument names. */
import * as pulumi from "@pulumi/pulumi";
import type { Findings, Problem } from "../../core/problem";
import { uncovered, volumeAt } from "../../../provider/docker/container-body";
import { askRegistry } from "../../image/ask";
import type { AccessoryArgs } from "../args";
import { partsOf, referenceOf, registryIn } from "../image";
import { mountsOf } from "../mounts";
import { presetOf } from "../preset";
import { checkOnHosts, imageVolumeCheck } from "../../image/check-image";
import { machineOf } from "../../image/machine";

/**
 * Asks the registry and hands over what it found; the engine waits for it. A registry that does not answer is no matter here: the
 * data is kept either way, and the pull says what it lacks.
 *
 * @param data what the names of the accessory's volumes begin with
 */
export function inspectAccessory(
  args: AccessoryArgs,
  data: pulumi.Input<string>,
  found: (findings: Findings) => void,
): void {
  const { inspectImage = "3s", image, server } = args;
  const { keepsAt } = presetOf(args);
  if (keepsAt !== undefined) {
    pulumi.all([data, referenceOf(args)]).apply(([name, named]) => {
      found({ refused: [], warned: unnamedVolumes(args, name, keepsAt, named) });
    });
    return;
  }
  // From here nobody reaches a registry on a server.
  if (inspectImage === false || (typeof image !== "string" && image.own !== undefined)) return;
  const address = registryIn(args);
  const registry = server.registries.find((known) => known.serves(address));
  // What is not built yet has no digest, and is not asked for.
  const asked = pulumi.all([referenceOf(args), data, registry?.username, registry?.password]);
  asked.apply(([named, name, username, password]) => {
    const ask = async (): Promise<void> => {
      const machine = await machineOf(server);
      const reference = partsOf(named);
      const answer = await askRegistry(reference, [machine], registry, { username, password }, inspectImage);
      if (!("facts" in answer)) return;
      const { refused, warned } = checkOnHosts(named, answer.facts, [machine]);
      found({ refused, warned: [...warned, ...unnamedVolumes(args, name, answer.facts.volumes, named)] });
    };
    void ask().finally(pulumi.runtime.rpcKeepAlive());
  });
}

/**
 * What is said of the paths at which an image keeps data and `volumes` names none.
 * @param name what the accessory's data is called
 * @param image the full reference
 */
export function unnamedVolumes(
  args: AccessoryArgs,
  name: string,
  paths: readonly string[],
  image: string,
): Problem[] {
  const mounted = mountsOf(args).map(({ containerPath }) => containerPath);
  return uncovered(paths, mounted).map((path) => ({
    argument: "image",
    value: image,
    rule: `it keeps data at ${path}, which volumes does not name, so that it is kept in the Docker volume ${name}-${volumeAt("image", path)}`,
    cure: `add ${JSON.stringify(path)} to volumes before it holds anything, unless what is there may be lost`,
    check: imageVolumeCheck,
  }));
}
