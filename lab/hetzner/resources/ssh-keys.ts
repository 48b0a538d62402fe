/** SSH keys. */
import { createHash } from "node:crypto";
import type { Cloud } from "../cloud";
import { collection, rename } from "../collection";
import { notUnique } from "../errors";
import { idOf, noContent, ok, type Router } from "../http";
import { Input } from "../input";

/** The MD5 fingerprint of a public key in OpenSSH's one-line format; undefined when it is none. */
export function fingerprintOf(publicKey: string): string | undefined {
  const [type = "", data = ""] = publicKey.trim().split(/\s+/);
  const blob = Buffer.from(data, "base64");
  if (!/^(ssh-|ecdsa-|sk-)/.test(type) || blob.length < 5) return undefined;
  const length = blob.readUInt32BE(0);
  if (blob.subarray(4, 4 + length).toString("latin1") !== type) return undefined;
  const digest = createHash("md5").update(blob).digest("hex");
  return (digest.match(/../g) ?? []).join(":");
}

export function sshKeyRoutes(router: Router, cloud: Cloud): void {
  const { store } = cloud;
  collection(router, cloud, "ssh_keys", {
    view: (key) => key,
    filters: { fingerprint: (key, value) => key.fingerprint === value },
  });
  router.on("POST", "/ssh_keys", (call) => {
    const input = new Input(call.body);
    const name = input.needText("name");
    const publicKey = input.needText("public_key").trim();
    const labels = input.labels() ?? {};
    const fingerprint = fingerprintOf(publicKey);
    if (publicKey !== "" && !fingerprint)
      input.wrong("public_key", "Not a valid public SSH key in OpenSSH format.");
    input.done();
    store.needFreeName("ssh_keys", name);
    if (store.all("ssh_keys").some((key) => key.fingerprint === fingerprint))
      throw notUnique("SSH key", "public_key");
    const key = store.add("ssh_keys", {
      id: store.newId(),
      name,
      fingerprint: fingerprint ?? "",
      public_key: publicKey,
      labels,
      created: new Date().toISOString(),
    });
    return ok({ ssh_key: key }, 201);
  });
  router.on("PUT", "/ssh_keys/:id", (call) => {
    const key = store.get("ssh_keys", idOf(call));
    rename(cloud, "ssh_keys", key, new Input(call.body));
    return ok({ ssh_key: key });
  });
  router.on("DELETE", "/ssh_keys/:id", (call) => {
    store.remove("ssh_keys", store.get("ssh_keys", idOf(call)).id);
    return noContent;
  });
}
