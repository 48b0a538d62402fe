/** What is stored of each kind. Fields have the API's own names; what the API computes is not stored. */
import type { Labels } from "./labels";

/** What every kind has. */
export interface Named {
  id: number;
  name: string;
  created: string;
  labels: Labels;
}

export interface DnsPointer {
  ip: string;
  dns_ptr: string;
}

export interface PrivateNet {
  network: number;
  ip: string;
  alias_ips: string[];
  mac_address: string;
}

export type ServerStatus =
  | "initializing"
  | "starting"
  | "running"
  | "stopping"
  | "off"
  | "deleting"
  | "migrating"
  | "rebuilding"
  | "unknown";

export interface ServerRecord extends Named {
  status: ServerStatus;
  server_type: string;
  image: number;
  location: string;
  primary_disk_size: number;
  primary_ipv4: number | null;
  primary_ipv6: number | null;
  private_net: PrivateNet[];
  placement_group: number | null;
  backup_window: string | null;
  rescue_enabled: boolean;
  protection: { delete: boolean; rebuild: boolean };
  /** What the machine is made from; not part of the API's answers. */
  lab: {
    user_data: string;
    ssh_public_keys: string[];
    root_password: string | null;
    /** Whether its machine has been created. */
    made: boolean;
    /** Whether it should be on: what a restart of the lab brings back. */
    on: boolean;
  };
}

export interface SshKeyRecord extends Named {
  fingerprint: string;
  public_key: string;
}

export interface FirewallRuleRecord {
  direction: "in" | "out";
  protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
  port: string | null;
  source_ips: string[];
  destination_ips: string[];
  description: string | null;
}

export type FirewallTarget =
  | { type: "server"; server: { id: number } }
  | { type: "label_selector"; label_selector: { selector: string } };

export interface FirewallRecord extends Named {
  rules: FirewallRuleRecord[];
  applied_to: FirewallTarget[];
}

export interface SubnetRecord {
  type: "cloud" | "server" | "vswitch";
  ip_range: string;
  network_zone: string;
  gateway: string;
}

export interface RouteRecord {
  destination: string;
  gateway: string;
}

export interface NetworkRecord extends Named {
  ip_range: string;
  subnets: SubnetRecord[];
  routes: RouteRecord[];
  protection: { delete: boolean };
  expose_routes_to_vswitch: boolean;
}

export interface VolumeRecord extends Named {
  status: "creating" | "available";
  server: number | null;
  location: string;
  size: number;
  format: string | null;
  linux_device: string;
  protection: { delete: boolean };
}

export interface PrimaryIpRecord extends Named {
  ip: string;
  type: "ipv4" | "ipv6";
  assignee_id: number | null;
  assignee_type: "server" | "unassigned";
  auto_delete: boolean;
  location: string;
  dns_ptr: DnsPointer[];
  protection: { delete: boolean };
}

export interface FloatingIpRecord extends Named {
  description: string;
  ip: string;
  type: "ipv4" | "ipv6";
  server: number | null;
  home_location: string;
  dns_ptr: DnsPointer[];
  protection: { delete: boolean };
}

export interface PlacementGroupRecord extends Named {
  type: "spread";
}

export interface HealthCheck {
  protocol: "tcp" | "http";
  port: number;
  interval: number;
  timeout: number;
  retries: number;
  http?: { domain: string; path: string; response: string; status_codes: string[]; tls: boolean };
}

export interface ServiceRecord {
  protocol: "tcp" | "http" | "https";
  listen_port: number;
  destination_port: number;
  proxyprotocol: boolean;
  health_check: HealthCheck;
  http?: {
    cookie_name: string;
    cookie_lifetime: number;
    timeout_idle: number;
    certificates: number[];
    redirect_http: boolean;
    sticky_sessions: boolean;
  };
}

export interface TargetRecord {
  type: "server" | "label_selector" | "ip";
  server?: { id: number };
  label_selector?: { selector: string };
  ip?: { ip: string };
  use_private_ip: boolean;
}

export interface LoadBalancerRecord extends Named {
  location: string;
  load_balancer_type: string;
  algorithm: { type: "round_robin" | "least_connections" };
  services: ServiceRecord[];
  targets: TargetRecord[];
  public_net: { enabled: boolean; ipv4: DnsPointer; ipv6: DnsPointer };
  private_net: { network: number; ip: string }[];
  protection: { delete: boolean };
}

export interface CertificateRecord extends Named {
  type: "uploaded" | "managed";
  certificate: string | null;
  private_key: string | null;
  domain_names: string[];
  fingerprint: string | null;
  not_valid_before: string | null;
  not_valid_after: string | null;
  issuance: "pending" | "completed" | "failed" | null;
}

export interface ActionRecord {
  id: number;
  command: string;
  status: "running" | "success" | "error";
  progress: number;
  started: string;
  finished: string | null;
  resources: { id: number; type: string }[];
  error: { code: string; message: string } | null;
}
