/** Machines that are directories, for the script that stands in the place of `ssh`. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { MachineSpec } from "../../../lab/machine/machines";
import { Recorder } from "../../unit/lab/hetzner/recorder";

/** Makes a directory a machine, by its address, and takes it away with the machine. */
export class Directories extends Recorder {
  private readonly addresses = new Map<string, string>();

  constructor(private readonly folder: string) {
    super();
  }

  override async create(spec: MachineSpec): Promise<void> {
    await super.create(spec);
    const place = join(this.folder, spec.ipv4 ?? "none");
    this.addresses.set(spec.id, place);
    mkdirSync(place, { recursive: true });
  }

  override async remove(id: string): Promise<void> {
    await super.remove(id);
    rmSync(this.addresses.get(id) ?? "none", { recursive: true, force: true });
  }
}
