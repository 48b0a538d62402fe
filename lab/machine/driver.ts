/** Machines as Docker containers. */
import { join } from "node:path";
import { type Docker, ensureDocker } from "../docker/docker";
import { tryRun } from "../docker/exec";
import { withLock } from "../docker/lock";
import { ensureImages } from "../images/images";
import { labDir } from "../paths";
import { addressFlags, createArguments, limits } from "./container";
import { Fabric, volumeDevice } from "./fabric";
import { ruleset } from "./firewall";
import { LoadBalancers } from "./load-balancer";
import type { FirewallRule, LoadBalancerSpec, MachineSpec, Machines, TargetHealth } from "./machines";
import { type Names, label, namesOf, publicNetwork } from "./names";
import { type Given, givenDirs, removeGiven, setPlugged, writeSeed } from "./seed";
import { currentChoice, dockerdFlags, everydayImage, serverImage } from "./system";
import { type Attachment, type MachineRecord, StateFile } from "./state";

export interface MachinesOptions {
  docker?: Docker;
  /** Where seeds and state are kept; `labDir()/machines` when left out. */
  dir?: string;
  /** Part of every name; lets a test have machines beside those of the user's lab. */
  lab?: string;
  /**
   * Milliseconds after power-on, or after the cloud attached it, until a private cable is in. Clouds plug it while the machine boots,
   * before Docker or after. At once where it is left out.
   */
  cableDelay?: () => number;
}

/** The driver on the lab's Docker, with everything that was plugged in before plugged in again. */
export async function createMachines(options: MachinesOptions = {}): Promise<DockerMachines> {
  const docker = options.docker ?? (await ensureDocker());
  const machines = new DockerMachines(
    docker,
    options.dir ?? join(labDir(), "machines"),
    namesOf(options.lab ?? ""),
    options.cableDelay ?? (() => 0),
  );
  await machines.restore();
  return machines;
}

export class DockerMachines implements Machines {
  private readonly file: StateFile;
  private readonly fabric: Fabric;
  private readonly balancers: LoadBalancers;
  /** Firewalls are one table: its replacements happen in turn. */
  private firewalls: Promise<unknown> = Promise.resolve();
  /** Images of servers that are made or being made, by their tags. */
  private readonly making = new Map<string, Promise<void>>();

  constructor(
    private readonly docker: Docker,
    private readonly dir: string,
    private readonly names: Names,
    private readonly cableDelay: () => number = () => 0,
  ) {
    this.file = new StateFile(join(dir, "state.json"));
    this.fabric = new Fabric(docker, names);
    this.balancers = new LoadBalancers(docker, this.fabric, names, join(dir, "balancers"));
  }

  /** Makes the fabric anew where it has gone (a restarted Docker), with all that hangs on it. */
  async restore(): Promise<void> {
    if (!(await this.fabric.ensure())) return;
    const { networks, machines, loadBalancers } = this.file.state;
    for (const id of Object.keys(networks)) await this.fabric.addNetwork(id);
    for (const [id, record] of Object.entries(machines)) {
      const pid = await this.pid(id);
      if (pid === undefined) continue;
      await this.powerOn(id, record, pid);
      for (const attachment of record.attachments) await this.fabric.script(this.plug(id, attachment, pid));
    }
    for (const [id, spec] of Object.entries(loadBalancers))
      await this.balancers.apply(id, spec, this.ranges());
    await this.applyFirewalls();
  }

  async create(spec: MachineSpec): Promise<void> {
    const former = this.file.state.machines[spec.id];
    const record: MachineRecord = former
      ? { ...former, spec, resized: false }
      : { spec, attachments: [], firewall: null, resized: false };
    this.file.state.machines[spec.id] = record;
    for (const { id, sizeGb } of spec.volumes) {
      if (!this.file.state.volumes[id]) await this.createVolume(id, sizeGb);
      this.file.volume(id).machine = spec.id;
    }
    this.file.save();
    if (await this.exists(spec.id)) return this.start(spec.id);
    const choice = currentChoice(spec.name);
    const image = serverImage(spec.imageName, choice);
    // The everyday one comes up with the lab; any other is made when a server first wants it.
    if (image !== everydayImage) await this.makeImage(image);
    writeSeed(this.given(spec.id), spec, dockerdFlags(choice));
    await this.docker.run(["volume", "create", "--label", `${label}=disk`, this.names.disk(spec.id)]);
    await this.docker.run(createArguments(this.names, spec, this.given(spec.id), image));
    await this.start(spec.id);
  }

