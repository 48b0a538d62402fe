import * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import { Component } from "../core/component";
import { checkRegistry, isDockerHub, type RegistryArgs } from "./args";

/**
 * A registry that hosts pull from with credentials. They travel with each pull and are stored on no host.
 *
 * @example
 * const ghcr = new Registry("ghcr", { address: "ghcr.io", username: "deploy", password: config.requireSecret("ghcr") });
 * const web = new Server("web-1", { type: "cx22", firewalls: [edge], registries: [ghcr] });
 */
export class Registry extends Component {
  readonly address: string;
  readonly username: pulumi.Output<string>;
  /** A secret, whatever was given. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("registry:Registry", name, opts);
    this.refuse(checkRegistry(args));
    this.address = args.address;
    this.username = pulumi.output(args.username);
    this.password = pulumi.secret(args.password);
    this.registerOutputs({ address: this.address });
  }

  /** Whether images whose names start with this address are in this registry. */
  serves(address: string): boolean {
    return this.address === address || (isDockerHub(this.address) && isDockerHub(address));
  }

  /** The credentials as a Docker provider takes them. */
  get auth(): docker.types.input.ProviderRegistryAuth {
    return { address: authAddress(this.address), username: this.username, password: this.password };
  }
}

/** The name under which the Docker provider looks up credentials; Docker Hub's differs from the one in image names. */
export function authAddress(address: string): string {
  return isDockerHub(address) ? "registry-1.docker.io" : address;
}
