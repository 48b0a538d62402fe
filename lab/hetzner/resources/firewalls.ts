/** Firewalls: their rules, and what they are applied to. */
import { isCidr } from "../addresses";
import type { Cloud } from "../cloud";
import { collection, command, rename } from "../collection";
import { failure, invalidField } from "../errors";
import { appliesTo } from "../firewall-rules";
import { idOf, noContent, ok, type Body, type Router } from "../http";
import { Input } from "../input";
import { parseSelector, selects } from "../labels";
import type {
  ActionRecord,
  FirewallRecord,
  FirewallRuleRecord,
  FirewallTarget,
  ServerRecord,
} from "../records";

const mostRules = 500;

function view(cloud: Cloud, firewall: FirewallRecord): object {
  const applied = firewall.applied_to.map((target) => {
    if (target.type === "server") return target;
    const servers = cloud.store
      .all("servers")
      .filter((server) => selects(target.label_selector.selector, server.labels))
      .map((server) => ({ type: "server", server: { id: server.id } }));
    return { ...target, applied_to_resources: servers };
  });
  return { ...firewall, applied_to: applied };
}

function readRule(body: Body, index: number, problems: Input): FirewallRuleRecord {
  const input = new Input(body);
  const direction = input.needOneOf("direction", ["in", "out"]);
  const protocol = input.needOneOf("protocol", ["tcp", "udp", "icmp", "esp", "gre"]);
  const port = input.text("port") ?? null;
  const sources = input.texts("source_ips") ?? [];
  const destinations = input.texts("destination_ips") ?? [];
  const withPort = protocol === "tcp" || protocol === "udp";
  if (withPort && port === null) input.wrong("port", `${protocol} rules need a port`);
  if (!withPort && port !== null) input.wrong("port", `${protocol} rules have no port`);
  if (port !== null && !isPortRange(port))
    input.wrong("port", `'${port}' is no port, range of ports or 'any'`);
  const [needed, list] =
    direction === "in" ? (["source_ips", sources] as const) : (["destination_ips", destinations] as const);
  if (list.length === 0) input.wrong(needed, `rules with direction ${direction} need ${needed}`);
  for (const cidr of [...sources, ...destinations]) {
    if (!isCidr(cidr))
      input.wrong(sources.includes(cidr) ? "source_ips" : "destination_ips", `'${cidr}' is no CIDR`);
  }
  for (const problem of input.problems) {
    problems.problems.push({ ...problem, name: `rules.${String(index)}.${problem.name}` });
  }
  const description = input.text("description") ?? null;
  return { direction, protocol, port, source_ips: sources, destination_ips: destinations, description };
}

function isPortRange(text: string): boolean {
  if (text === "any") return true;
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!match) return false;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return first >= 1 && first <= last && last <= 65535;
}

function readRules(input: Input, required: boolean): FirewallRuleRecord[] {
  if (required && !input.has("rules")) input.wrong("rules", "Missing data for required field.");
  const bodies = input.objects("rules") ?? [];
  if (bodies.length > mostRules) input.wrong("rules", `Longer than maximum length ${String(mostRules)}.`);
  return bodies.map((body, index) => readRule(body, index, input));
}

function readTargets(cloud: Cloud, input: Input, field: string): FirewallTarget[] {
  return (input.objects(field) ?? []).flatMap((body): FirewallTarget[] => {
    const target = new Input(body);
    const type = target.needOneOf("type", ["server", "label_selector"]);
    if (type === "server") {
      const id = new Input(target.object("server") ?? {}).integer("id");
      if (id === undefined) input.wrong(field, "a target of type server needs server.id");
      else if (!cloud.store.find("servers", id)) {
        throw failure("firewall_resource_not_found", `server with ID '${String(id)}' not found`);
      } else return [{ type, server: { id } }];
      return [];
    }
    const selector = new Input(target.object("label_selector") ?? {}).text("selector");
    if (selector === undefined || !parseSelector(selector)) {
      input.wrong(field, "a target of type label_selector needs a correct label_selector.selector");
      return [];
    }
    return [{ type, label_selector: { selector } }];
  });
}

/** Whether both name the same server or the same selector. */
function sameTarget(a: FirewallTarget, b: FirewallTarget): boolean {
  if (a.type === "server") return b.type === "server" && a.server.id === b.server.id;
  return b.type === "label_selector" && a.label_selector.selector === b.label_selector.selector;
}

