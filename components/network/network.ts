import * as pulumi from "@pulumi/pulumi";
import * as hcloud from "@pulumi/hcloud";
import { Component, transformed } from "../core/component";
import { checkNetwork, subnetsOf, type NetworkArgs, type Zone } from "./args";
import { checkToken } from "../hetzner/token";
import { refuseShape } from "../core/shape";
import { networkShape } from "./shape";

/**
 * A private network between servers. Hetzner's firewalls do not filter it: what is published there is open to all
 * servers in it, so give each environment its own.
 *
 * @example
 * const net = new Network("net");
 * const web = new Server("web-1", { type: "cx23", firewalls: [edge], network: net });
 */
export class Network extends Component {
  readonly network: hcloud.Network;
  /** The subnets, in the order of the arguments. */
  readonly subnets: readonly hcloud.NetworkSubnet[];
  /** The whole range. */
  readonly ipRange: string;
  /** The zone of the subnets. */
  readonly zone: Zone;
  /** The ranges of the subnets. */
  readonly subnetRanges: readonly string[];

  constructor(name: string, args: NetworkArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, networkShape, args);
    super("Network", name, opts);
    this.refuse([
      ...checkNetwork(args),
      ...checkToken(this.getProvider("hcloud:index:Network"), args.transform?.network),
    ]);
    this.ipRange = args.ipRange ?? "10.0.0.0/16";
    this.subnetRanges = subnetsOf(args);
    this.zone = args.zone ?? "eu-central";
    const { protect = false } = args;
    this.network = new hcloud.Network(
      ...transformed<hcloud.NetworkArgs>(
        args.transform?.network,
        name,
        { ipRange: this.ipRange, labels: args.labels, deleteProtection: protect },
        { parent: this, protect },
      ),
    );
    this.subnets = this.subnetRanges.map((range) => this.makeSubnet(range, args));
    this.registerOutputs({ id: this.network.id });
  }

  private makeSubnet(range: string, args: NetworkArgs): hcloud.NetworkSubnet {
    return new hcloud.NetworkSubnet(
      ...transformed<hcloud.NetworkSubnetArgs>(
        args.transform?.subnet,
        `${this.componentName}-${range.replaceAll(/[./]/g, "-")}`,
        {
          networkId: this.network.id.apply(Number),
          type: "cloud",
          networkZone: this.zone,
          ipRange: range,
        },
        { parent: this },
      ),
    );
  }

  /**
   * Gives a server an address in this network. `Server` does it for its argument `network`.
   *
   * @param ip the address; without it, the next free one
   */
  attach(
    name: string,
    serverId: pulumi.Input<number>,
    ip: pulumi.Input<string> | undefined,
    opts: pulumi.CustomResourceOptions,
  ): hcloud.ServerNetwork {
    return new hcloud.ServerNetwork(
      name,
      { serverId, networkId: this.network.id.apply(Number), ip },
      { ...opts, dependsOn: [...this.subnets] },
    );
  }
}
