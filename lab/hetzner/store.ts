/** The state of the cloud, kept in one JSON file that is replaced whole, so that a crash never leaves half of it. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { notFound, notUnique } from "./errors";
import type * as records from "./records";

/** The records of each kind, by id. */
export interface Records {
  servers: Record<number, records.ServerRecord>;
  ssh_keys: Record<number, records.SshKeyRecord>;
  firewalls: Record<number, records.FirewallRecord>;
  networks: Record<number, records.NetworkRecord>;
  volumes: Record<number, records.VolumeRecord>;
  primary_ips: Record<number, records.PrimaryIpRecord>;
  floating_ips: Record<number, records.FloatingIpRecord>;
  placement_groups: Record<number, records.PlacementGroupRecord>;
  load_balancers: Record<number, records.LoadBalancerRecord>;
  certificates: Record<number, records.CertificateRecord>;
}

export type RecordKind = keyof Records;
export type RecordOf<K extends RecordKind> = Records[K][number];

interface State {
  version: 1;
  nextId: number;
  /** How many addresses each pool has handed out, so that a fresh server does not get the last one's. */
  addresses: Record<string, number>;
  records: Records;
  actions: Record<number, records.ActionRecord>;
}

/** Actions that stay readable; older finished ones are dropped. */
const keptActions = 2000;

/** What a kind is called in messages and in the resources of actions. */
export const singular: Record<RecordKind, string> = {
  servers: "server",
  ssh_keys: "ssh_key",
  firewalls: "firewall",
  networks: "network",
  volumes: "volume",
  primary_ips: "primary_ip",
  floating_ips: "floating_ip",
  placement_groups: "placement_group",
  load_balancers: "load_balancer",
  certificates: "certificate",
};

const emptyState = (): State => ({
  version: 1,
  nextId: 1,
  addresses: {},
  records: {
    servers: {},
    ssh_keys: {},
    firewalls: {},
    networks: {},
    volumes: {},
    primary_ips: {},
    floating_ips: {},
    placement_groups: {},
    load_balancers: {},
    certificates: {},
  },
  actions: {},
});

export class Store {
  readonly state: State;

  constructor(private readonly file: string) {
    this.state = existsSync(file) ? read(file) : emptyState();
  }

  /** Writes the state beside the file and moves it into place. */
  save(): void {
    this.dropOldActions();
    mkdirSync(dirname(this.file), { recursive: true });
    const next = `${this.file}.next`;
    const handle = openSync(next, "w", 0o600);
    try {
      writeSync(handle, JSON.stringify(this.state));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(next, this.file);
  }

  newId(): number {
    return this.state.nextId++;
  }

  all<K extends RecordKind>(kind: K): RecordOf<K>[] {
    return Object.values(this.state.records[kind]) as RecordOf<K>[];
  }

  find<K extends RecordKind>(kind: K, id: number): RecordOf<K> | undefined {
    return (this.state.records[kind] as Record<number, RecordOf<K>>)[id];
  }

  /** The record, or the API's `not_found`. */
  get<K extends RecordKind>(kind: K, id: number): RecordOf<K> {
    const record = this.find(kind, id);
    if (!record) throw notFound(singular[kind], id);
    return record;
  }

  add<K extends RecordKind>(kind: K, record: RecordOf<K>): RecordOf<K> {
    (this.state.records[kind] as Record<number, RecordOf<K>>)[record.id] = record;
    return record;
  }

  remove(kind: RecordKind, id: number): void {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- records are keyed by id, as the state file is
    delete this.state.records[kind][id];
  }

  /** Throws `uniqueness_error` when another record of the kind has this name. */
  needFreeName(kind: RecordKind, name: string, except?: number): void {
    if (this.all(kind).some((record) => record.name === name && record.id !== except)) {
      throw notUnique(singular[kind], "name");
    }
  }

  private dropOldActions(): void {
    const finished = Object.values(this.state.actions).filter((action) => action.status !== "running");
    for (const action of finished.slice(0, Math.max(0, finished.length - keptActions))) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- as above
      delete this.state.actions[action.id];
    }
  }
}

function read(file: string): State {
  const state = JSON.parse(readFileSync(file, "utf8")) as State;
  if (state.version !== 1) {
    throw new Error(
      `${file} has state version ${String(state.version)}, this lab reads version 1: run 'npm run lab -- reset'.`,
    );
  }
  return state;
}
