/** A preview in one line. Pure. */
import { imageName } from "../reference";
import type { ContainerChange } from "./containers";
import { and, count } from "./markdown";
import type { Findings } from "./findings";

/** Such as "3 hosts get shop:v2, the release command runs, nothing is deleted". It is no Markdown yet. */
export function headline(found: Findings): string {
  if (found.failed) {
    // A program that broke off is another thing than an edit that does not go.
    if (found.refused.length === 0) return "The preview failed";
    const refused = found.refused.every(({ message }) => /^\w+ "[^"]*": /.test(message));
    return `The preview ${refused ? "is refused" : "failed"}: ${count(found.refused.length, "problem")}`;
  }
  if (found.own.length + found.others.length === 0) return "Nothing changes";
  const parts = [
    ...lostData(found),
    ...servers(found),
    ...releases(found.containers),
    ...(found.commands.length === 0 ? [] : ["the release command runs"]),
    ...(found.rules.some(({ fresh }) => !fresh) ? ["firewall rules change"] : []),
    ...routes(found),
  ];
  const all = [...parts, deleted(found)];
  // Nothing that a reviewer has to know of one by one, such as another key for SSH.
  if (all.join() === quietly)
    all.unshift(`${count(resources(found), "resource is", "resources are")} changed`);
  const [first = "", ...rest] = all;
  return [`${first.slice(0, 1).toUpperCase()}${first.slice(1)}`, ...rest].join(", ");
}

/** What is said where nothing goes. */
const quietly = "nothing is deleted";

const resources = ({ own, others }: Findings): number =>
  [...own, ...others].reduce((sum, { names }) => sum + names.length, 0);

function lostData({ volumes }: Findings): string[] {
  const lost = volumes.filter(({ fate }) => fate === "discarded" || fate === "lost");
  return lost.length === 0
    ? []
    : [`data is lost: ${and(lost.map(({ volume, host }) => `${volume} on ${host}`))}`];
}

function servers({ servers: all }: Findings): string[] {
  return (["made", "replaced", "removed"] as const).flatMap((fate) => {
    const names = all.filter((each) => each.fate === fate);
    return names.length === 0
      ? []
      : [`${count(names.length, "server")} ${names.length === 1 ? "is" : "are"} ${fate}`];
  });
}

/** How many hosts get what, by images; what keeps its image is restarted. */
function releases(containers: readonly ContainerChange[]): string[] {
  const hosts = new Map<string, Set<string>>();
  const note = (key: string, host: string): void => {
    hosts.set(key, (hosts.get(key) ?? new Set()).add(host));
  };
  for (const { fate, old, new: now, component, host } of containers) {
    if (fate === "removed") continue;
    if (fate === "changed") note(`gets other limits:${component}`, host);
    else if (now === undefined) note(`gets a new release:${component}`, host);
    else if (old?.reference === now.reference) note(`restarts:${component}`, host);
    else note(`gets:${imageName(now.reference)}`, host);
  }
  return [...hosts].map(([key, { size }]) => {
    const [verb = "", ...what] = key.split(":");
    const one = size === 1;
    const name = what.join(":");
    if (verb === "restarts") return `${count(size, "host")} ${one ? "restarts" : "restart"} ${name}`;
    if (verb === "gets") return `${count(size, "host")} ${one ? "gets" : "get"} ${name}`;
    return `${name} ${verb} on ${count(size, "host")}`;
  });
}

/** Routes that change beside the containers behind them. */
function routes({ routes: all, containers }: Findings): string[] {
  const begun = new Set(
    containers
      .filter(({ fate }) => fate === "made")
      .map(({ component, role = "", host }) => `${component} ${role} ${host}`),
  );
  const changing = all.filter(
    ({ fate, app, role, host }) => fate !== "removed" && !begun.has(`${app} ${role} ${host}`),
  );
  return changing.length === 0 ? [] : ["routes change"];
}

/** What goes for good; what a release replaces does not count. */
function deleted({ others, volumes, containers, servers: machines, rules, routes: all }: Findings): string {
  const removed = (items: readonly { fate: string }[]): number =>
    items.filter(({ fate }) => fate === "removed").length;
  const foreign = others
    .filter(({ operation }) => operation === "delete")
    .reduce((sum, { names }) => sum + names.length, 0);
  const parts = [
    ...some(removed(containers), "container"),
    ...some(removed(all), "route"),
    ...some(foreign, "resource that is not Sextant's", "resources that are not Sextant's"),
  ];
  if (parts.length > 0)
    return `${and(parts)} ${and(parts).startsWith("1 ") && parts.length === 1 ? "is" : "are"} deleted`;
  const quiet =
    machines.every(({ fate }) => fate !== "removed" && fate !== "replaced") &&
    volumes.every(({ fate }) => fate !== "discarded" && fate !== "lost") &&
    rules.every((rule) => rule.new !== undefined);
  return quiet ? quietly : "nothing else is deleted";
}

const some = (number: number, ...words: [one: string, many?: string]): string[] =>
  number === 0 ? [] : [count(number, ...words)];
