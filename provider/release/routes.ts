/**
 * What the watch of an app's routes does. In a release it does nothing: the switches have done the work. A refresh asks the
 * proxies, and the update after it puts back a route that is missing or serves something else.
 */
import type { ResourceProvider } from "../resource-provider";
import { kept } from "../on-one-host";
import type { Shell } from "../ssh/address";
import { onHost } from "../ssh/run";
import { verdict } from "../diagnosis/verdict";
import { eachText, kit, whereverKit } from "../host/scripts";
import { effect } from "./step";

/** A host whose proxy serves routes. */
export interface RoutedHost {
  shell: Shell;
  /** The line that lists what the proxy serves. */
  list: string;
}

/** A route as it should be. */
export interface ServedRoute {
  /** The host's name. */
  host: string;
  service: string;
  /** `container:port` */
  target: string;
  /** The line that switches it there. */
  line: string;
}

export interface RoutesInputs {
  hosts: RoutedHost[];
  routes: ServedRoute[];
}

/** The inputs as they were last set, and what is served: the target by `<host>/<service>`. */
export interface RoutesState extends RoutesInputs {
  serving: Record<string, string>;
}

/** What is served when every route is as it should be. */
export function wanted(routes: readonly ServedRoute[]): Record<string, string> {
  return Object.fromEntries(routes.map(({ host, service, target }) => [`${host}/${service}`, target]));
}

/** The routes that a refresh found to serve something else than they were set to. */
export function drifted(state: RoutesState): string[] {
  return Object.entries(wanted(state.routes))
    .filter(([key, target]) => state.serving[key] !== target)
    .map(([key]) => key);
}

export const routesProvider: ResourceProvider<RoutesInputs, RoutesState> = {
  create: (inputs) => Promise.resolve({ id: "routes", outs: { ...inputs, serving: wanted(inputs.routes) } }),

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: drifted(olds).length > 0 || JSON.stringify(plain(olds)) !== JSON.stringify(plain(news)),
    }),

  async update(_id, olds, news) {
    const missing = drifted(olds);
    for (const { host, service, line } of news.routes) {
      const shell = news.hosts.map((each) => each.shell).find(({ name }) => name === host);
      if (shell === undefined || !missing.includes(`${host}/${service}`)) continue;
      const ran = await onHost(shell, whereverKit(line), {
        timeout: 600,
        what: `putting back the route ${service}`,
      });
      if (ran.code !== 0) throw new Error(verdict(ran.stdout, ran.stderr, host));
    }
    return { outs: { ...news, serving: wanted(news.routes) } };
  },

  async read(id, state) {
    if (state === undefined) throw new Error("the routes of an app cannot be imported");
    const lists = await Promise.all(
      state.hosts.map((host) => {
        const asItWas = Object.entries(state.serving).filter(([key]) =>
          key.startsWith(`${host.shell.name}/`),
        );
        return kept(host.shell, asItWas, () => served(host));
      }),
    );
    const found = new Map(lists.flat());
    const ours = Object.keys(wanted(state.routes));
    const serving = Object.fromEntries(
      ours.flatMap((key) => (found.has(key) ? [[key, found.get(key) ?? ""]] : [])),
    );
    return { id, props: { ...state, serving } };
  },
};

/** As they are compared: by older verbs or newer ones, the routes are the same. */
function plain({ hosts, routes }: RoutesInputs): unknown {
  return eachText({ hosts, routes }, effect);
}

/** What a host's proxy serves: `<host>/<service>` and target. */
async function served({ shell, list }: RoutedHost): Promise<[string, string][]> {
  // Where the verbs are gone as well, they come back with the same refresh, and every route is switched again.
  const line = whereverKit(list);
  const ran = await onHost(
    shell,
    `[ ! -x ${kit().directory}/routes ] && [ ! -x ${list.split(" ")[0] ?? ""} ] || { ${line}; }`,
    {
      timeout: 60,
      what: "the list of what the proxy serves",
    },
  );
  if (ran.code !== 0) throw new Error(`${shell.name}: ${ran.stderr.trim()}`);
  return ran.stdout
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [service = "", target = ""] = line.split(" ");
      return [`${shell.name}/${service}`, target];
    });
}
