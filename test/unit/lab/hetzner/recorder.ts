/** A driver that makes nothing and writes down what it was asked for; for tests of the API itself. */
import type { MachineExtras } from "../../../../lab/hetzner/machine-sync";
import type {
  FirewallRule,
  LoadBalancerSpec,
  MachineSpec,
  Machines,
  TargetHealth,
} from "../../../../lab/machine/machines";

export class Recorder implements Machines, MachineExtras {
  readonly calls: string[] = [];
  readonly machines = new Map<string, { spec: MachineSpec; on: boolean; rules: FirewallRule[] | null }>();
  readonly balancers = new Map<string, LoadBalancerSpec>();
  /** Methods that fail, with what they say. */
  readonly failing = new Map<string, string>();

  private note(method: keyof Machines | keyof MachineExtras, ...args: unknown[]): Promise<void> {
    this.calls.push(
      [method, ...args.map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg)))].join(" "),
    );
    const failure = this.failing.get(method);
    return failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure));
  }

  private machine(id: string): { spec: MachineSpec; on: boolean; rules: FirewallRule[] | null } {
    const machine = this.machines.get(id);
    if (!machine) throw new Error(`machine ${id} was never made`);
    return machine;
  }

  async create(spec: MachineSpec): Promise<void> {
    await this.note("create", spec.id);
    this.machines.set(spec.id, { spec, on: true, rules: null });
  }

  async start(id: string): Promise<void> {
    await this.note("start", id);
    this.machine(id).on = true;
  }

  async stop(id: string, graceful: boolean): Promise<void> {
    await this.note("stop", id, graceful);
    this.machine(id).on = false;
  }

  async reboot(id: string, hard: boolean): Promise<void> {
    await this.note("reboot", id, hard);
    this.machine(id).on = true;
  }

  async remove(id: string): Promise<void> {
    await this.note("remove", id);
    this.machines.delete(id);
  }

  async resize(id: string, cores: number, memoryMb: number): Promise<void> {
    await this.note("resize", id, cores, memoryMb);
    Object.assign(this.machine(id).spec, { cores, memoryMb });
  }

  async rebuild(spec: MachineSpec): Promise<void> {
    await this.note("rebuild", spec.id);
    this.machine(spec.id).spec = spec;
  }

  exists(id: string): Promise<boolean> {
    return Promise.resolve(this.machines.has(id));
  }

  async firewall(id: string, rules: FirewallRule[] | null): Promise<void> {
    await this.note("firewall", id, rules);
    this.machine(id).rules = rules;
  }

  createNetwork(id: string, ipRange: string): Promise<void> {
    return this.note("createNetwork", id, ipRange);
  }

  removeNetwork(id: string): Promise<void> {
    return this.note("removeNetwork", id);
  }

  attach(id: string, networkId: string, ip: string, aliasIps: string[]): Promise<void> {
    return this.note("attach", id, networkId, ip, aliasIps);
  }

  detach(id: string, networkId: string): Promise<void> {
    return this.note("detach", id, networkId);
  }

  createVolume(id: string, sizeGb: number): Promise<void> {
    return this.note("createVolume", id, sizeGb);
  }

  removeVolume(id: string): Promise<void> {
    return this.note("removeVolume", id);
  }

  attachVolume(machineId: string, volumeId: string): Promise<void> {
    return this.note("attachVolume", machineId, volumeId);
  }

  detachVolume(machineId: string, volumeId: string): Promise<void> {
    return this.note("detachVolume", machineId, volumeId);
  }

  resizeVolume(id: string, sizeGb: number): Promise<void> {
    return this.note("resizeVolume", id, sizeGb);
  }

  async loadBalancer(id: string, spec: LoadBalancerSpec | null): Promise<void> {
    await this.note("loadBalancer", id, spec);
    if (spec) this.balancers.set(id, spec);
    else this.balancers.delete(id);
  }

  /** Every target of every service answers. */
  loadBalancerHealth(id: string): Promise<TargetHealth> {
    const spec = this.balancers.get(id);
    return Promise.resolve(
      (spec?.services ?? []).flatMap(({ listenPort }) =>
        (spec?.targets ?? []).map((target) => ({ target, listenPort, healthy: true })),
      ),
    );
  }

  readdress(id: string, ipv4: string | undefined, ipv6: string | undefined): Promise<void> {
    return this.note("readdress", id, ipv4 ?? "-", ipv6 ?? "-");
  }

  setPassword(id: string): Promise<void> {
    return this.note("setPassword", id);
  }
}
