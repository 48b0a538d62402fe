/** The arguments of a machine that is there already, and what can be wrong with them. */
import { isIP, isIPv4, isIPv6 } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { Size } from "../../provider/core/units";
import type { Architecture } from "../host/host";
import { apart, checkHostKey, checkSsh, type SshArgs } from "../host/ssh";
import { checkServerHooks, type ServerHooks } from "../host/server-hooks";
import type { HostTransform } from "../host/prepare-host";
import type { Registry } from "../registry/registry";
import { checkRegistries } from "./checks/check-server";
import { acceptable, type AcceptableCheck } from "./preflight-checks";
import { checkAllow } from "../firewall/args";
import type { HostFirewallArgs } from "../firewall/host-firewall";
import type { Rule } from "../firewall/rule";
import type { Transform } from "../core/component";
import { valuesCheck } from "../core/checks";
import type { Check } from "../core/check";

export const hostKeyCheck: Check = {
  id: "host-key",
  title: "Host key that is not pinned",
  effect: "warned",
  why: "Everything that a deploy sends goes over SSH to root: credentials, secrets, certificates. A `Server` gets a host key that is known before anyone connects. For an `ExistingServer` without `hostKey`, the first `pulumi up` trusts the key that answers, as ssh does, prints it and keeps it in the state: later ones are held to it. It is only as sure as that first connection.",
  says: [
    'ExistingServer "web-1": hostKey is not set, so whoever answers first is trusted with all secrets of the host, and its key kept; set it to "ssh-ed25519 AAAA…" from the machine\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub (npx sextant docs checks#host-key).',
  ],
};

