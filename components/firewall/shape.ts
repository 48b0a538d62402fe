/** The shape of a firewall's arguments. */
import { type Shape, changes, list, made, named, needed, object, text } from "../core/shape";
import type { FirewallArgs } from "./args";
import type { Rule } from "./rule";

/** `ssh` alone names nobody, which another check says. */
const unfinished = (value: object): boolean => "from" in value && "title" in value;

const rule: Shape<Rule> = made<Rule>(
  "a rule",
  (value) => ("protocol" in value && "peers" in value) || unfinished(value),
  'write it like http, https, ssh.from("203.0.113.0/24") or tcp(5432).from("10.0.0.0/16")',
);
export const rules = list(rule, '[ssh.from("203.0.113.0/24"), http, https]');

export const firewallShape: Shape<FirewallArgs> = object<FirewallArgs>(
  {
    allow: needed(rules, "write [] to let nothing in"),
    outbound: rules,
    labels: named(text, '{ team: "shop" }'),
    transform: changes<NonNullable<FirewallArgs["transform"]>>({ firewall: true }),
  },
  '{ allow: [ssh.from("203.0.113.0/24"), http, https] }',
  { rules: "write allow", inbound: "write allow", ingress: "write allow", egress: "write outbound" },
);
