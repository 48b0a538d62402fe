/** The arguments of a machine that is there already, and what can be wrong with them. */
import { isIP, isIPv4, isIPv6 } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { Size } from "../core/units";
import type { Architecture } from "../host/host";
import { checkSsh, type SshArgs } from "../host/ssh";
import type { WiringTransform } from "../host/wire-host";
import type { Registry } from "../registry/registry";
import { checkRegistries } from "./check-server";
import { acceptable, type AcceptableCheck } from "./preflight-checks";

/** Arguments of `ExistingServer`. */
export interface ExistingServerArgs {
  /**
   * The address or name that it is reached by over SSH.
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
   * How Pulumi reaches it; the user has to be root.
   *
   * @default root with the usual key in ~/.ssh, port 22
   * @edit in place, for the connections only: the machine is not touched
   */
  ssh?: SshArgs;
  /**
   * The ed25519 host key that connections are held to, as `ssh-keyscan -t ed25519 ADDRESS` prints it, less the address.
   * Without it, remote commands do not check who answers, and Docker's connections trust the first answer.
   *
   * @default not pinned
   * @edit in place, for the connections only
   * @example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…"
   */
  hostKey?: pulumi.Input<string>;
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
   * Changes a child before it is made; `gate` is the preflight.
   *
   * @default none
   * @edit what the changed argument of the child does
   */
  transform?: WiringTransform;
}

/** What is wrong with the arguments of an existing server. */
export function checkExistingServer(name: string, args: ExistingServerArgs): Problem[] {
  return [
    ...check.dnsLabel("name", name, 63),
    ...checkAddress(args.address),
    ...family("ipv6Address", args.ipv6Address, isIPv6, '"2001:db8::7"'),
    ...family("privateAddress", args.privateAddress, isIPv4, '"10.0.0.7"'),
    ...check.oneOf("architecture", args.architecture, ["amd64", "arm64"]),
    ...check.size("memory", args.memory, 128 * 1024 ** 2),
    ...checkSsh("ssh", args.ssh),
    ...checkHostKey(args.hostKey),
    ...checkRegistries(args.registries),
    ...(args.preflight?.ports ?? []).flatMap((port, at) => check.port(`preflight.ports[${at}]`, port)),
    ...check.size("preflight.disk", args.preflight?.disk, 1),
    ...(args.preflight?.accept ?? []).flatMap((name, at) => checkAccepted(`preflight.accept[${at}]`, name)),
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
  if (address === undefined || address === "") return [{ argument: "address", rule: "it is missing", cure }];
  if (!check.isPlain(address) || isIP(String(address)) !== 0) return [];
  return check.hostName("address", address).map((problem) => ({ ...problem, cure }));
}

function family(argument: string, value: unknown, ok: (text: string) => boolean, example: string): Problem[] {
  if (!check.isPlain(value) || (typeof value === "string" && ok(value))) return [];
  return [
    {
      argument,
      value,
      rule: "it is no address of that family",
      cure: `write it like ${example}`,
      check: "values",
    },
  ];
}

function checkHostKey(key: unknown): Problem[] {
  if (
    !check.isPlain(key) ||
    (typeof key === "string" && /^ssh-ed25519 [A-Za-z0-9+/]{60,}={0,2}( .*)?$/.test(key))
  ) {
    return [];
  }
  return [
    {
      argument: "hostKey",
      value: key,
      rule: "a pinned host key is of type ed25519 and has no address in front",
      cure: 'take "ssh-ed25519 AAAA…" from ssh-keyscan -t ed25519',
    },
  ];
}
