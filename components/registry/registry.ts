import * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import { isPlain } from "../core/checks";
import { Component } from "../core/component";
import { checkPassword, checkRegistry, checkUsername, isDockerHub, type RegistryArgs } from "./args";
import { registryAuth } from "./auth";
import { warnText } from "../core/plain-secret";
import { refuseShape } from "../core/shape";
import { registryShape } from "./shape";

/**
 * A registry that hosts pull from with credentials. They travel with each pull and are stored on no host.
 *
 * @example
 * const ghcr = new Registry("ghcr", { address: "ghcr.io", username: "deploy", password: config.requireSecret("ghcr") });
 * const web = new Server("web-1", { type: "cx23", firewalls: [edge], registries: [ghcr] });
 */
export class Registry extends Component {
  readonly address: string;
  readonly username: pulumi.Output<string>;
  /** A secret, whatever was given. */
  readonly password: pulumi.Output<string>;
  /** Whether the login may go there without a checked TLS connection. */
  readonly insecure: boolean;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, registryShape, args);
    super("Registry", name, opts);
    this.refuse(checkRegistry(args));
    if (pulumi.runtime.isDryRun()) this.warn(warnText("password", args.password, "registryPassword"));
    this.address = args.address;
    this.username = pulumi.output(args.username);
    this.password = pulumi.secret(args.password);
    this.insecure = args.insecure ?? false;
    if (pulumi.runtime.isDryRun()) this.checkLate(args);
    this.registerOutputs({ address: this.address });
  }

  /** What the program has in clear is checked at once; the rest when it is known. None of it is shown, since it may be a secret. */
  private checkLate(args: RegistryArgs): void {
    pulumi.all([this.username, this.password]).apply(([username, password]) => {
      const found = [
        ...(isPlain(args.username) ? [] : checkUsername(username, false)),
        ...(isPlain(args.password) ? [] : checkPassword(password)),
      ];
      this.refuseLate(found);
    });
  }

  /** Whether images whose names start with this address are in this registry. */
  serves(address: string): boolean {
    return this.address === address || (isDockerHub(this.address) && isDockerHub(address));
  }

  /**
   * What the verb `pull` reads from standard input for images of this registry: the login as Docker's API takes it, and a word behind
   * it where it may go there without TLS. A secret.
   */
  get pullLine(): pulumi.Output<string> {
    return pulumi.secret(
      pulumi
        .all([this.username, this.password])
        .apply(
          ([username, password]) =>
            `${registryAuth({ username, password }, this.address)}${this.insecure ? " insecure" : ""}`,
        ),
    );
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
