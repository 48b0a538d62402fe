/** A firewall on a machine itself, as a resource. */
import type * as pulumi from "@pulumi/pulumi";
import type { HostFirewallInputs } from "../../provider/host/firewall/host-firewall";
import type { HostRule } from "../../provider/host/firewall/rules";
import { transformed, type Transform } from "../core/component";
import { appLabel } from "../core/names";
import { PluginResource, type InputsOf } from "../core/resource";
import { known } from "./known";
import { render } from "./render";
import type { Rule } from "./rule";

/** The arguments of the resource, for transforms. */
export type HostFirewallArgs = InputsOf<HostFirewallInputs>;

/** What a program says of a machine's own firewall. */
export interface HostFirewallSettings {
  allow: readonly Rule[];
  privateAddress: pulumi.Input<string> | undefined;
  /** Whether packages may be installed. */
  install: boolean;
}

/** What may come into a machine, as rules on the machine. A preview shows them as those of a firewall at Hetzner. */
export class HostFirewall extends PluginResource {
  constructor(
    name: string,
    shell: HostFirewallArgs["shell"],
    { allow, privateAddress, install }: HostFirewallSettings,
    opts: pulumi.CustomResourceOptions,
    transform?: Transform<HostFirewallArgs>,
  ) {
    const [, args, changed] = transformed<HostFirewallArgs>(
      transform,
      name,
      {
        shell,
        rules: known(allow).apply((rules) => render(rules).map(ofMachine)),
        privateAddress,
        owner: appLabel(name),
        install,
      },
      opts,
    );
    super("HostFirewall", name, args, changed);
  }
}

const ofMachine = ({
  protocol,
  port,
  sourceIps,
  description,
}: ReturnType<typeof render>[number]): HostRule => ({
  ...{ direction: "in", protocol, sourceIps },
  ...(port === undefined ? {} : { port }),
  ...(description === undefined ? {} : { description }),
});
