/** What a machine is given from outside: cloud-init's seed, its resolver, and word when all is plugged in. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MachineSpec } from "./machines";

/** Directories of one machine that it sees read-only. */
export interface Given {
  /** cloud-init's NoCloud seed. */
  seed: string;
  /** Everything else. */
  lab: string;
}

export function givenDirs(dir: string, id: string): Given {
  return { seed: join(dir, id, "seed"), lab: join(dir, id, "given") };
}

/** Writes the seed as Hetzner's metadata service would tell it. */
export function writeSeed(given: Given, spec: MachineSpec, flags: string[]): void {
  for (const dir of [given.seed, given.lab]) mkdirSync(dir, { recursive: true });
  // User data may hold secrets; only the machine's root reads it.
  chmodSync(given.seed, 0o700);
  const metadata = {
    "instance-id": spec.id,
    "local-hostname": spec.name,
    "public-keys": spec.sshPublicKeys.map((key) => key.trim()),
  };
  writeFileSync(join(given.seed, "meta-data"), JSON.stringify(metadata));
  writeFileSync(join(given.seed, "user-data"), spec.userData ?? "", { mode: 0o600 });
  writeFileSync(join(given.seed, "vendor-data"), vendorData(spec), { mode: 0o600 });
  writeFileSync(join(given.lab, "resolv.conf"), resolver());
  writeFileSync(join(given.lab, "dockerd-flags"), flags.join(" "));
}

export function removeGiven(dir: string, id: string): void {
  rmSync(join(dir, id), { recursive: true, force: true });
}

/** Tells the machine's init whether its cables and volumes are in. */
export function setPlugged(given: Given, plugged: boolean): void {
  const file = join(given.lab, "plugged");
  if (plugged) writeFileSync(file, "");
  else rmSync(file, { force: true });
}

function vendorData(spec: MachineSpec): string {
  if (spec.rootPassword === undefined) return "";
  const config = {
    ssh_pwauth: true,
    chpasswd: { expire: true, list: [`root:${spec.rootPassword}`] },
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}

/** This host's name servers: containers inside the machine can't use the one that Docker gives on 127.0.0.11. */
function resolver(): string {
  const path = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"].find((file) => existsSync(file));
  return path ? readFileSync(path, "utf8") : "";
}
