/** What `Server` and `ExistingServer` have in common: from a machine that can be reached to a host for containers. */
import * as pulumi from "@pulumi/pulumi";
import * as docker from "@pulumi/docker";
import { transformed, type Component, type Transform } from "../core/component";
import { listHost } from "../data/volume-list";
import { DockerNetwork, type DockerNetworkArgs } from "../docker/network";
import { providerOptionsHere } from "./provider-options";
import type { Registry } from "../registry/registry";
import { mtu, sharedNetwork } from "./docker-settings";
import type { Host } from "./host";
import { GateOnHost, type GateArgs } from "./host-ready";
import type { GateInputs } from "../../provider/host/host-ready";
import { Gone, missing } from "./gone";
import { kit } from "../../provider/host/scripts";
import { connectionOf, dockerHost, shellOf, type Ssh } from "./ssh";

/** Transforms of the children that both kinds of host have. */
export interface WiringTransform {
  gate?: Transform<GateArgs>;
  provider?: Transform<docker.ProviderArgs>;
  dockerNetwork?: Transform<DockerNetworkArgs>;
}

/** How a machine is reached, and what has to hold before it takes containers. */
export interface Wiring {
  access: Ssh;
  address: pulumi.Output<string>;
  /** The host key's public half, `ssh-ed25519 AAAA…`; without it, the key that the gate sees first is trusted and kept. */
  hostKey: pulumi.Input<string> | undefined;
  registries: readonly Registry[];
  tied: Host["tied"];
  /** The verb that has to succeed first, with its words, and whether `pulumi up` shows what it prints. */
  gate: { verb: GateInputs["verb"]; words: pulumi.Input<string>[]; show: boolean };
  /** What the gate waits for. */
  dependsOn: pulumi.Resource[];
  /** What is another when the machine is a new one. */
  machine?: pulumi.Output<string>;
  /** Whether the machine is gone. */
  gone: boolean;
  transform: WiringTransform;
}

/** The members of a host that come from wiring it, and the children that make them. */
export type Wired = Pick<Host, "connection" | "shell" | "network" | "registries" | "tied" | "ready"> & {
  /** Makes the Docker provider, the first time. */
  readonly docker: () => docker.Provider;
  /** Succeeds when the machine can take containers and has the verbs. */
  readonly gate: GateOnHost;
};

/** Makes the gate, which puts the verbs there, and the shared network, as children of a host. */
export function wireHost(parent: Component, wiring: Wiring): Wired {
  const name = parent.componentName;
  const { access, address, hostKey, machine, tied, transform } = wiring;
  const connection = connectionOf(access, address, hostKey);
  const first = shellOf(parent, access, address, hostKey, machine);
  listHost({ host: name, shell: first, ...(machine === undefined ? {} : { machine }) });
  if (wiring.gone) return giveUp(parent, wiring, connection, first);
  const { verb, ...settings } = wiring.gate;
  const verbs = kit();
  const gate = new GateOnHost(
    `${name}-gate`,
    first,
    verb,
    settings,
    verbs,
    { ...tied, parent, dependsOn: wiring.dependsOn },
    transform.gate,
  );
  const shell = hostKey === undefined ? heldToSeen(first, gate) : first;
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
      { ...tied, parent, dependsOn: [gate], deleteBeforeReplace: wiring.tied.deletedWith === undefined },
    ),
  );
  return {
    connection,
    shell,
    docker: once(() => dockerProvider(parent, shell, wiring, [gate])),
    network,
    registries: wiring.registries,
    tied,
    ready: gate,
    gate,
  };
}

/** A host that is gone: nothing is made on it, so that Pulumi gives up what was there, and who uses it is told so. */
function giveUp(
  parent: Component,
  wiring: Wiring,
  connection: Wired["connection"],
  shell: Wired["shell"],
): Wired {
  new Gone(parent.componentName, parent);
  return {
    connection,
    shell,
    docker: once(() => dockerProvider(parent, shell, wiring, [])),
    network: missing(parent.label, "network"),
    registries: wiring.registries,
    tied: wiring.tied,
    ready: missing(parent.label, "gate"),
    gate: missing(parent.label, "gate"),
  };
}

/** Where the program pins no host key, all that comes after the gate is held to the one that the gate saw. */
function heldToSeen(shell: Host["shell"], gate: GateOnHost): Host["shell"] {
  return pulumi
    .all([shell, gate.seenHostKey])
    .apply(([reached, hostKey]) => (hostKey === undefined ? reached : { ...reached, hostKey }));
}

/**
 * The Docker provider of a host, for what a program puts there by itself: it costs a process, so that it is made when asked for.
 * What has a provider waits for it, and so for what it waits for: a machine that still boots refuses the connection.
 */
function dockerProvider(
  parent: Component,
  shell: Host["shell"],
  { access, address, registries, transform }: Wiring,
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
