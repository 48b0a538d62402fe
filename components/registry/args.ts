/** The arguments of a registry, and what can be wrong with them. */
import type * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";

/** Arguments of `Registry`. */
export interface RegistryArgs {
  /**
   * The registry's host, with a port where it has one, as it stands in front of an image's name.
   *
   * @edit in place; counts from the next pull, no container is touched
   * @example "ghcr.io"
   */
  address: string;
  /** The user. @edit in place; counts from the next pull @example "deploy" */
  username: pulumi.Input<string>;
  /**
   * The password or access token; always treated as a secret.
   *
   * @edit in place; counts from the next pull
   * @example config.requireSecret("registryPassword")
   */
  password: pulumi.Input<string>;
  /**
   * Whether the login may go to the registry without a checked TLS connection. Without it a login never goes over plain HTTP, neither
   * at preview nor from a host, and a host whose Docker has the registry in `insecure-registries` refuses the pull: by its name, by its
   * address, or by a range other than the loopback's that its name leads into, or may lead into as it does not resolve. A `Server` that is
   * made with such a registry has it in Docker's `insecure-registries`, and an `ExistingServer` that gets its Docker by `docker: "install"`; on
   * any other it is for you to list there.
   *
   * @default false
   * @edit in place; counts from the next pull, and for Docker's settings from the next machine
   */
  insecure?: boolean;
}

/** What is wrong with the arguments of a registry. Its password is never shown. */
export function checkRegistry(args: RegistryArgs): Problem[] {
  return [
    ...checkAddress(args.address),
    ...check.notEmpty("username", args.username, "give the user, or the token's name"),
    ...(args.username === undefined ? [absent("username", "give the user, or the token's name")] : []),
    ...(args.password === undefined || args.password === ""
      ? [absent("password", "set it with pulumi config set --secret, and read it with config.requireSecret")]
      : []),
    ...checkInsecure(args),
    ...(check.isPlain(args.username) ? checkUsername(args.username, true) : []),
    ...(check.isPlain(args.password) ? checkPassword(args.password) : []),
  ];
}

/**
 * What no registry can be sent as a user: a login is `user:password` without control characters (RFC 7617, section 2).
 * @param shown whether it is in clear in the program
 */
export function checkUsername(username: string, shown: boolean): Problem[] {
  const held = control(username) ?? (username.includes(":") ? "a colon" : undefined);
  return held === undefined
    ? []
    : [
        {
          argument: "username",
          ...(shown ? { value: username, rule: `it ${faultOf(held)}` } : { fault: faultOf(held) }),
          cure: "give the user alone",
        },
      ];
}

/** What no registry can be sent as a password, which is not shown. */
export function checkPassword(password: string): Problem[] {
  const held = control(password);
  return held === undefined
    ? []
    : [
        {
          argument: "password",
          fault: faultOf(held),
          cure: "set it again without; a file that is read into a secret ends with a line break as a rule",
        },
      ];
}

const faultOf = (held: string): string => `holds ${held}, which a login cannot carry`;

function control(text: string): string | undefined {
  if (/[\r\n]/.test(text)) return "a line break";
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text) ? "a control character" : undefined;
}

function checkInsecure({ address, insecure }: RegistryArgs): Problem[] {
  return insecure === true && (isDockerHub(address) || publicRegistry.test(address))
    ? [
        {
          argument: "insecure",
          value: insecure,
          rule: `${address} has TLS that everybody can check`,
          cure: "leave it out",
        },
      ]
    : [];
}

/** Registries of the large providers, none of which answers without TLS. */
const publicRegistry =
  /^(ghcr\.io|quay\.io|registry\.gitlab\.com|public\.ecr\.aws|([a-z]+\.)?gcr\.io)$|\.(amazonaws\.com|azurecr\.io|pkg\.dev)$/;

function absent(argument: string, cure: string): Problem {
  return { argument, fault: "is missing or empty", cure };
}

function checkAddress(address: string): Problem[] {
  const label = "[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?";
  const form = new RegExp(`^(${label}(\\.${label})*|\\[[0-9a-fA-F:]+\\])(:\\d{1,5})?$`);
  if (form.test(address)) return [];
  const bare = address.replace(/^\w+:\/\//, "").replace(/\/.*$/, "");
  return [
    {
      argument: "address",
      value: address,
      rule: "a registry is a host without scheme and path",
      cure: form.test(bare) ? `write "${bare}"` : 'write it like "ghcr.io" or "registry.example.com:5000"',
    },
  ];
}

/** Whether an address is one of Docker Hub's names. */
export function isDockerHub(address: string): boolean {
  return ["docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"].includes(address);
}
