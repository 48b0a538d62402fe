/** Every kind of hcloud resource that the lab's API knows. EDIT=1 changes one argument of most of them. */
import { readFileSync } from "node:fs";
import * as hcloud from "@pulumi/hcloud";
import type * as pulumi from "@pulumi/pulumi";

const edit = process.env["EDIT"] === "1";
const number = (resource: pulumi.CustomResource): pulumi.Output<number> => resource.id.apply(Number);
const everyone = ["0.0.0.0/0", "::/0"];
const rule = (port: string): hcloud.types.input.FirewallRule => ({
  direction: "in",
  protocol: "tcp",
  port,
  sourceIps: everyone,
});

const key = new hcloud.SshKey("key", {
  publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbM7yM1f0m5c1x2N5n3m0cWn1d6vVbFq7Q5Jk0m1b2c lab",
  labels: { edit: String(edit) },
});
const firewall = new hcloud.Firewall("firewall", { rules: [rule("22"), rule(edit ? "443" : "80")] });
const network = new hcloud.Network("network", { ipRange: "10.91.0.0/16" });
const subnet = new hcloud.NetworkSubnet("subnet", {
  networkId: number(network),
  type: "cloud",
  networkZone: "eu-central",
  ipRange: "10.91.1.0/24",
});
new hcloud.NetworkRoute(
  "route",
  { networkId: number(network), destination: "10.99.0.0/16", gateway: "10.91.1.1" },
  { dependsOn: subnet },
);
const group = new hcloud.PlacementGroup("group", { type: "spread", labels: { edit: String(edit) } });
const ip = new hcloud.PrimaryIp(
  "ip",
  {
    type: "ipv4",
    assigneeType: "server",
    autoDelete: false,
    location: "fsn1",
    labels: { edit: String(edit) },
  },
  // Before a server has it, the API calls it unassigned since August 2026, which this plugin takes for a change: v1.62.0 of
  // terraform-provider-hcloud is the first that knows.
  { ignoreChanges: ["assigneeType"] },
);

const web = new hcloud.Server("web", {
  serverType: edit ? "cx33" : "cx23",
  keepDisk: true,
  image: "debian-12",
  location: "fsn1",
  sshKeys: [key.id],
  firewallIds: [firewall.id.apply(Number)],
  placementGroupId: number(group),
  userData: "#cloud-config\npackages: []\n",
  publicNets: [{ ipv4Enabled: true, ipv4: number(ip), ipv6Enabled: true }],
  labels: { role: "web", edit: String(edit) },
});
const db = new hcloud.Server("db", {
  serverType: "cax11",
  image: "debian-12",
  location: "fsn1",
  sshKeys: [key.id],
  backups: edit,
  labels: { role: "db" },
});
const webNetwork = new hcloud.ServerNetwork("web-network", {
  serverId: number(web),
  subnetId: subnet.id,
  ip: "10.91.1.5",
});
new hcloud.ServerNetwork("db-network", { serverId: number(db), subnetId: subnet.id });
const late = new hcloud.Firewall("late", { rules: [rule("5432")] });
new hcloud.FirewallAttachment("late", { firewallId: number(late), serverIds: [number(db)] });
new hcloud.Volume("data", { size: edit ? 20 : 10, serverId: number(db), format: "ext4" });
const loose = new hcloud.Volume("loose", { size: 10, location: "fsn1" });
new hcloud.VolumeAttachment("loose", { volumeId: number(loose), serverId: number(web) });
const floating = new hcloud.FloatingIp("floating", {
  type: "ipv4",
  homeLocation: "fsn1",
  description: edit ? "b" : "a",
});
new hcloud.FloatingIpAssignment("floating", { floatingIpId: number(floating), serverId: number(web) });
new hcloud.Rdns("rdns", {
  serverId: number(db),
  ipAddress: db.ipv4Address,
  dnsPtr: edit ? "b.example.com" : "a.example.com",
});

const uploaded = new hcloud.UploadedCertificate("uploaded", {
  certificate: readFileSync(process.env["CERTIFICATE"] ?? "", "utf8"),
  privateKey: readFileSync(process.env["PRIVATE_KEY"] ?? "", "utf8"),
});
new hcloud.ManagedCertificate("managed", { domainNames: ["a.example.com"], labels: { edit: String(edit) } });
const balancer = new hcloud.LoadBalancer("balancer", {
  loadBalancerType: edit ? "lb21" : "lb11",
  location: "fsn1",
  algorithm: { type: "round_robin" },
});
const balancerNetwork = new hcloud.LoadBalancerNetwork("balancer", {
  loadBalancerId: number(balancer),
  subnetId: subnet.id,
});
new hcloud.LoadBalancerService("tls", {
  loadBalancerId: balancer.id,
  protocol: "https",
  http: { certificates: [number(uploaded)], redirectHttp: true },
  healthCheck: {
    protocol: "http",
    port: 80,
    interval: edit ? 5 : 10,
    timeout: 3,
    retries: 3,
    http: { path: "/up", statusCodes: ["2??", "3??"] },
  },
});
new hcloud.LoadBalancerTarget(
  "web",
  { type: "server", loadBalancerId: number(balancer), serverId: number(web), usePrivateIp: true },
  { dependsOn: [webNetwork, balancerNetwork] },
);

export const ipv4 = web.ipv4Address;
export const ipv6 = web.ipv6Address;
export const status = web.status;
export const webId = web.id;
export const fixed = ip.ipAddress;
