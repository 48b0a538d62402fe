/** An accessory's image as its registry describes it: whether its server can run it, and where it keeps data that no argument names. */
import * as pulumi from "@pulumi/pulumi";
import type { Findings, Problem } from "../../core/problem";
import { uncovered, volumeAt } from "../../../provider/docker/container-body";
import { askRegistry } from "../../image/ask";
import { parseReference } from "../../image/reference";
import type { AccessoryArgs } from "../args";
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
    pulumi.output(data).apply((name) => {
      found({ refused: [], warned: unnamedVolumes(args, name, keepsAt) });
    });
    return;
  }
  if (inspectImage === false) return;
  const { repository, release } = parts(image);
  const reference = parseReference(repository, release);
  const registry = server.registries.find((known) => known.serves(reference.registry));
  pulumi.all([data, registry?.username, registry?.password]).apply(([name, username, password]) => {
    const ask = async (): Promise<void> => {
      const machine = await machineOf(server);
      const answer = await askRegistry(reference, [machine], registry, { username, password }, inspectImage);
      if (!("facts" in answer)) return;
      const { refused, warned } = checkOnHosts(image, answer.facts, [machine]);
      found({ refused, warned: [...warned, ...unnamedVolumes(args, name, answer.facts.volumes)] });
    };
    void ask().finally(pulumi.runtime.rpcKeepAlive());
  });
}

/** What is said of the paths at which an image keeps data and `volumes` names none. @param name what the accessory's data is called */
export function unnamedVolumes(args: AccessoryArgs, name: string, paths: readonly string[]): Problem[] {
  const { image } = args;
  const mounted = mountsOf(args).map(({ containerPath }) => containerPath);
  return uncovered(paths, mounted).map((path) => ({
    argument: "image",
    value: image,
    rule: `it keeps data at ${path}, which volumes does not name, so that it is kept in the Docker volume ${name}-${volumeAt("image", path)}`,
    cure: `add ${JSON.stringify(path)} to volumes before it holds anything, unless what is there may be lost`,
    check: imageVolumeCheck,
  }));
}

/** A reference as repository and release: the tag, or the digest where there is one. */
function parts(image: string): { repository: string; release: string } {
  const [named = "", digest] = image.split("@");
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  return { repository, release: digest ?? (colon < 0 ? "latest" : named.slice(colon + 1)) };
}
