/** What a preview changes of machines that a reviewer has to see: servers, and what firewalls let in. Pure. */
import { compare } from "../../provider/core/compare";
import { isObject } from "../../provider/core/is-object";
import { unknownValue } from "../../provider/data/place";
import { shown } from "./changes";
import { fates, list, textOf, type Fate, type Step, type Values } from "./digest";

/** A rule for one direction, protocol and port. */
export interface RuleChange {
  readonly firewall: string;
  /** Such as `in tcp 443`. */
  readonly rule: string;
  /** Whether the firewall itself is new. */
  readonly fresh: boolean;
  /** The networks of before and of now; undefined where there is no such rule. */
  readonly old?: string;
  readonly new?: string;
}

/** A server. */
export interface ServerChange {
  readonly server: string;
  readonly fate: Fate;
  /** Such as `cx23 in fsn1`. */
  readonly what: string;
  /** The properties that differ. */
  readonly differing: readonly string[];
}

/** The servers of a preview, by name: the engine takes them up as they come. */
export function serversOf(steps: readonly Step[]): ServerChange[] {
  return steps
    .filter(({ type }) => type === "hcloud:index/server:Server")
    .flatMap(({ operation, name, olds, news, differing }): ServerChange[] => {
      const fate = fates[operation];
      const { serverType, location } = news ?? olds ?? {};
      const what = [shown(serverType), shown(location)].filter(Boolean).join(" in ");
      return fate === undefined ? [] : [{ server: name, fate, what, differing }];
    })
    .sort((a, b) => compare(a.server, b.server));
}

/** Firewalls at Hetzner, and those on machines. */
const firewallTypes: readonly string[] = ["hcloud:index/firewall:Firewall", "sextant:index:HostFirewall"];

/** The rules that differ, by their firewalls. */
export function rulesOf(steps: readonly Step[]): RuleChange[] {
  return steps
    .filter(({ type }) => firewallTypes.includes(type))
    .toSorted((a, b) => compare(a.name, b.name))
    .flatMap(({ name, operation, olds, news }) => {
      const [old, now] = [rulesIn(olds), rulesIn(news)];
      return [...new Set([...old.keys(), ...now.keys()])]
        .sort(compare)
        .filter((rule) => old.get(rule) !== now.get(rule))
        .map((rule) => ({
          ...{ firewall: name, rule, fresh: operation === "create" },
          ...(old.has(rule) ? { old: old.get(rule) ?? "" } : {}),
          ...(now.has(rule) ? { new: now.get(rule) ?? "" } : {}),
        }));
    });
}

function rulesIn(inputs: Values | undefined): Map<string, string> {
  const rules = new Map<string, string>();
  if (inputs?.["rules"] === unknownValue) return rules.set("all rules", "known in the update");
  for (const rule of list(inputs?.["rules"]).filter(isObject)) {
    const key = [rule["direction"], rule["protocol"], rule["port"]].map(textOf).filter(Boolean).join(" ");
    const networks = [...list(rule["sourceIps"]), ...list(rule["destinationIps"])].map(
      (one) => shown(one) ?? "",
    );
    rules.set(key, [rules.get(key) ?? "", ...networks].filter(Boolean).join(", "));
  }
  return rules;
}
