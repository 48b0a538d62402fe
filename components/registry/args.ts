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
  ];
}

function absent(argument: string, cure: string): Problem {
  return { argument, rule: "it is missing or empty", cure };
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
  return ["docker.io", "index.docker.io", "hub.docker.com"].includes(address);
}

/** The registry that an image is in: what stands before its first slash, where that is a host; else Docker Hub. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}
