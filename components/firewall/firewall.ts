import * as pulumi from "@pulumi/pulumi";
import * as hcloud from "@pulumi/hcloud";
import { afterProgram } from "../core/after-program";
import { Component, transformed } from "../core/component";
import { checkToken } from "../hetzner/token";
import { refuseShape } from "../core/shape";
import { checkFirewall, type FirewallArgs } from "./args";
import { leftOver } from "./audit";
import { known } from "./known";
import { render } from "./render";
import type { Rule } from "./rule";
import { firewallShape } from "./shape";

/**
 * A firewall in front of servers, at Hetzner and not on the machine: a port that Docker publishes past the machine's own
 * rules is shut all the same. Nothing comes in that is not in `allow`, in IPv4 and in IPv6. A machine of another cloud has
 * `firewall` of its `ExistingServer`, with the same rules.
 *
 * Editing it changes the rules in place; servers are not touched.
 *
 * @example const edge = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24"), http, https] });
 */
export class Firewall extends Component {
  readonly firewall: hcloud.Firewall;
  /** What is let in. */
  readonly allow: readonly Rule[];

  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, firewallShape, args);
    super("Firewall", name, opts);
    this.refuse([
      ...checkFirewall(args),
      ...checkToken(this.getProvider("hcloud:index:Firewall"), args.transform?.firewall),
    ]);
    this.allow = args.allow;
    this.firewall = new hcloud.Firewall(
      ...transformed<hcloud.FirewallArgs>(
        args.transform?.firewall,
        name,
        {
          rules: pulumi
            .all([known(args.allow), known(args.outbound ?? [])])
            .apply(([inbound, outbound]) => render(inbound, outbound)),
          labels: args.labels,
        },
        { parent: this },
      ),
    );
    afterProgram(() => {
      this.warn(leftOver(this));
    });
    this.registerOutputs({ id: this.firewall.id });
  }

  /** Hetzner's id, as servers take it. */
  get id(): pulumi.Output<number> {
    return this.firewall.id.apply(Number);
  }
}
