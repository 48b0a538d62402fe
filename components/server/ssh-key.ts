/** The SSH key at Hetzner: one for all servers of a stack that have the same public key, as it can be there only once. */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as hcloud from "@pulumi/hcloud";
import { transformed, type Transform } from "../core/component";
import { keyMaterial } from "../host/ssh";

/** The keys of a run of a program, by provider and public key; a process may run several programs. */
const runs = new WeakMap<object, Map<string, hcloud.SshKey>>();
const outsideOfARun = {};

/** The key of this stack, made by the first server that asks for it. */
export function stackKey(
  publicKey: string,
  provider: pulumi.ProviderResource | undefined,
  transform: Transform<hcloud.SshKeyArgs> | undefined,
): hcloud.SshKey {
  const run = pulumi.runtime.getStackResource() ?? outsideOfARun;
  const keys = runs.get(run) ?? new Map<string, hcloud.SshKey>();
  runs.set(run, keys);
  const id = keyName(publicKey, provider);
  let key = keys.get(id);
  if (key === undefined) {
    key = new hcloud.SshKey(
      ...transformed<hcloud.SshKeyArgs>(
        transform,
        id,
        {
          publicKey: keyMaterial(publicKey),
          labels: { project: pulumi.getProject(), stack: pulumi.getStack() },
        },
        // A child of no server: it stays when the first one goes.
        provider === undefined ? {} : { provider },
      ),
    );
    keys.set(id, key);
  }
  return key;
}

/** A name that tells keys apart, and the projects that they are put in. */
function keyName(publicKey: string, provider: pulumi.ProviderResource | undefined): string {
  const hash = createHash("sha256").update(keyMaterial(publicKey)).digest("hex").slice(0, 8);
  const project = (provider as { __name?: string } | undefined)?.__name;
  return project === undefined ? `deploy-${hash}` : `deploy-${hash}-${project}`;
}