export function firewallRoutes(router: Router, cloud: Cloud): void {
  const { store, actions, sync } = cloud;
  collection(router, cloud, "firewalls", { view: (firewall) => view(cloud, firewall) });

  /** One action for each server that is touched. */
  const enforce = (verb: string, firewall: FirewallRecord, servers: ServerRecord[]): ActionRecord[] =>
    servers.map((server) =>
      actions.start({
        command: verb,
        resources: [
          { type: "firewall", id: firewall.id },
          { type: "server", id: server.id },
        ],
        work: () => sync.onServer(server, () => sync.applyFirewall(server)),
      }),
    );
  const members = (firewall: FirewallRecord): ServerRecord[] =>
    store.all("servers").filter((server) => appliesTo(firewall, server));
  const apply = (firewall: FirewallRecord, targets: FirewallTarget[]): ActionRecord[] => {
    for (const target of targets) {
      if (firewall.applied_to.some((each) => sameTarget(each, target))) {
        throw failure("firewall_already_applied", "firewall was already applied on resource");
      }
      const server = target.type === "server" ? store.get("servers", target.server.id) : undefined;
      if (server && server.primary_ipv4 === null && server.primary_ipv6 === null) {
        throw failure("private_net_only_server", `server '${server.name}' has no public interface`);
      }
    }
    const before = members(firewall);
    firewall.applied_to.push(...targets);
    return enforce(
      "apply_firewall",
      firewall,
      members(firewall).filter((server) => !before.includes(server)),
    );
  };

  router.on("POST", "/firewalls", (call) => {
    const input = new Input(call.body);
    const name = input.needText("name");
    const rules = readRules(input, false);
    const labels = input.labels() ?? {};
    const targets = readTargets(cloud, input, "apply_to");
    input.done();
    store.needFreeName("firewalls", name);
    const firewall: FirewallRecord = {
      id: store.newId(),
      name,
      labels,
      created: new Date().toISOString(),
      rules,
      applied_to: [],
    };
    store.add("firewalls", firewall);
    const set = actions.start({
      command: "set_firewall_rules",
      resources: [{ type: "firewall", id: firewall.id }],
    });
    const applied = apply(firewall, targets);
    return ok({ firewall: view(cloud, firewall), actions: [set, ...applied] }, 201);
  });
  router.on("PUT", "/firewalls/:id", (call) => {
    const firewall = store.get("firewalls", idOf(call));
    rename(cloud, "firewalls", firewall, new Input(call.body));
    return ok({ firewall: view(cloud, firewall) });
  });
  router.on("DELETE", "/firewalls/:id", (call) => {
    const firewall = store.get("firewalls", idOf(call));
    if (firewall.applied_to.length > 0) {
      throw failure("resource_in_use", `firewall with ID '${String(firewall.id)}' is still in use`);
    }
    store.remove("firewalls", firewall.id);
    return noContent;
  });
  command(router, cloud, "firewalls", "set_rules", (firewall, input) => {
    const rules = readRules(input, true);
    input.done();
    firewall.rules = rules;
    const set = actions.start({
      command: "set_firewall_rules",
      resources: [{ type: "firewall", id: firewall.id }],
    });
    return { actions: [set, ...enforce("apply_firewall", firewall, members(firewall))] };
  });
  command(router, cloud, "firewalls", "apply_to_resources", (firewall, input) => {
    const targets = readTargets(cloud, input, "apply_to");
    input.done();
    return { actions: apply(firewall, targets) };
  });
  command(router, cloud, "firewalls", "remove_from_resources", (firewall, input) => {
    const targets = readTargets(cloud, input, "remove_from");
    input.done();
    for (const target of targets) {
      if (firewall.applied_to.some((each) => sameTarget(each, target))) continue;
      const server = target.type === "server" ? store.get("servers", target.server.id) : undefined;
      if (server && appliesTo(firewall, server)) {
        throw failure(
          "firewall_managed_by_label_selector",
          "firewall is applied by a label selector, remove that",
        );
      }
      if (!server) throw invalidField("remove_from", "firewall is not applied to this label selector");
    }
    const before = members(firewall);
    firewall.applied_to = firewall.applied_to.filter(
      (each) => !targets.some((target) => sameTarget(each, target)),
    );
    const after = members(firewall);
    return {
      actions: enforce(
        "remove_firewall",
        firewall,
        before.filter((server) => !after.includes(server)),
      ),
    };
  });
}
