/** An accessory's image as its registry describes it: where it keeps data that no argument names. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../core/problem";
import { durationMs } from "../../../provider/core/units";
import { uncovered } from "../../../provider/docker/container-body";
import { imageFacts } from "../../image/facts";
import { parseReference } from "../../image/reference";
import type { AccessoryArgs } from "../args";
import { presetOf } from "../preset";
import { imageVolumeCheck } from "../../image/check-image";

/**
 * Asks the registry and hands over what it found; the engine waits for it. A registry that does not answer is no matter here: the
 * data is kept either way.
 */
export function inspectAccessory(args: AccessoryArgs, found: (warned: Problem[]) => void): void {
  const { inspectImage = "3s", image, server } = args;
  const { keepsAt } = presetOf(args);
  if (keepsAt !== undefined) {
    found(unnamedVolumes(args, keepsAt));
    return;
  }
  if (inspectImage === false) return;
  const { repository, release } = parts(image);
  const reference = parseReference(repository, release);
  const registry = server.registries.find((known) => known.serves(reference.registry));
  pulumi.all([registry?.username, registry?.password]).apply(([username, password]) => {
    const done = pulumi.runtime.rpcKeepAlive();
    void imageFacts({
      reference,
      login: username === undefined || password === undefined ? undefined : { username, password },
      insecure: registry?.insecure ?? false,
      architectures: server.architecture === undefined ? [] : [server.architecture],
      timeout: durationMs(inspectImage) ?? 3000,
    })
      .then((answer) => {
        if ("facts" in answer) found(unnamedVolumes(args, answer.facts.volumes));
      })
      .finally(done);
  });
}

/** What is said of the paths at which an image keeps data and `volumes` names none. */
export function unnamedVolumes({ image, volumes }: AccessoryArgs, paths: readonly string[]): Problem[] {
  return uncovered(paths, Object.values(volumes ?? {})).map((path) => ({
    argument: "image",
    value: image,
    rule: `it keeps data at ${path}, which volumes does not name, so that the data is kept in a Docker volume that nothing here shows`,
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
