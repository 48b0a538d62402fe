import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../../components";
import { DockerNetwork } from "../../../components/docker/network";

const shell = { name: "host", destination: "root@192.0.2.1", port: 22 };

/** The network of a machine without one behind it. */
export function fakeNetwork(name: string): DockerNetwork {
  return new DockerNetwork(name, { shell, name: "sextant" }, {});
}

/** A machine as components see it, without one behind it. */
export function fakeHost(hostName: string, network: DockerNetwork, gone = false): Host {
  return {
    hostName,
    address: pulumi.output("192.0.2.1"),
    ipv6Address: pulumi.output(undefined),
    privateAddress: pulumi.output("10.0.0.2"),
    architecture: "amd64",
    memoryMb: 4096,
    connection: pulumi.secret({ host: "192.0.2.1" }),
    ssh: pulumi.output({ ...shell, name: hostName }),
    get docker(): never {
      throw new Error("a component of the library asked for a Docker provider, which costs a process a host");
    },
    network,
    registries: [],
    lifecycle: {},
    ready: network,
    gone,
  };
}