  async start(id: string): Promise<void> {
    const record = this.file.machine(id);
    if ((await this.pid(id)) !== undefined) return;
    const name = this.names.machine(id);
    if (record.resized) {
      await this.docker.run(["update", ...limits(record.spec.cores, record.spec.memoryMb), name]);
      record.resized = false;
      this.file.save();
    }
    setPlugged(this.given(id), false);
    // The rules hold before the first packet can arrive.
    if (record.firewall) await this.applyFirewalls();
    await this.docker.run(["start", name]);
    await this.powerOn(id, record, await this.runningPid(id));
    for (const { network } of record.attachments) await this.plugSoon(id, network);
  }

  async stop(id: string, graceful: boolean): Promise<void> {
    this.file.machine(id);
    if ((await this.pid(id)) === undefined) return;
    await this.docker.run([graceful ? "stop" : "kill", this.names.machine(id)]);
  }

  async reboot(id: string, hard: boolean): Promise<void> {
    await this.stop(id, !hard);
    await this.start(id);
  }

  async remove(id: string): Promise<void> {
    const record = this.file.state.machines[id];
    if (await this.exists(id)) await this.docker.run(["rm", "--force", this.names.machine(id)]);
    await this.docker.run(["volume", "rm", "--force", this.names.disk(id)]);
    for (const attachment of record?.attachments ?? []) await this.fabric.unplug(id, attachment.network);
    for (const [volume, { machine }] of Object.entries(this.file.state.volumes)) {
      if (machine === id) await this.detachVolume(id, volume);
    }
    removeGiven(this.dir, id);
    Reflect.deleteProperty(this.file.state.machines, id);
    this.file.save();
    if (record?.firewall) await this.applyFirewalls();
  }

  async resize(id: string, cores: number, memoryMb: number): Promise<void> {
    const record = this.file.machine(id);
    record.spec = { ...record.spec, cores, memoryMb };
    record.resized = true;
    this.file.save();
    await Promise.resolve();
  }

  async rebuild(spec: MachineSpec): Promise<void> {
    this.file.machine(spec.id);
    if (await this.exists(spec.id)) await this.docker.run(["rm", "--force", this.names.machine(spec.id)]);
    await this.docker.run(["volume", "rm", "--force", this.names.disk(spec.id)]);
    await this.create(spec);
  }

  async exists(id: string): Promise<boolean> {
    return (await this.inspect(id, "{{.Id}}")) !== undefined;
  }

  /** Whether it is on: a machine may have switched itself off. */
  async running(id: string): Promise<boolean> {
    return (await this.pid(id)) !== undefined;
  }

  /** Other public addresses for a machine that is off. */
  async readdress(id: string, ipv4: string | undefined, ipv6: string | undefined): Promise<void> {
    const record = this.file.machine(id);
    if (await this.running(id))
      throw new Error(`machine ${id}: its addresses can't change while it runs; power it off first.`);
    const name = this.names.machine(id);
    const networks = await this.inspect(
      id,
      "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}",
    );
    for (const network of (networks ?? "").trim().split(/\s+/).filter(Boolean)) {
      await this.docker.run(["network", "disconnect", network, name]);
    }
    const open = ipv4 !== undefined || ipv6 !== undefined;
    const flags = addressFlags({ ipv4, ipv6 });
    await this.docker.run(["network", "connect", ...flags, open ? publicNetwork.name : "none", name]);
    record.spec = { ...record.spec, ipv4, ipv6 };
    this.file.save();
    await this.applyFirewalls();
  }

  async firewall(id: string, rules: FirewallRule[] | null): Promise<void> {
    this.file.machine(id).firewall = rules;
    this.file.save();
    await this.applyFirewalls();
  }

  async createNetwork(id: string, ipRange: string): Promise<void> {
    this.file.state.networks[id] = { ipRange };
    this.file.save();
    await this.fabric.addNetwork(id);
  }

