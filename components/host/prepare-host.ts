/** What `Server` and `ExistingServer` have in common: from a machine that can be reached to a host for containers. */
import * as pulumi from "@pulumi/pulumi";
import type * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import { transformed, type Component, type Transform } from "../core/component";
import { listHost } from "../data/volume-list";
import { DockerNetwork, type DockerNetworkArgs } from "../docker/network";
import { HostFirewall, type HostFirewallArgs, type HostFirewallSettings } from "../firewall/host-firewall";
import { providerOptionsHere } from "./provider-options";
import type { Registry } from "../registry/registry";
import { mtu } from "../../provider/host/daemon-settings";
import { sharedNetwork } from "./docker-settings";
import type { Host } from "./host";
import { HostReady, type HostReadyArgs } from "./host-ready";
import type { HostReadyInputs } from "../../provider/host/host-ready";
import { Gone, missing } from "./gone";
import { hostScripts } from "../../provider/host/scripts";
import { runServerHook, type ServerHooks } from "./server-hooks";
import { connectionOf, dockerHost, shellOf, type Ssh } from "./ssh";
import { heldToSeen } from "./way";

/** Transforms of the children that both kinds of host have. */
export interface HostTransform {
  ready?: Transform<HostReadyArgs>;
  provider?: Transform<docker.ProviderArgs>;
  dockerNetwork?: Transform<DockerNetworkArgs>;
  /** The hook, by `@pulumi/command`. */
  hook?: Transform<command.local.CommandArgs>;
}

/** How a machine is reached, and what has to hold before it takes containers. */
export interface HostSettings {
  access: Ssh;
  address: pulumi.Output<string>;
  /** The host key's public half, `ssh-ed25519 AAAA…`; without it, the key that the check sees first is trusted and kept. */
  hostKey: pulumi.Input<string> | undefined;
  registries: readonly Registry[];
  lifecycle: Host["lifecycle"];
  /** The verb that has to succeed first, with its words, and whether `pulumi up` shows what it prints. */
  check: { verb: HostReadyInputs["verb"]; words: pulumi.Input<string>[]; show: boolean };
  /** What the check waits for. */
  dependsOn: pulumi.Resource[];
  /** What is another when the machine is a new one. */
  machine?: pulumi.Output<string>;
  /** What the user runs once Docker is there. */
  hooks?: ServerHooks | undefined;
  /** Whether the machine is gone. */
  gone: boolean;
  /** What may come into the machine, where that is said on the machine itself. */
  firewall?: HostFirewallSettings;
  transform: HostTransform & { firewall?: Transform<HostFirewallArgs> };
}

/** The members of a host that come from preparing it, and the children that make them. */
export type PreparedHost = Pick<Host, "connection" | "ssh" | "network" | "registries" | "lifecycle"> & {
  /** Makes the Docker provider, the first time. */
  readonly docker: () => docker.Provider;
  /** Succeeds when the machine can take containers and has the verbs. */
  readonly ready: HostReady;
  /** Comes before all containers, so that none is published that the rules do not let in. */
  readonly firewall: HostFirewall | undefined;
  /** What the user runs once Docker is there; what is put on the host waits for it. */
  readonly hook: command.local.Command | undefined;
};

/** Makes the check of the host, which puts the verbs there, and the shared network, as children of the host. */
export function prepareHost(parent: Component, settings: HostSettings): PreparedHost {
  const name = parent.componentName;
  const { access, address, hostKey, machine, lifecycle, transform } = settings;
  const connection = connectionOf(access, address, hostKey);
  const first = shellOf(parent, access, address, hostKey, machine);
  listHost({ host: name, shell: first, ...(machine === undefined ? {} : { machine }) });
  if (settings.gone) return giveUp(parent, settings, connection, first);
  const { verb, ...check } = settings.check;
  const verbs = hostScripts();
  const ready = new HostReady(
    `${name}-gate`,
    first,
    verb,
    check,
    verbs,
    { ...lifecycle, parent, dependsOn: settings.dependsOn },
    transform.ready,
  );
  const shell = hostKey === undefined ? heldToSeen(first, ready) : first;
  const firewall =
    settings.firewall === undefined
      ? undefined
      : new HostFirewall(
          name,
          shell,
          settings.firewall,
          { ...lifecycle, parent, dependsOn: [ready] },
          transform.firewall,
        );
  const hook = runServerHook(parent, settings.hooks, address, lifecycle, firewall ?? ready, transform.hook);
  const before = [hook ?? firewall ?? ready];
  const network = new DockerNetwork(
    ...transformed<DockerNetworkArgs>(
      transform.dockerNetwork,
      name,
      {
        shell,
        name: sharedNetwork,
        driver: "bridge",
        options: { "com.docker.network.driver.mtu": String(mtu) },
      },
      { ...lifecycle, parent, dependsOn: before },
    ),
  );
  return {
    connection,
    ssh: shell,
    docker: once(() => dockerProvider(parent, shell, settings, before)),
    network,
    registries: settings.registries,
    lifecycle,
    ready,
    firewall,
    hook,
  };
}

/** A host that is gone: nothing is made on it, so that Pulumi gives up what was there, and who uses it is told so. */
function giveUp(
  parent: Component,
  settings: HostSettings,
  connection: PreparedHost["connection"],
  shell: PreparedHost["ssh"],
): PreparedHost {
  new Gone(parent.componentName, parent);
  return {
    connection,
    ssh: shell,
    docker: once(() => dockerProvider(parent, shell, settings, [])),
    network: missing(parent.label, "network"),
    registries: settings.registries,
    lifecycle: settings.lifecycle,
    ready: missing(parent.label, "ready"),
    firewall: undefined,
    hook: undefined,
  };
}

/**
 * The Docker provider of a host, for what a program puts there by itself: it costs a process, so that it is made when asked for.
 * What has a provider waits for it, and so for what it waits for: a machine that still boots refuses the connection.
 */
function dockerProvider(
  parent: Component,
  shell: Host["ssh"],
  { access, address, registries, transform }: HostSettings,
  dependsOn: pulumi.Resource[],
): docker.Provider {
  return new docker.Provider(
    ...transformed<docker.ProviderArgs>(
      transform.provider,
      parent.componentName,
      {
        host: dockerHost(access, address),
        sshOpts: shell.apply(providerOptionsHere),
        registryAuth: registries.map((registry) => registry.auth),
        // The machine may not be there yet, or no more; each operation says so itself.
        disableDockerDaemonCheck: true,
      },
      { parent, dependsOn },
    ),
  );
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
