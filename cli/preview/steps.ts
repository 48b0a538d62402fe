/** What a release does beside its containers: its command, and its routes. Pure. */
import { compare } from "../../provider/core/compare";
import { isObject } from "../../provider/core/is-object";
import { kamalPrefix } from "../../provider/kamal/names";
import { partWords } from "../../provider/release/canary-part";
import { steps as kinds } from "../../provider/release/steps";
import { changesBelow, shown, type Change } from "./changes";
import { hostOf, list, textOf, type Step, type Values } from "./digest";

/** A release command that runs. */
export interface ReleaseCommand {
  readonly app: string;
  readonly host: string;
  readonly command: string;
  /** The command of before, where that was another one. */
  readonly formerly?: string;
}

/** A route of a role on its hosts. */
export interface RouteChange {
  readonly app: string;
  readonly role: string;
  readonly host: string;
  readonly fate: "made" | "changed" | "removed";
  /** Its addresses, such as `https://shop.example.com/`. */
  readonly addresses: string;
  /** The route of Kamal's whose place it takes. */
  readonly takesOver?: string;
  readonly changes: readonly Change[];
}

/** The commands that run. */
export function commandsOf(steps: readonly Step[]): ReleaseCommand[] {
  return steps
    .filter((step) => step.type === "sextant:index:Release" && step.news !== undefined && isTaken(step))
    .map((step) => {
      const { name, olds, news = {} } = step;
      const [command, formerly] = [shown(news["command"]) ?? "", shown(olds?.["command"])];
      return {
        app: name.replace(/-release$/, ""),
        command,
        host: hostOf(step),
        ...(formerly === undefined || formerly === command ? {} : { formerly }),
      };
    });
}

/** Whether the verb runs: another way to the host, or what only counts for failures, takes no step. */
function isTaken({ operation, state, differing }: Step): boolean {
  if (operation !== "update" || state["undone"] === true || differing.length === 0) return true;
  const { lifecycleOnly = [], aside = [] } = kinds.Release;
  const quiet: readonly string[] = ["shell", ...lifecycleOnly, ...aside];
  return differing.some((path) => !quiet.includes(/^[\w$-]+/.exec(path)?.[0] ?? path));
}

/** The routes that are made, changed and removed, and which part of the visitors a canary has; a release alone changes none. */
export function routesOf(steps: readonly Step[]): RouteChange[] {
  const of = (type: string): Step[] => steps.filter((step) => step.type === `sextant:index:${type}`);
  return [
    ...of("Switch").flatMap((step) => routeOf(step) ?? []),
    ...of("Canary").flatMap((step) => partOf(step) ?? []),
  ].sort((a, b) => compare(`${a.app} ${a.role} ${a.host}`, `${b.app} ${b.role} ${b.host}`));
}

function routeOf(step: Step): RouteChange | undefined {
  const { olds, news } = step;
  const inputs = news ?? olds ?? {};
  const [old, now] = [routeIn(olds), routeIn(news)];
  const route = now ?? old;
  if (route === undefined) return undefined;
  const [, , app = "", role = ""] = textOf(inputs["role"]).split("/");
  const takesOver = kamalRoute(news);
  const of = {
    ...{ app, role, host: hostOf(step) },
    addresses: addressesOf(route),
    ...(takesOver === undefined || takesOver === kamalRoute(olds) ? {} : { takesOver }),
  };
  if (old === undefined) return { ...of, fate: "made", changes: [] };
  if (now === undefined) return { ...of, fate: "removed", changes: [] };
  const changes = changesBelow("route", old, now);
  if (of.takesOver !== undefined) changes.push(...changesBelow("route", {}, { takeOver: of.takesOver }));
  return changes.length === 0 ? undefined : { ...of, fate: "changed", changes };
}

/** A canary's part of the visitors. */
function partOf(step: Step): RouteChange | undefined {
  const { olds, news } = step;
  const part = (inputs: Values | undefined): Values | undefined =>
    inputs && { percent: inputs["percent"], visitors: inputs["visitors"] };
  const [old, now] = [part(olds), part(news)];
  const [, , app = "", role = ""] = textOf((news ?? olds ?? {})["role"]).split("/");
  const named = list((now ?? old)?.["visitors"]).length;
  const addresses = partWords(shown((now ?? old)?.["percent"]) ?? "0", named);
  const of = { app, role, host: hostOf(step), addresses: addresses.join(", ") };
  if (old === undefined) return { ...of, fate: "made", changes: [] };
  if (now === undefined) return { ...of, fate: "removed", changes: [] };
  const changes = changesBelow("canary", old, now);
  return changes.length === 0 ? undefined : { ...of, fate: "changed", changes };
}

/** The route of Kamal's that a switch takes the place of. */
function kamalRoute(inputs: Values | undefined): string | undefined {
  const takeOver = inputs?.["takeOver"];
  if (!isObject(takeOver)) return undefined;
  const [service, role, destination] = ["service", "role", "destination"].map((key) => textOf(takeOver[key]));
  return kamalPrefix({ service: service ?? "", role: role ?? "", destination: destination ?? "" });
}

const routeIn = (inputs: Values | undefined): Values | undefined =>
  isObject(inputs?.["route"]) ? inputs["route"] : undefined;

function addressesOf({ hosts, paths, tls }: Values): string {
  const scheme = tls === undefined ? "http" : "https";
  const names = Array.isArray(hosts) ? list(hosts).map(String) : ["*"];
  const prefixes = Array.isArray(paths) ? list(paths).map(String) : ["/"];
  return names.flatMap((name) => prefixes.map((path) => `${scheme}://${name}${path}`)).join(" ");
}
