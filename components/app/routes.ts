/**
 * The routes of an app as a resource that a refresh can read. Remote commands have no read, so that a route that was
 * removed by hand would stay unnoticed; this one asks the proxies on refresh, and the next update puts a missing route
 * back. In a release it does nothing: the switches have done the work.
 */
import * as pulumi from "@pulumi/pulumi";

/** A host whose proxy serves routes, and how it is reached. */
export interface RoutedHost {
  name: string;
  /** `user@address` */
  destination: string;
  port: number;
  /** Options of the `ssh` program. */
  options: string[];
  /** The command that lists what the proxy serves. */
  list: string;
}

/** A route as it should be. */
export interface ServedRoute {
  host: string;
  service: string;
  /** `container:port` */
  target: string;
  /** The command that switches it there. */
  line: string;
}

export interface RoutesInputs {
  hosts: RoutedHost[];
  routes: ServedRoute[];
}

/** The inputs as they were last set, and what is served: the target by `<host>/<service>`. */
interface RoutesState extends RoutesInputs {
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

/**
 * Runs one line on a host with the ssh program, as the Docker provider does. It runs in Pulumi's plugin for such
 * resources, where an import of this file means nothing.
 */
function onHost(host: RoutedHost, line: string): Promise<string> {
  const { execFile } = process.getBuiltinModule("node:child_process");
  const { homedir } = process.getBuiltinModule("node:os");
  const options = host.options.map((option) => option.replace(/^~\//, `${homedir()}/`));
  const args = [...options, "-p", String(host.port), host.destination, line];
  return new Promise((resolve, reject) => {
    execFile("ssh", args, { timeout: 600_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${host.name}: ${stderr.trim() || error.message}`));
    });
  });
}

const provider: pulumi.dynamic.ResourceProvider<RoutesInputs, RoutesState> = {
  create: (inputs) => Promise.resolve({ id: "routes", outs: { ...inputs, serving: wanted(inputs.routes) } }),

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes:
        drifted(olds).length > 0 ||
        JSON.stringify([olds.hosts, olds.routes]) !== JSON.stringify([news.hosts, news.routes]),
    }),

  async update(_id, olds, news) {
    const missing = drifted(olds);
    for (const route of news.routes) {
      const host = news.hosts.find(({ name }) => name === route.host);
      if (host && missing.includes(`${route.host}/${route.service}`)) await onHost(host, route.line);
    }
    return { outs: { ...news, serving: wanted(news.routes) } };
  },

  async read(id, state) {
    if (state === undefined) throw new Error("the routes of an app cannot be imported");
    const lists = await Promise.all(
      state.hosts.map(async (host) => {
        const lines = (await onHost(host, host.list)).trim().split("\n").filter(Boolean);
        return lines.map((line): [string, string] => {
          const [service = "", target = ""] = line.split(" ");
          return [`${host.name}/${service}`, target];
        });
      }),
    );
    const served = new Map(lists.flat());
    const ours = Object.keys(wanted(state.routes));
    const serving = Object.fromEntries(
      ours.flatMap((key) => (served.has(key) ? [[key, served.get(key) ?? ""]] : [])),
    );
    return { id, props: { ...state, serving } };
  },
};

/** The routes of an app on all its hosts. */
export class Routes extends pulumi.dynamic.Resource {
  constructor(
    name: string,
    inputs: { hosts: pulumi.Input<RoutedHost>[]; routes: pulumi.Input<ServedRoute>[] },
    opts: pulumi.CustomResourceOptions,
  ) {
    super(provider, name, { hosts: inputs.hosts, routes: inputs.routes }, opts, "sextant", "Routes");
  }
}
