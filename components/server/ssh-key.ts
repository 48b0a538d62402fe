/** The SSH key at Hetzner: one for all servers of a stack that have the same public key, as it can be there only once. */
import { shortHash } from "../../provider/core/short-hash";
import * as pulumi from "@pulumi/pulumi";
import * as hcloud from "@pulumi/hcloud";
import { transformed, type Transform } from "../core/component";
import { keyMaterial } from "../../provider/ssh/private-key";
import { ownLabels } from "../core/names";
import { fingerprint, type KnownKey } from "../hetzner/facts";

/** The keys of a run of a program, by provider and public key; a process may run several programs. */
const runs = new WeakMap<object, Map<string, hcloud.SshKey>>();
const outsideOfARun = {};

/**
 * The key of this stack, made by the first server that asks for it; none where another stack or a person has put the same key
 * there: Hetzner has it once, so that it is used and stays theirs.
 *
 * @param there the keys at Hetzner, none where it was not asked
 */
export function stackKey(
  publicKey: string,
  provider: pulumi.ProviderResource | undefined,
  transform: Transform<hcloud.SshKeyArgs> | undefined,
  there: readonly KnownKey[] = [],
): hcloud.SshKey | undefined {
  const run = pulumi.runtime.getStackResource() ?? outsideOfARun;
  const keys = runs.get(run) ?? new Map<string, hcloud.SshKey>();
  runs.set(run, keys);
  const id = keyName(publicKey, provider);
  const made = keys.get(id);
  if (made !== undefined) return made;
  const labels = ownLabels();
  const args = transformed<hcloud.SshKeyArgs>(
    transform,
    id,
    { publicKey: keyMaterial(publicKey), labels },
    // A child of no server: it stays when the first one goes.
    provider === undefined ? {} : { provider },
  );
  const found = keyOf(publicKey, there);
  // Labels of a program's own say nothing of whose it is.
  if (found !== undefined && args[1].labels === labels && !isOurs(found, labels)) return undefined;
  const key = new hcloud.SshKey(...args);
  keys.set(id, key);
  return key;
}

/** The key at Hetzner with this public key. */
export function keyOf(publicKey: string, there: readonly KnownKey[]): KnownKey | undefined {
  const wanted = fingerprint(publicKey);
  return there.find((key) => key.fingerprint === wanted);
}

/** Whether a key was made by this stack: then it is still in its state, and the program has to go on naming it. */
export function isOurs({ labels }: KnownKey, ours: { project: string; stack: string }): boolean {
  return labels["project"] === ours.project && labels["stack"] === ours.stack;
}

/** A name that tells keys apart, and the projects that they are put in. */
function keyName(publicKey: string, provider: pulumi.ProviderResource | undefined): string {
  const hash = shortHash(keyMaterial(publicKey), 8);
  const project = (provider as { __name?: string } | undefined)?.__name;
  return project === undefined ? `deploy-${hash}` : `deploy-${hash}-${project}`;
}
