/** Which host a step is on, where its way there says no name: that may be a secret, or known in the update alone. Pure. */
import { isObject } from "../../provider/core/is-object";

type Values = Readonly<Record<string, unknown>>;

/** The gates of hosts, and what is called as a host is. */
const gates = new Set(["sextant:index:Preflight", "sextant:index:HostReady"]);
const named = new Set(["sextant:index:DockerNetwork", "hcloud:index/server:Server"]);

/** The host that a URN is of by itself. */
function hostIn(urn: string): string | undefined {
  const [, , types = "", ...name] = urn.split("::");
  const type = types.slice(types.lastIndexOf("$") + 1);
  if (gates.has(type)) return name.join("::").replace(/-gate$/, "");
  // A network of the program's own is none of a host.
  return named.has(type) && /sextant:index:(Existing)?Server\$/.test(types) ? name.join("::") : undefined;
}

/**
 * Tells it: by the server that the step goes with, the gate that its way comes from, the network that it is in, the container that it is
 * about; else by what it waits for, where all of that is on one host.
 */
export function hostsBySteps(steps: readonly Values[]): (step: Values) => string | undefined {
  const states = new Map(steps.map((step) => [String(step["urn"]), stateOf(step)]));
  const known = new Map<string, string | undefined>();
  const of = (urn: string): string | undefined => {
    if (known.has(urn)) return known.get(urn);
    // Nothing waits for itself; a broken list must not go round for ever.
    known.set(urn, undefined);
    const found = hostIn(urn) ?? byState(states.get(urn) ?? {});
    known.set(urn, found);
    return found;
  };
  const byState = (state: Values): string | undefined => {
    const by = isObject(state["propertyDependencies"]) ? state["propertyDependencies"] : {};
    const lists = [
      [state["deletedWith"]],
      by["shell"],
      by["network"],
      by["container"],
      state["dependencies"],
    ];
    return lists
      .map((urns) => only(texts(urns).flatMap((urn) => of(urn) ?? [])))
      .find((host) => host !== undefined);
  };
  return (step) => of(String(step["urn"]));
}

const stateOf = ({ newState, oldState }: Values): Values =>
  isObject(newState) ? newState : isObject(oldState) ? oldState : {};

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string" && one !== "") : [];

/** The host, where all say the same one. */
const only = (hosts: readonly string[]): string | undefined =>
  new Set(hosts).size === 1 ? hosts[0] : undefined;
