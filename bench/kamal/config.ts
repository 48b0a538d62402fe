/** Kamal's configuration of the app that both tools deploy: a pure function from settings to `deploy.yml`. */
import { stringify } from "yaml";
import { timing } from "../compare/timing";

export interface KamalSettings {
  /** Addresses of the servers. */
  hosts: string[];
  registry: { address: string; username: string };
  /** The private key's file. */
  keyFile: string;
  /** Host ports of its proxy; the other tool's proxy has the usual ones on the same servers. */
  ports: { http: number; https: number };
  /** The host name of the route. */
  host: string;
  env: Record<string, string>;
  /** Whether hosts are booted one after the other. */
  serial: boolean;
}

/** `config/deploy.yml`. The registry's password is a secret by the name KAMAL_REGISTRY_PASSWORD. */
export function kamalConfig(settings: KamalSettings): string {
  const { hosts, registry, keyFile, ports, host, env, serial } = settings;
  return stringify({
    // The image is labelled with this name, which Kamal looks for.
    service: "lite",
    image: "lite",
    servers: { web: { hosts } },
    registry: {
      server: registry.address,
      username: registry.username,
      password: ["KAMAL_REGISTRY_PASSWORD"],
    },
    builder: { arch: "amd64" },
    env: { clear: env },
    proxy: {
      host,
      app_port: 3000,
      run: {
        http_port: ports.http,
        https_port: ports.https,
        registry: registry.address,
        repository: "kamal-proxy",
        version: "v0.9.2",
      },
    },
    // With fewer it takes away images that the other tool's containers use, and fails on them.
    retain_containers: 50,
    ssh: { keys: [keyFile], keys_only: true, config: false },
    deploy_timeout: timing.ready,
    drain_timeout: timing.drain,
    ...(serial ? { boot: { limit: 1 } } : {}),
  });
}
