/** Carries the API's state to the machines. Everything about one machine happens in turn. */
import type { MachineSpec, Machines } from "../machine/machines";
import { hostOf } from "./addresses";
import { images } from "./catalogue/images";
import { serverTypes, type ServerType } from "./catalogue/server-types";
import { rulesFor } from "./firewall-rules";
import { balancerSpec } from "./balancer-spec";
import type { LoadBalancerRecord, ServerRecord } from "./records";
import type { Store } from "./store";

/** The id that the machine side knows a resource by. */
export const machineId = (record: { id: number }): string => String(record.id);

/** The type with this name; the state is broken when there is none. */
export function typeNamed(name: string): ServerType {
  const type = serverTypes.find((each) => each.name === name);
  if (!type) throw new Error(`no server type is named '${name}'`);
  return type;
}

/** What a driver may add to `Machines`; without it the actions that need it fail and say so. */
export interface MachineExtras {
  /** Changes the public addresses of a machine that is off. */
  readdress(id: string, ipv4: string | undefined, ipv6: string | undefined): Promise<void>;
  /** Sets root's password in a running machine. */
  setPassword(id: string, password: string): Promise<void>;
}

export class MachineSync {
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly store: Store,
    private readonly machines: Machines,
  ) {}

  /** Runs the work when all earlier work with the same key is done. */
  inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(key) ?? Promise.resolve()).then(work, work);
    const settled = turn.catch(() => undefined);
    this.turns.set(key, settled);
    void settled.then(() => {
      if (this.turns.get(key) === settled) this.turns.delete(key);
    });
    return turn;
  }

  /** The same, for a server. */
  onServer<T>(server: ServerRecord, work: () => Promise<T>): Promise<T> {
    return this.inTurn(`server/${machineId(server)}`, work);
  }

  spec(server: ServerRecord): MachineSpec {
    const type = typeNamed(server.server_type);
    const ip = (id: number | null): string | undefined =>
      id === null ? undefined : this.store.get("primary_ips", id).ip;
    const ipv4 = ip(server.primary_ipv4);
    const ipv6 = ip(server.primary_ipv6);
    return {
      id: machineId(server),
      name: server.name,
      cores: type.cores,
      memoryMb: type.memory * 1024,
      architecture: type.architecture,
      userData: server.lab.user_data,
      sshPublicKeys: server.lab.ssh_public_keys,
      ...(ipv4 === undefined ? {} : { ipv4 }),
      ...(ipv6 === undefined ? {} : { ipv6: hostOf(ipv6) }),
      volumes: this.store
        .all("volumes")
        .filter((volume) => volume.server === server.id)
        .map((volume) => ({ id: machineId(volume), sizeGb: volume.size, device: volume.linux_device })),
      ...(server.lab.root_password === null ? {} : { rootPassword: server.lab.root_password }),
      imageName: images.find((image) => image.id === server.image)?.name ?? String(server.image),
    };
  }

  /** Makes the machine with its firewall and its networks, and leaves it on or off, as it should be. */
  async make(server: ServerRecord): Promise<void> {
    const id = machineId(server);
    await this.machines.create(this.spec(server));
    server.lab.made = true;
    await this.applyFirewall(server);
    for (const net of server.private_net) {
      await this.machines.attach(id, String(net.network), net.ip, net.alias_ips);
    }
    if (!server.lab.on) await this.machines.stop(id, false);
  }

  /** Gives the machine the addresses that its server has now. */
  async readdress(server: ServerRecord): Promise<void> {
    const { ipv4, ipv6 } = this.spec(server);
    const machines = this.machines as Machines & Partial<MachineExtras>;
    if (!machines.readdress)
      throw new Error("the lab gives a machine its addresses when it is made and cannot change them");
    await this.onServer(server, async () => machines.readdress?.(machineId(server), ipv4, ipv6));
  }

  /** Sets root's password; to be called in the server's turn. */
  async setPassword(server: ServerRecord, password: string): Promise<void> {
    const machines = this.machines as Machines & Partial<MachineExtras>;
    if (!machines.setPassword)
      throw new Error("the lab cannot set a password in a running machine; use SSH keys or rebuild");
    await machines.setPassword(machineId(server), password);
    server.lab.root_password = password;
  }

  /** Enforces the rules that hold for the server now. */
  async applyFirewall(server: ServerRecord): Promise<void> {
    if (!server.lab.made) return;
    await this.machines.firewall(machineId(server), rulesFor(this.store.all("firewalls"), server));
  }

  /** Enforces the rules of the servers that pass the test, each in its turn. */
  async applyFirewalls(servers: ServerRecord[]): Promise<void> {
    await Promise.all(servers.map((server) => this.onServer(server, () => this.applyFirewall(server))));
  }

  /** Starts, changes or, when its record is gone, ends the process that balances the load. */
  balance(balancer: LoadBalancerRecord): Promise<void> {
    return this.inTurn(`load_balancer/${machineId(balancer)}`, () => {
      const current = this.store.find("load_balancers", balancer.id);
      return this.machines.loadBalancer(
        machineId(balancer),
        current ? balancerSpec(this.store, current) : null,
      );
    });
  }

  /** Brings every balancer up to date that has the server among its targets, by id or label. */
  async rebalance(): Promise<void> {
    await Promise.all(this.store.all("load_balancers").map((balancer) => this.balance(balancer)));
  }
}
