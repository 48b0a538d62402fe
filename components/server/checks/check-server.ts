/** What can be wrong with the arguments of a server. */
import { parseDocument } from "yaml";
import * as check from "../../core/checks";
import type { Problem } from "../../core/problem";
import { admitted } from "../../firewall/render";
import { agentKeys } from "../../../provider/ssh/user-agent";
import { checkServerHooks } from "../../host/server-hooks";
import { checkSsh, ssh, type SshArgs } from "../../host/ssh";
import { contains } from "../../network/args";
import type { ServerArgs } from "../args";
import { checkDaemon } from "../daemon";
import { checkAddresses } from "./check-addresses";
import { anywhereCheck } from "../../firewall/args";
import { firewallShutCheck } from "../../firewall/audit";
import { valuesCheck } from "../../core/checks";

export function checkServer(name: string, args: ServerArgs): Problem[] {
  return [
    ...check.dnsLabel("name", args.name === undefined || args.name === false ? name : args.name, 63),
    ...check.notEmpty("type", args.type ?? "", 'name a server type, such as "cx23"'),
    ...check.notEmpty("location", args.location, 'leave it out, or name one, such as "fsn1"'),
    ...check.notEmpty("image", args.image, "leave it out for debian-12"),
    ...checkImage(args.image),
    ...checkFirewalls(args),
    ...checkLogin(args),
    ...checkNetwork(args.network),
    ...checkDaemon(args.daemon, args.network),
    ...checkAddresses(args),
    ...checkAccess(args),
    ...checkRegistries(args.registries),
    ...checkInsecure(args),
    ...(args.swap === false ? [] : check.size("swap", args.swap, 64 * 1024 ** 2)),
    ...checkLabels(args.labels),
    ...checkCloudInit(args.cloudInit),
    ...checkServerHooks(args.hooks),
  ];
}

function checkImage(image: string | undefined): Problem[] {
  return image === undefined || image === "" || !/^(alma|rocky|centos|fedora|opensuse)/.test(image)
    ? []
    : [
        {
          argument: "image",
          value: image,
          rule: "the first boot installs Docker from the packages of Debian or Ubuntu",
          cure: 'take "debian-12" or "ubuntu-24.04", or an image of your own of these',
        },
      ];
}

function checkFirewalls(args: ServerArgs): Problem[] {
  const cure = 'name a firewall, or say unprotected: "the reason"';
  if (!Array.isArray(args.firewalls)) return [{ argument: "firewalls", fault: "has to be a list", cure }];
  if (args.firewalls.length > 0) {
    return args.unprotected === undefined
      ? []
      : [
          {
            argument: "unprotected",
            value: args.unprotected,
            rule: "the server has firewalls",
            cure: "leave unprotected out",
          },
        ];
  }
  if (args.unprotected !== undefined) {
    return check.notEmpty(
      "unprotected",
      args.unprotected,
      "say why every port may be reached from everywhere",
    );
  }
  const rule = "without a firewall every port that something listens on is open to the internet";
  return [{ argument: "firewalls", value: [], rule, cure, check: anywhereCheck }];
}

/** A deploy that the firewall keeps out would wait for the server until its gate gives up. */
function checkLogin(args: ServerArgs): Problem[] {
  const port = args.ssh?.port ?? 22;
  if (!Array.isArray(args.firewalls) || args.firewalls.length === 0 || check.port("", port).length > 0)
    return [];
  const rules = args.firewalls.flatMap((firewall) => firewall.allow);
  if (admitted(rules, "tcp", port) !== "nobody") return [];
  return [
    {
      argument: "firewalls",
      value: args.firewalls.map((firewall) => firewall.componentName),
      rule: `none of them lets in SSH on port ${port}, by which deploys reach the server`,
      cure: `add ${port === 22 ? "ssh" : `tcp(${port})`}.from("203.0.113.0/24") with your own network`,
      check: firewallShutCheck,
    },
  ];
}