  async removeNetwork(id: string): Promise<void> {
    await this.fabric.removeNetwork(id);
    Reflect.deleteProperty(this.file.state.networks, id);
    this.file.save();
  }

  async attach(id: string, networkId: string, ip: string, aliasIps: string[]): Promise<void> {
    this.file.network(networkId);
    const record = this.file.machine(id);
    const former = record.attachments.find((each) => each.network === networkId);
    const attachment = {
      network: networkId,
      ip,
      aliasIps,
      interface: former?.interface ?? freeInterface(record),
    };
    record.attachments = [...record.attachments.filter((each) => each !== former), attachment];
    this.file.save();
    const pid = await this.pid(id);
    if (pid === undefined) return;
    // Other addresses for a cable that is in, or may be, are a change of now.
    if (former) await this.fabric.script(this.plug(id, attachment, pid));
    else await this.plugSoon(id, networkId);
  }

  async detach(id: string, networkId: string): Promise<void> {
    const record = this.file.machine(id);
    record.attachments = record.attachments.filter((each) => each.network !== networkId);
    this.file.save();
    await this.fabric.unplug(id, networkId);
  }

  async createVolume(id: string, sizeGb: number): Promise<void> {
    this.file.state.volumes[id] ??= { sizeGb, machine: null };
    this.file.save();
    await this.fabric.addVolume(id, sizeGb);
  }

  async removeVolume(id: string): Promise<void> {
    const machine = this.file.state.volumes[id]?.machine;
    if (machine) throw new Error(`volume ${id}: still attached to machine ${machine}; detach it first.`);
    await this.fabric.removeVolume(id);
    Reflect.deleteProperty(this.file.state.volumes, id);
    this.file.save();
  }

  async attachVolume(machineId: string, volumeId: string): Promise<void> {
    const record = this.file.machine(machineId);
    const volume = this.file.volume(volumeId);
    volume.machine = machineId;
    if (!record.spec.volumes.some((each) => each.id === volumeId)) {
      record.spec.volumes.push({ id: volumeId, sizeGb: volume.sizeGb, device: volumeDevice(volumeId) });
    }
    this.file.save();
    const pid = await this.pid(machineId);
    if (pid !== undefined) await this.fabric.script(this.fabric.insert(pid, volumeId));
  }

  async detachVolume(machineId: string, volumeId: string): Promise<void> {
    const record = this.file.machine(machineId);
    await this.fabric.eject(await this.pid(machineId), volumeId);
    record.spec.volumes = record.spec.volumes.filter((each) => each.id !== volumeId);
    this.file.volume(volumeId).machine = null;
    this.file.save();
  }

  async resizeVolume(id: string, sizeGb: number): Promise<void> {
    this.file.volume(id).sizeGb = sizeGb;
    this.file.save();
    await this.fabric.addVolume(id, sizeGb);
  }

  async loadBalancer(id: string, spec: LoadBalancerSpec | null): Promise<void> {
    if (spec) {
      this.file.state.loadBalancers[id] = spec;
      await this.balancers.apply(id, spec, this.ranges());
    } else {
      await this.balancers.remove(id);
      Reflect.deleteProperty(this.file.state.loadBalancers, id);
    }
    this.file.save();
  }

  async loadBalancerHealth(id: string): Promise<TargetHealth> {
    const spec = this.file.state.loadBalancers[id];
    return spec ? this.balancers.health(id, spec) : [];
  }

  /** Removes every machine, network, volume and balancer of this lab, and the fabric. */
  async removeAll(): Promise<void> {
    const { machines, loadBalancers } = this.file.state;
    for (const id of Object.keys(loadBalancers)) await this.loadBalancer(id, null);
    await Promise.all(Object.keys(machines).map((id) => this.remove(id)));
    await this.fabric.remove();
    Object.assign(this.file.state, { machines: {}, networks: {}, volumes: {}, loadBalancers: {} });
    this.file.save();
  }

  /** Makes an image once in the life of this process; other processes wait for it. */
  private makeImage(tag: string): Promise<void> {
    const making =
      this.making.get(tag) ??
      withLock(join(labDir(), "images.lock"), () =>
        ensureImages({ docker: this.docker, only: [tag], progress: (line) => console.error(line) }),
      );
    this.making.set(tag, making);
    making.catch(() => this.making.delete(tag));
    return making;
  }