/** Arguments of `ExistingServer`. */
export interface ExistingServerArgs {
  /**
   * The address or name that it is reached by over SSH; an alias of ~/.ssh/config, too.
   *
   * @edit in place: taken for the same machine at another address
   * @example "203.0.113.7"
   */
  address: pulumi.Input<string>;
  /** Its public IPv6 address. @default none @edit in place */
  ipv6Address?: pulumi.Input<string>;
  /**
   * Its address in a private network.
   *
   * @default none
   * @edit the preflight runs again, in place; what is published on the old address is replaced
   */
  privateAddress?: pulumi.Input<string>;
  /**
   * The architecture, so that images can be checked at preview.
   *
   * @default not checked
   * @edit the preflight runs again, in place
   */
  architecture?: Architecture;
  /**
   * Its memory, so that limits can be checked at preview.
   *
   * @default not checked
   * @edit the preflight runs again, in place
   * @example "8g"
   */
  memory?: Size;
  /**
   * How Pulumi reaches it: as root, or as a user who becomes root by sudo without a password or by Docker; through a jump host or not.
   *
   * @default root with the usual key in ~/.ssh or the agent's, port 22
   * @edit in place, for the connections only: the machine is not touched
   */
  ssh?: SshArgs;
  /**
   * The ed25519 host key that connections are held to, as `ssh-keyscan -t ed25519 ADDRESS` prints it, less the address;
   * `cat /etc/ssh/ssh_host_ed25519_key.pub` on the machine's console shows the same. Without it, whoever answers the
   * first `pulumi up` is trusted: its key is printed, and kept in the state, so that all later connections are held to it, from any machine.
   *
   * @default the key that the preflight sees first
   * @edit in place, for the connections only
   * @example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…"
   */
  hostKey?: pulumi.Input<string>;
  /**
   * A firewall on the machine itself, for one that has none outside of it: a table of nftables of its own, in IPv4 and IPv6, on all interfaces, in
   * front of Docker's, so that what Docker publishes past UFW is held, too, `docker run -p` of others among it. Nothing comes in that is not
   * in `allow`, but for ICMP, answers, what containers send, what comes from a private network to `privateAddress`, and SSH from the
   * address by which `pulumi up` has come. New rules are kept once a new connection by SSH has come through them; else the
   * machine takes them back by itself. They hold from before Docker starts at a boot. UFW and firewalld go on, and what comes
   * in to the machine itself has to be let in by both. A machine has one: another stack is refused with the name of the one that has it.
   *
   * @default none: every port is open on which something listens, or that Docker publishes
   * @edit in place; connections that are open stay; taken out, every port is open again
   * @example { allow: [ssh.from("203.0.113.0/24"), http, https] }
   */
  firewall?: {
    /** What is let in; `[]` for nothing. A rule's networks may be an output, such as another server's address. */
    allow: Rule[];
  };
  /**
   * `"install"` installs Docker where the machine has none: the packages of Debian (12, 13) or Ubuntu (24.04, 26.04), docker.io and what the
   * verbs run (curl, iptables, iproute2, procps), with the settings of Docker that a `Server` has, and holds them from unattended upgrades.
   * `{ install: "docker.com" }` takes Docker's own packages instead (docker-ce, docker-ce-cli, containerd.io), from its repository for apt, with the key that
   * Docker names. A Docker that is there stays as it is, whoever has installed it, which the preflight says (`docker-packages`); one that a deploy cannot work with (Podman's command, the snap, one
   * that runs rootless or does not answer) is refused as ever, and what else the preflight refuses is refused before anything is
   * installed. Another apt is waited for, five minutes at most. `pulumi destroy` leaves Docker there.
   *
   * @default Docker has to be there
   * @edit the preflight runs again, in place; taken out, Docker stays
   * @example { install: "docker.com", version: "28.5" }
   */
  docker?: "install" | DockerInstall;
  /**
   * Lines for a shell on the machine that runs Pulumi, where the project's file is. They have variables of Kamal's hooks: KAMAL_HOSTS, KAMAL_SERVICE
   * (the project), KAMAL_DESTINATION (the stack), KAMAL_COMMAND, KAMAL_SUBCOMMAND, KAMAL_PERFORMER, KAMAL_RECORDED_AT and KAMAL_LOCK. `SEXTANT_SKIP_HOOKS=1
   * pulumi up` leaves them out of one run, and they are not made up for.
   *
   * @default none
   * @edit a new line runs at once
   * @example { afterDocker: "bin/docker-setup $KAMAL_HOSTS" }
   */
  hooks?: ServerHooks;
  /**
   * Registries that it pulls from with credentials.
   *
   * @default none
   * @edit in place; counts from the next pull
   */
  registries?: Registry[];
  /**
   * What the preflight asks for. All its checks: [preflight.md](preflight.md).
   *
   * @default free ports 80 and 443, 2 GB of free disk, nothing accepted
   * @edit the preflight runs again, in place
   */
  preflight?: {
    /**
     * Ports that have to be free, or the proxy's own; `[]` on a machine without a proxy.
     *
     * @default [80, 443]
     */
    ports?: number[];
    /** Free disk for images and containers. @default "2g" */
    disk?: Size;
    /**
     * Checks that do not refuse this machine, knowingly: what they find becomes a note. Those that a deploy cannot work
     * with are not among them.
     *
     * @default none
     * @example ["ufw-bypassed"]
     */
    accept?: AcceptableCheck[];
  };
  /**
   * Says that Kamal deploys to the machine, and that this program takes its place there. The preflight then tells what Kamal has on it and what
   * becomes of each. Kamal's proxy stays, and is routed through with an `ExistingProxy`; the containers of apps are in Kamal's Docker network
   * `kamal`, too, where that proxy reaches them and they reach Kamal's accessories by their names, such as `shop-db`; an `App` with `takeOver` takes
   * the place of one of Kamal's, an `Accessory` with `takeOver` takes up one of Kamal's as it is. It stays in the program for as long as that proxy or one of those accessories is used: docs/guide/from-kamal.md.
   *
   * @default nothing of Kamal's is used
   * @edit the preflight runs again, in place; the containers of apps are replaced, rolling
   * @example "kamal"
   */
  takeOver?: "kamal";
  /**
   * Says that the machine is dead, or out of reach for longer, so that the others can be released without it. What was on it is
   * given up without asking it: Pulumi takes it out of the state and says what is left there. Take it out of all roles, proxies and
   * accessories at the same time; a preview refuses what would be put on it. Then take the server out as well, or, when it
   * is back, take this out and put it into the roles again: until that update it serves what it served last.
   *
   * @default false
   * @edit in place: gives up what is on it; back, all of it is made again, and volumes and their data are found as they are
   */
  gone?: boolean;
  /**
   * Changes a child before it is made; `ready` is the preflight.
   *
   * @default none
   * @edit what the changed argument of the child does
   */
  transform?: HostTransform & {
    /** The firewall on the machine. */
    firewall?: Transform<HostFirewallArgs>;
  };
}

