import * as pulumi from "@pulumi/pulumi";
import { Accessory } from "../accessory/accessory";
import { afterProgram } from "../core/after-program";
import { Component } from "../core/component";
import { PluginResource } from "../core/resource";
import { hostWide } from "../core/names";
import { refuseShape } from "../core/shape";
import type { Host } from "../host/host";
import { privateAddress } from "../host/private-address";
import { Step } from "../host/step";
import type { RegistryTrustArgs } from "../host/step";
import { checkServerRegistry, type ServerRegistryArgs } from "./server-registry-args";
import { serverRegistryShape } from "./server-registry-shape";

/** Where the registry's configuration lies in its container; the verb that prunes it reads it there, too. */
const configFile = "/etc/sextant/registry.yml";
const debugPort = 5001;

/**
 * A registry on one of your servers, so that no other one is needed: images are built on a server, or on the machine that runs Pulumi and
 * brought there over SSH, and are pulled by the others over the private network, each layer once a host and only where it is missing. It is Docker's own registry in a container, with a
 * volume. Nobody uses it who has no certificate of its own authority: there is no password, and no port is open to the internet.
 *
 * A release needs it, and a rollback to an image that a host no longer has. What runs does not: a server that restarts has its images.
 *
 * @example
 * const images = new ServerRegistry("images", { server: web1, clients: [web2] });
 */
export class ServerRegistry extends Component {
  /** The container with its volume. */
  readonly accessory: Accessory;
  /** The host that it runs on. */
  readonly server: Host;
  /** The hosts that may use it, that of its own among them. */
  readonly hosts: readonly Host[];
  /**
   * As it stands in front of an image's name, the same wherever the registry is. Its hosts alone know the name, by /etc/hosts.
   *
   * @example "shop-production-images.internal:5000"
   */
  readonly address: string;
  /** Done when each of its hosts reaches it: what pushes there and pulls from there waits for these. */
  readonly trusted: readonly Step<"RegistryTrust">[];

  private readonly certificates: RegistryCertificates;
  private readonly pushes: { repository: string; pushed: pulumi.Input<string> }[] = [];

  constructor(name: string, args: ServerRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, serverRegistryShape, args);
    super("ServerRegistry", name, opts);
    this.refuse(checkServerRegistry(args));
    const { server, clients = [], port = 5000, transform } = args;
    this.server = server;
    this.hosts = [...new Set([server, ...clients])];
    const host = `${hostWide(name)}.internal`;
    this.address = `${host}:${port}`;
    this.certificates = new RegistryCertificates(`${name}-certificates`, { host }, { parent: this });
    this.accessory = this.run(args, this.certificates);
    const trust = this.entrance();
    const onceReady = { parent: this, dependsOn: [this.accessory.ready] };
    this.trusted = this.hosts.map(
      (each) =>
        new Step("RegistryTrust", `${name}-on-${each.hostName}`, each, trust, onceReady, transform?.trust),
    );
    afterProgram(() => {
      this.prune(args);
    });
    this.registerOutputs({ address: this.address });
  }

  /** By what one of its clients reaches it, from its hosts. */
  entrance(): Pick<RegistryTrustArgs, "address" | "ip" | "authority" | "certificate" | "privateKey"> {
    return {
      address: this.address,
      ip: this.hosts.length === 1 ? "127.0.0.1" : privateAddress(this.label, this.server.privateAddress),
      authority: this.certificates.authority,
      certificate: this.certificates.clientCertificate,
      privateKey: this.certificates.clientPrivateKey,
    };
  }

  /** Notes that something was pushed: at the end of the run older images of the repository go. */
  pushed(repository: string, digest: pulumi.Input<string>): void {
    this.pushes.push({ repository, pushed: digest });
  }

  private run(args: ServerRegistryArgs, certificates: RegistryCertificates): Accessory {
    const { server, port = 5000, version = "3.0.0", image = "registry", resources, data, transform } = args;
    const { trust: _trust, prune: _prune, ...changes } = transform ?? {};
    return new Accessory(
      this.componentName,
      {
        server,
        image: `${image}:${version}`,
        port,
        publish: this.hosts.length === 1 ? "loopback" : "private",
        volumes: { data: "/var/lib/registry" },
        files: {
          [configFile]: registryConfig(port),
          "/etc/sextant/authority.pem": certificates.authority,
          "/etc/sextant/registry.pem": certificates.certificate,
          "/etc/sextant/registry-key.pem": certificates.privateKey,
        },
        command: [configFile],
        ready: { command: ["wget", "-q", "-O", "-", `http://127.0.0.1:${debugPort}/debug/health`] },
        inspectImage: false,
        ...(resources === undefined ? {} : { resources }),
        ...(data === undefined ? {} : { data }),
        transform: changes,
      },
      { parent: this },
    );
  }

  /** Of several that go to one repository all are waited for; in an order that the program's has no part in. */
  private pushedByRepository(): Record<string, pulumi.Output<string>> {
    const repositories = [...new Set(this.pushes.map(({ repository }) => repository))];
    const of = (one: string): pulumi.Input<string>[] =>
      this.pushes.filter(({ repository }) => repository === one).map(({ pushed }) => pushed);
    return Object.fromEntries(
      repositories.map((one) => [one, pulumi.all(of(one)).apply((all) => [...all].sort().join(" "))]),
    );
  }

  /** At the end, since of a push that is under way the layers would be freed. */
  private prune({ keep = 10, server, transform }: ServerRegistryArgs): void {
    if (this.pushes.length === 0) return;
    new Step(
      "RegistryPrune",
      `${this.componentName}-prune`,
      server,
      {
        container: this.accessory.container.name,
        keep,
        pushed: this.pushedByRepository(),
      },
      { parent: this, dependsOn: [this.accessory.ready] },
      transform?.prune,
    );
  }
}

/** The certificates of the registry and its clients. */
class RegistryCertificates extends PluginResource {
  declare readonly authority: pulumi.Output<string>;
  declare readonly certificate: pulumi.Output<string>;
  declare readonly privateKey: pulumi.Output<string>;
  declare readonly clientCertificate: pulumi.Output<string>;
  declare readonly clientPrivateKey: pulumi.Output<string>;

  constructor(name: string, { host }: { host: string }, opts: pulumi.CustomResourceOptions) {
    const outputs = ["authority", "certificate", "privateKey", "clientCertificate", "clientPrivateKey"];
    super(
      "RegistryCertificates",
      name,
      { host, ...Object.fromEntries(outputs.map((output) => [output, undefined])) },
      { ...opts, additionalSecretOutputs: ["privateKey", "clientPrivateKey"] },
    );
  }
}

/**
 * The registry's own settings. It keeps no list of the layers that it has, since it would answer by it after some were freed. What its health
 * is read from listens within the container alone.
 * @see https://distribution.github.io/distribution/about/configuration/
 */
export const registryConfig = (port: number): string => `version: 0.1
log:
  level: info
  accesslog: { disabled: true }
storage:
  filesystem: { rootdirectory: /var/lib/registry }
  delete: { enabled: true }
http:
  addr: 0.0.0.0:${port}
  debug: { addr: "127.0.0.1:${debugPort}" }
  tls:
    certificate: /etc/sextant/registry.pem
    key: /etc/sextant/registry-key.pem
    clientcas: [/etc/sextant/authority.pem]
    minimumtls: tls1.2
`;