  private given(id: string): Given {
    return givenDirs(this.dir, id);
  }

  private ranges(): Map<string, string> {
    return new Map(Object.entries(this.file.state.networks).map(([id, { ipRange }]) => [id, ipRange]));
  }

  /** Puts a cable in when its time has come, unless the machine is off by then or the cable was taken out again. */
  private async plugSoon(id: string, network: string): Promise<void> {
    const plug = async (): Promise<void> => {
      const attachment = this.file.state.machines[id]?.attachments.find((each) => each.network === network);
      const pid = attachment && (await this.pid(id));
      if (attachment && pid !== undefined) await this.fabric.script(this.plug(id, attachment, pid));
    };
    const delay = this.cableDelay();
    if (delay <= 0) return plug();
    setTimeout(() => {
      // A machine may go off in the very moment.
      plug().catch((error: unknown) => {
        console.error(`machine ${id}: its cable of network ${network} is not in: ${String(error)}`);
      });
    }, delay);
  }

  /** Addresses and volumes for a machine that has just started, then word to its init that it may boot. */
  private async powerOn(id: string, record: MachineRecord, pid: number): Promise<void> {
    const { ipv4, ipv6, volumes } = record.spec;
    const inside = `nsenter --target ${pid} --net`;
    await this.fabric.script(
      [
        // Docker gives each container both families; a machine has what it was made with.
        ipv4 || !ipv6 ? "" : `${inside} ip -4 address flush dev eth0 scope global`,
        ipv6 || !ipv4 ? "" : `${inside} ip -6 address flush dev eth0 scope global`,
        ...volumes.map((volume) => this.fabric.insert(pid, volume.id)),
      ].join("\n"),
    );
    setPlugged(this.given(id), true);
  }

  private plug(id: string, attachment: Attachment, pid: number): string {
    const length = this.file.network(attachment.network).ipRange.split("/")[1] ?? "16";
    const addresses = [`${attachment.ip}/${length}`, ...attachment.aliasIps.map((alias) => `${alias}/32`)];
    return this.fabric.plug({
      container: id,
      pid,
      network: attachment.network,
      interface: attachment.interface,
      addresses,
    });
  }

  private applyFirewalls(): Promise<void> {
    const turn = this.firewalls.then(async () => {
      const guarded = Object.entries(this.file.state.machines).flatMap(([id, { spec, firewall }]) =>
        firewall ? [{ id, ipv4: spec.ipv4, ipv6: spec.ipv6, rules: firewall }] : [],
      );
      await this.fabric.setFirewalls(ruleset(this.names.table, guarded));
    });
    this.firewalls = turn.catch(() => undefined);
    return turn;
  }

  /** The machine's first process as the Docker host counts it; undefined when it is off. */
  private async pid(id: string): Promise<number | undefined> {
    const pid = Number((await this.inspect(id, "{{.State.Pid}}")) ?? 0);
    return pid > 0 ? pid : undefined;
  }

  private async runningPid(id: string): Promise<number> {
    const pid = await this.pid(id);
    if (pid !== undefined) return pid;
    const logs = await this.docker.run(["logs", "--tail", "5", this.names.machine(id)]);
    throw new Error(`machine ${id}: it went off while starting; its log says: ${logs.trim() || "nothing"}`);
  }

  private async inspect(id: string, format: string): Promise<string | undefined> {
    const args = ["container", "inspect", "--format", format, this.names.machine(id)];
    const outcome = await tryRun("docker", args, { env: { DOCKER_HOST: this.docker.host } });
    if (outcome.code === 0) return outcome.stdout.trim();
    if (/no such container/i.test(outcome.stderr)) return undefined;
    throw new Error(`machine ${id}: docker container inspect failed: ${outcome.stderr.trim()}`);
  }
}

/** Hetzner's machines name their private interfaces in the order in which they were plugged in. */
function freeInterface(record: MachineRecord): string {
  const taken = record.attachments.map((each) => each.interface);
  return ["ens10", "ens11", "ens12"].find((name) => !taken.includes(name)) ?? `ens${10 + taken.length}`;
}
