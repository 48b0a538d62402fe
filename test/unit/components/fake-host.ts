import * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import type { Host } from "../../../components";
import { kit } from "../../../components/host/kit";

/** A machine as components see it, without one behind it. */
export function fakeHost(hostName: string, provider: docker.Provider, network: docker.Network): Host {
  return {
    hostName,
    address: pulumi.output("192.0.2.1"),
    ipv6Address: pulumi.output(undefined),
    privateAddress: pulumi.output("10.0.0.2"),
    architecture: "amd64",
    memoryMb: 4096,
    connection: pulumi.secret({ host: "192.0.2.1" }),
    shell: pulumi.output({
      name: hostName,
      destination: "root@192.0.2.1",
      port: 22,
      options: ["-o", "BatchMode=yes"],
    }),
    docker: provider,
    network,
    kit: kit(),
    registries: [],
    tied: {},
    ready: network,
  };
}