function checkNetwork(network: ServerArgs["network"]): Problem[] {
  if (network === undefined || !("ip" in network)) return [];
  const { ip, network: net } = network;
  return net.subnetRanges.some((range) => contains(range, ip))
    ? []
    : [
        {
          argument: "network.ip",
          value: ip,
          rule: `it is in none of the subnets ${net.subnetRanges.join(", ")} of ${net.label}`,
          cure: "choose an address there",
          check: valuesCheck,
        },
      ];
}

function checkAccess(args: ServerArgs): Problem[] {
  const problems = checkSsh("ssh", args.ssh);
  if (args.ssh?.user !== undefined && args.ssh.user !== "root") {
    problems.push({
      argument: "ssh.user",
      value: args.ssh.user,
      rule: "a server that is made here has one login, root by key",
      cure: "leave it out",
    });
  }
  if (problems.length === 0 && args.sshKeys === undefined && ssh(args.ssh).publicKey === undefined) {
    problems.push({
      argument: "ssh.publicKey",
      fault: whyUnknown(args.ssh),
      cure: "give it, or name a key that is at Hetzner in sshKeys",
    });
  }
  if (args.sshKeys !== undefined) {
    problems.push(...check.notEmpty("sshKeys", args.sshKeys, "leave it out to use the key of ssh"));
  }
  return problems;
}

/** Why the public half, which goes to Hetzner, is not known. */
function whyUnknown({ privateKey, privateKeyFile }: SshArgs = {}): string {
  const keys = agentKeys().length;
  if (privateKey === undefined && privateKeyFile === undefined && keys > 1)
    return `is missing, and the agent holds ${keys} keys`;
  return "is missing, and the public half was not found beside the private key";
}

/** Two sets of credentials for one address: one of them would be lost. */
export function checkRegistries(registries: ServerArgs["registries"] = []): Problem[] {
  const twice = registries.find(
    ({ address }, at) => registries.findIndex((registry) => registry.serves(address)) !== at,
  )?.address;
  return twice === undefined
    ? []
    : [
        {
          argument: "registries",
          value: twice,
          rule: "an address has one set of credentials",
          cure: "keep one of them",
        },
      ];
}

/** A login goes to what stands there over plain HTTP, whoever answers. */
function checkInsecure({ daemon = {}, registries = [] }: ServerArgs): Problem[] {
  return insecureRegistries(daemon).flatMap((entry): Problem[] => {
    const registry = registries.find(({ address, insecure }) => address === entry && !insecure);
    return registry === undefined
      ? []
      : [
          {
            argument: "daemon.insecure-registries",
            value: entry,
            rule: `by it Docker sends the login of ${registry.label} without TLS`,
            cure: "leave it out, or say insecure: true at that Registry, which lists it here as well",
          },
        ];
  });
}

/** The registries that these settings of the Docker daemon name insecure. */
export function insecureRegistries(daemon: Record<string, unknown>): string[] {
  const listed = daemon["insecure-registries"];
  return Array.isArray(listed) ? listed.filter((entry) => typeof entry === "string") : [];
}

function checkLabels(labels: Record<string, string> = {}): Problem[] {
  const word = /^([a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?)?$/;
  const key = /^([a-zA-Z0-9.-]{1,253}\/)?[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/;
  return Object.entries(labels)
    .filter(([name, value]) => !key.test(name) || !word.test(value))
    .map(([name, value]) => ({
      argument: `labels.${name}`,
      value,
      rule: "Hetzner takes letters, digits, dots, hyphens and underscores, 63 at most, in names and values",
      cure: "rename it",
    }));
}

function checkCloudInit(text: string | undefined): Problem[] {
  if (text === undefined) return [];
  const cure = 'write a #cloud-config, such as "packages: [htop]"';
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    return [{ argument: "cloudInit", fault: `is not YAML (${error.message.split("\n")[0] ?? ""})`, cure }];
  }
  const value: unknown = document.toJS();
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? []
    : [{ argument: "cloudInit", value: text, rule: "it is not a map of cloud-init's keys", cure }];
}
