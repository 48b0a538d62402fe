/** What a cloud does to its machines: the one door between the Hetzner simulator and what carries it. */

/** One volume as the machine sees it. */
export interface MachineVolume {
  id: string;
  sizeGb: number;
  /** Path of the block device inside the machine, e.g. `/dev/disk/by-id/scsi-0HC_Volume_1`. */
  device: string;
}

/** Everything a machine is made from. */
export interface MachineSpec {
  id: string;
  /** Becomes the host name. */
  name: string;
  cores: number;
  memoryMb: number;
  architecture: "x86" | "arm";
  /** cloud-init user data, run for real at the first boot. */
  userData?: string;
  /** Keys root is reachable with. */
  sshPublicKeys: string[];
  /** Public address inside the lab's public network; none = the machine has no public IPv4. */
  ipv4?: string;
  /** Public address (not the /64) inside the lab's public network. */
  ipv6?: string;
  volumes: MachineVolume[];
  /** Set for machines that were made without SSH keys. */
  rootPassword?: string;
  imageName: string;
}

/** One rule of a cloud firewall. What no rule of a direction allows is dropped once that direction has a rule; "in" always. */
export interface FirewallRule {
  direction: "in" | "out";
  protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
  /** One port ("80"), a range ("80-85") or "any"; only for tcp and udp. */
  port?: string;
  sourceIps: string[];
  destinationIps: string[];
}

/** One listening port of a load balancer. */
export interface LoadBalancerService {
  protocol: "tcp" | "http" | "https";
  listenPort: number;
  destinationPort: number;
  proxyProtocol: boolean;
  /** PEM chains with their keys, for https. */
  certificates?: string[];
  /** Answer port 80 with a redirect to https. */
  redirectHttp?: boolean;
  healthCheck: {
    protocol: "tcp" | "http" | "https";
    port: number;
    intervalSeconds: number;
    timeoutSeconds: number;
    retries: number;
    http?: { domain?: string; path: string; statusCodes: string[]; response?: string };
  };
}

/** A load balancer as it should be now. */
export interface LoadBalancerSpec {
  name: string;
  ipv4?: string;
  ipv6?: string;
  algorithm: "round_robin" | "least_connections";
  services: LoadBalancerService[];
  /** Addresses of the targets, public or private. */
  targets: string[];
  /** Networks it is attached to, with its own address in each. */
  networks: { id: string; ip: string }[];
}

/** The health of each target at each listening port, as a load balancer sees it. */
export type TargetHealth = { target: string; listenPort: number; healthy: boolean }[];

/** Every method resolves when the machine is as asked; doing the same thing twice is no error. */
export interface Machines {
  /** Makes and boots a machine; resolves as soon as it is running, before cloud-init is through. */
  create(spec: MachineSpec): Promise<void>;
  start(id: string): Promise<void>;
  stop(id: string, graceful: boolean): Promise<void>;
  reboot(id: string, hard: boolean): Promise<void>;
  remove(id: string): Promise<void>;
  /** Takes effect at the next start. */
  resize(id: string, cores: number, memoryMb: number): Promise<void>;
  /** A new disk from the image and a first boot; networks, firewall and volumes stay. */
  rebuild(spec: MachineSpec): Promise<void>;
  exists(id: string): Promise<boolean>;
  /** Rules of all firewalls that apply; `null` = none applied, everything open. */
  firewall(id: string, rules: FirewallRule[] | null): Promise<void>;

  createNetwork(id: string, ipRange: string): Promise<void>;
  removeNetwork(id: string): Promise<void>;
  attach(id: string, networkId: string, ip: string, aliasIps: string[]): Promise<void>;
  detach(id: string, networkId: string): Promise<void>;

  createVolume(id: string, sizeGb: number): Promise<void>;
  removeVolume(id: string): Promise<void>;
  attachVolume(machineId: string, volumeId: string): Promise<void>;
  detachVolume(machineId: string, volumeId: string): Promise<void>;
  resizeVolume(id: string, sizeGb: number): Promise<void>;

  /** Makes the load balancer so, or removes it with `null`. */
  loadBalancer(id: string, spec: LoadBalancerSpec | null): Promise<void>;
  loadBalancerHealth(id: string): Promise<TargetHealth>;
}
