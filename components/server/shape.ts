/** The shapes of the arguments of servers, made here or there already. */
import {
  type Shape,
  anything,
  changes,
  either,
  flag,
  input,
  list,
  made,
  named,
  needed,
  object,
  ofType,
  orFalse,
  single,
  text,
} from "../core/shape";
import type { Firewall } from "../firewall/firewall";
import { rules } from "../firewall/shape";
import { registries, serverHooksShape, sshShape, hostChanges } from "../host/shapes";
import type { Network } from "../network/network";
import type { ServerArgs } from "./args";
import type { DockerInstall, ExistingServerArgs } from "./existing-args";

const isNetwork = ofType("sextant:index:Network");
const network: Shape<Network> = made("a Network", isNetwork, 'give the one that new Network("net") makes');

export const serverShape: Shape<ServerArgs> = object<ServerArgs>(
  {
    type: needed(text, 'name a server type, such as "cx23"'),
    location: text,
    image: text,
    name: orFalse(text),
    firewalls: needed(
      list(
        made<Firewall>(
          "a Firewall",
          ofType("sextant:index:Firewall"),
          'give the one that new Firewall("edge", …) makes',
        ),
        "[edge]",
      ),
      'name a firewall, or write [] and unprotected: "the reason"',
    ),
    unprotected: text,
    publicIpv4: flag,
    publicIpv6: flag,
    network: either(
      object<{ network: Network; ip: string }>(
        { network: needed(network, "give the Network"), ip: needed(text, 'write it like "10.0.0.10"') },
        '{ network: net, ip: "10.0.0.10" }',
      ),
      (value) =>
        typeof value === "object" &&
        value !== null &&
        ("ip" in value || "network" in value) &&
        !isNetwork(value),
      network,
    ),
    ssh: sshShape,
    sshKeys: list(input, '["my-key"]'),
    registries,
    labels: named(text, '{ team: "shop" }'),
    placementGroup: made(
      "a PlacementGroup of @pulumi/hcloud",
      ofType("hcloud:index/placementGroup:PlacementGroup"),
      'give the one that new hcloud.PlacementGroup("spread", …) makes',
    ),
    backups: flag,
    swap: single,
    protect: flag,
    gone: flag,
    hooks: serverHooksShape,
    daemon: named(anything, '{ "registry-mirrors": ["https://mirror.example.com"] }'),
    cloudInit: text,
    transform: changes<NonNullable<ServerArgs["transform"]>>({
      ...hostChanges,
      server: true,
      sshKey: true,
      hostKey: true,
    }),
  },
  '{ type: "cx23", firewalls: [edge] }',
  { serverType: "write type", firewall: "write firewalls: [edge]", userData: "write cloudInit" },
);

export const existingServerShape: Shape<ExistingServerArgs> = object<ExistingServerArgs>(
  {
    address: needed(input),
    ipv6Address: input,
    privateAddress: input,
    architecture: single,
    memory: single,
    ssh: sshShape,
    hostKey: input,
    firewall: object<NonNullable<ExistingServerArgs["firewall"]>>(
      { allow: needed(rules, "write [] to let nothing in") },
      '{ allow: [ssh.from("203.0.113.0/24"), http, https] }',
      {
        rules: "write allow",
        inbound: "write allow",
        outbound: "leave it out: what leaves the machine is not held",
      },
    ),
    docker: either(
      object<DockerInstall>({ install: needed(single), version: single }, '{ install: "docker.com" }'),
      (value) => typeof value === "object",
      single as Shape<"install">,
    ),
    hooks: serverHooksShape,
    registries,
    preflight: object<NonNullable<ExistingServerArgs["preflight"]>>(
      {
        ports: list(single, "[80, 443]"),
        disk: single,
        accept: list(single, '["ufw-bypassed"]'),
      },
      '{ disk: "5g" }',
    ),
    takeOver: single,
    gone: flag,
    transform: changes<NonNullable<ExistingServerArgs["transform"]>>({ ...hostChanges, firewall: true }),
  },
  '{ address: "203.0.113.7" }',
  {
    firewalls: "write firewall: { allow: [...] }; a Firewall is one at Hetzner, in front of a Server",
    host: "write address",
    ip: "write address",
    user: "write ssh: { user: … }",
  },
);