/** Whose Docker is installed on a machine that has none. */
export interface DockerInstall {
  /** Docker's own packages, of docker.com; the machine has to reach download.docker.com. */
  install: "docker.com";
  /**
   * The version, or its beginning: of several the newest. It counts where Docker is installed, and changes none that is there.
   *
   * @default the newest
   * @example "28.5"
   */
  version?: string;
}

/** What is wrong with the arguments of an existing server. */
export function checkExistingServer(name: string, args: ExistingServerArgs): Problem[] {
  return [
    ...check.dnsLabel("name", name, 63),
    ...checkAddress(args.address),
    ...family("ipv6Address", args.ipv6Address, isIPv6, '"2001:db8::7"'),
    ...family("privateAddress", args.privateAddress, isIPv4, '"10.0.0.7"'),
    ...checkServerHooks(args.hooks),
    ...check.oneOf("architecture", args.architecture, ["amd64", "arm64"]),
    ...check.size("memory", args.memory, 128 * 1024 ** 2),
    ...checkSsh("ssh", args.ssh),
    ...(args.firewall === undefined ? [] : checkAllow("firewall.allow", args.firewall.allow)),
    ...checkDocker(args.docker),
    ...checkHostKey("hostKey", args.hostKey),
    ...checkRegistries(args.registries),
    ...check.oneOf("takeOver", args.takeOver, ["kamal"]),
    ...(args.preflight?.ports ?? []).flatMap((port, at) => check.port(`preflight.ports[${at}]`, port)),
    ...check.size("preflight.disk", args.preflight?.disk, 1),
    ...(args.preflight?.accept ?? []).flatMap((name, at) => checkAccepted(`preflight.accept[${at}]`, name)),
  ];
}

function checkDocker(docker: ExistingServerArgs["docker"]): Problem[] {
  if (typeof docker !== "object") return check.oneOf("docker", docker, ["install"]);
  const { install, version } = docker;
  const ok = version === undefined || (typeof version === "string" && /^\d+(\.\d+){0,2}$/.test(version));
  return [
    ...check.oneOf("docker.install", install, ["docker.com"]),
    ...(ok
      ? []
      : [
          {
            argument: "docker.version",
            value: version,
            rule: "it is a version of Docker's, or its beginning",
            cure: 'write it like "28.5.2", or "28" for the newest of these',
          },
        ]),
  ];
}

function checkAccepted(argument: string, name: unknown): Problem[] {
  if (!check.isPlain(name) || acceptable.some((each) => each === name)) return [];
  return [
    {
      argument,
      value: name,
      rule: `a check that can be accepted is one of ${acceptable.join(", ")}`,
      cure: "mend what the check finds, or correct its name",
    },
  ];
}

function checkAddress(address: unknown): Problem[] {
  const cure = 'give its address or name, such as "203.0.113.7"';
  if (address === undefined || address === "") return [{ argument: "address", fault: "is missing", cure }];
  if (!check.isPlain(address) || isIP(String(address)) !== 0) return [];
  return check
    .hostName("address", address)
    .map((problem) => ({ ...problem, cure: apart(String(address), "address", "ssh") ?? cure }));
}

function family(argument: string, value: unknown, ok: (text: string) => boolean, example: string): Problem[] {
  if (!check.isPlain(value) || (typeof value === "string" && ok(value))) return [];
  return [
    {
      argument,
      value,
      rule: "it is no address of that family",
      cure: `write it like ${example}`,
      check: valuesCheck,
    },
  ];
}

/** What is said and stops nothing: who answers first is taken for the machine. */
export function checkTrust({ hostKey }: ExistingServerArgs): Problem[] {
  if (hostKey !== undefined) return [];
  return [
    {
      argument: "hostKey",
      fault: "is not set, so whoever answers first is trusted with all secrets of the host, and its key kept",
      cure: 'set it to "ssh-ed25519 AAAA…" from the machine\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub',
      check: hostKeyCheck,
    },
  ];
}
