/** What the machines' driver has to know again after a restart: which cables are in, which rules hold. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { FirewallRule, LoadBalancerSpec, MachineSpec } from "./machines";

/** One plug in a private network. */
export interface Attachment {
  network: string;
  ip: string;
  aliasIps: string[];
  /** Name inside the machine: ens10, ens11, … */
  interface: string;
}

export interface MachineRecord {
  spec: MachineSpec;
  attachments: Attachment[];
  firewall: FirewallRule[] | null;
  /** Limits that hold from the next start on. */
  resized: boolean;
}

export interface VolumeRecord {
  sizeGb: number;
  machine: string | null;
}

export interface LabState {
  machines: Record<string, MachineRecord>;
  networks: Record<string, { ipRange: string }>;
  volumes: Record<string, VolumeRecord>;
  loadBalancers: Record<string, LoadBalancerSpec>;
}

/** The state in one file, replaced as a whole. */
export class StateFile {
  readonly state: LabState;

  constructor(private readonly path: string) {
    this.state = existsSync(path)
      ? (JSON.parse(readFileSync(path, "utf8")) as LabState)
      : { machines: {}, networks: {}, volumes: {}, loadBalancers: {} };
  }

  save(): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.path}.new`, JSON.stringify(this.state, null, 1), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
  }

  machine(id: string): MachineRecord {
    const record = this.state.machines[id];
    if (!record) throw new Error(`machine ${id}: there is no such machine.`);
    return record;
  }

  volume(id: string): VolumeRecord {
    const record = this.state.volumes[id];
    if (!record) throw new Error(`volume ${id}: there is no such volume.`);
    return record;
  }

  network(id: string): { ipRange: string } {
    const record = this.state.networks[id];
    if (!record) throw new Error(`network ${id}: there is no such network.`);
    return record;
  }
}
