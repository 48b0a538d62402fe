/** Which firewalls apply to a server, and the one list of rules that they make together. */
import type { FirewallRule } from "../machine/machines";
import { selects } from "./labels";
import type { FirewallRecord, FirewallRuleRecord, ServerRecord } from "./records";

/** Whether the firewall applies to the server, by name or by label. */
export function appliesTo(firewall: FirewallRecord, server: ServerRecord): boolean {
  return firewall.applied_to.some((target) =>
    target.type === "server"
      ? target.server.id === server.id
      : selects(target.label_selector.selector, server.labels),
  );
}

/** The rules that hold for a server, null when no firewall applies to it. */
export function rulesFor(firewalls: FirewallRecord[], server: ServerRecord): FirewallRule[] | null {
  const applied = firewalls.filter((firewall) => appliesTo(firewall, server));
  return applied.length === 0 ? null : applied.flatMap((firewall) => firewall.rules.map(toMachineRule));
}

function toMachineRule(rule: FirewallRuleRecord): FirewallRule {
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    ...(rule.port === null ? {} : { port: rule.port }),
    sourceIps: rule.source_ips,
    destinationIps: rule.destination_ips,
  };
}
