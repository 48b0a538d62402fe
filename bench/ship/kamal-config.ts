/** Kamal's configuration of the shop that it builds itself. Pure. */
import { stringify } from "yaml";
import { type SiteHost, environment, kamalPorts, routeHost, timing } from "./site";

export interface KamalSite {
  hosts: readonly SiteHost[];
  registry: { address: string; username: string };
  /** The private key's file. */
  keyFile: string;
}

/** Its own name for the app, by which it labels what it builds: it cleans up what has that label, and the other tool's images have not. */
export const service = "store";

/** `config/deploy.yml`: one role on all hosts, which boot at once, as is its default. */
export function deployYml({ hosts, registry, keyFile }: KamalSite): string {
  return stringify({
    service,
    image: service,
    servers: { web: { hosts: hosts.map(({ address }) => address) } },
    registry: {
      server: registry.address,
      username: registry.username,
      password: ["KAMAL_REGISTRY_PASSWORD"],
    },
    builder: { arch: "amd64", driver: "docker", args: { HUB: registry.address } },
    env: { clear: environment(hosts[0]?.privateAddress ?? ""), secret: ["POSTGRES_PASSWORD"] },
    proxy: {
      host: routeHost,
      app_port: 3000,
      run: {
        http_port: kamalPorts.http,
        https_port: kamalPorts.https,
        registry: registry.address,
        repository: "kamal-proxy",
        version: "v0.9.2",
      },
    },
    ssh: { keys: [keyFile], keys_only: true, config: false },
    deploy_timeout: timing.ready,
    drain_timeout: timing.drain,
  });
}
