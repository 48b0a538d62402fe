import * as pulumi from "@pulumi/pulumi";
import { Component, transformed } from "../core/component";
import { dockerEnvs } from "../core/environment";
import { hostWide } from "../core/names";
import { lateRefusal } from "../core/refusal";
import { memoryLimit, seconds } from "../core/units";
import { Container, type ContainerArgs } from "../docker/container";
import { Pull } from "../docker/pull";
import { Volume, type VolumeArgs } from "../docker/volume";
import { onHost } from "../host/remote";
import { VerbOnHost } from "../host/verb";
import { checkAccessory, type AccessoryArgs, type Publish } from "./args";
import { checkOnServer, occupy } from "./check-server";

/**
 * A service beside the app: a database, a cache, a search engine. One container on one host, with data in volumes that
 * outlive it, reachable by name from the containers of that host and from nowhere else unless `publish` says so.
 *
 * Editing an argument replaces the container, old one first, since two servers must not share a data volume: expect
 * some seconds without it. The volumes stay.
 *
 * @example
 * const search = new Accessory("search", {
 *   server: web1, image: "getmeili/meilisearch:v1.11", port: 7700, volumes: { data: "/meili_data" },
 *   ready: { command: ["curl", "-fs", "http://127.0.0.1:7700/health"] },
 * });
 */
export class Accessory extends Component {
  readonly image: Pull;
  /** The data volumes, by the names in `volumes`. */
  readonly volumes: Readonly<Record<string, Volume>>;
  readonly container: Container;
  /** Done when the accessory is ready. */
  readonly ready: VerbOnHost;
  /** The name or address that clients connect to; known only once the accessory is ready, so that they wait for it. */
  readonly host: pulumi.Output<string>;
  /** The port that clients connect to. */
  readonly port: pulumi.Output<number | undefined>;

  constructor(name: string, args: AccessoryArgs, opts?: pulumi.ComponentResourceOptions) {
    const facts = factsOf(args);
    super("accessory:Accessory", name, opts, facts);
    const onServer = checkOnServer(this.label, args);
    this.refuse([...checkAccessory(name, args), ...onServer.refused]);
    this.warn(onServer.warned);
    occupy(this.label, args);
    const alias = hostWide(name);
    this.image = this.pull(args);
    this.volumes = this.makeVolumes(args, alias);
    this.container = this.run(args, alias);
    this.ready = this.awaitReady(args, alias);
    const reached =
      args.publish === "private"
        ? privateAddress(this.label, args.server.privateAddress)
        : pulumi.output(alias);
    this.host = pulumi.all([this.ready.id, reached]).apply(([, host]) => host);
    this.port = pulumi.output(args.publish === "private" ? (args.hostPort ?? args.port) : args.port);
    this.registerOutputs({ host: this.host, port: this.port, ...facts });
  }

  private pull(args: AccessoryArgs): Pull {
    return new Pull(this.componentName, [args.server], args.image, { parent: this }, args.transform?.image);
  }

  private makeVolumes(args: AccessoryArgs, alias: string): Record<string, Volume> {
    const make = (volume: string) =>
      new Volume(
        ...transformed<VolumeArgs>(
          args.transform?.volume,
          `${this.componentName}-${volume}`,
          { shell: args.server.shell, name: `${alias}-${volume}` },
          onHost(args.server, { parent: this, retainOnDelete: args.keepData }),
        ),
      );
    return Object.fromEntries(Object.keys(args.volumes ?? {}).map((volume) => [volume, make(volume)]));
  }

  private run(args: AccessoryArgs, alias: string): Container {
    const { server } = args;
    return new Container(
      ...transformed<ContainerArgs>(
        args.transform?.container,
        this.componentName,
        {
          shell: server.shell,
          // A fixed name: two containers on one data volume can then never run, whatever was interrupted.
          name: alias,
          image: this.image.image,
          hostname: this.componentName,
          command: args.command,
          envs: dockerEnvs(args.env ?? {}, args.secrets ?? {}, this.label),
          ports: ports(args, server.privateAddress, this.label),
          network: { name: server.network.name, id: server.network.id, aliases: [alias] },
          volumes: Object.entries(args.volumes ?? {}).map(([volume, path]) => ({
            volumeName: this.volumes[volume]?.name,
            containerPath: path,
          })),
          uploads: Object.entries(args.files ?? {}).map(([file, content]) => ({ file, content })),
          labels: labels(this.componentName, args),
          ownedBy: "sextant.accessory",
          ...memoryLimit(args.resources?.memory),
          cpus: args.resources?.cpus,
          restart: "unless-stopped",
          logDriver: "json-file",
          logOpts: { "max-size": "10m", "max-file": "3" },
          destroyGraceSeconds: seconds(args.stopTimeout ?? "60s"),
        },
        onHost(server, { parent: this, deleteBeforeReplace: true, dependsOn: [this.image] }),
      ),
    );
  }

  private awaitReady(args: AccessoryArgs, alias: string): VerbOnHost {
    const timeout = seconds(args.ready?.timeout ?? "120s");
    const words = [
      `container=${alias}`,
      pulumi.interpolate`instance=${this.container.id}`,
      `timeout=${timeout}`,
    ];
    return new VerbOnHost(
      `${this.componentName}-ready`,
      args.server,
      args.ready === undefined ? "ready" : "accessory-ready",
      {
        words: args.ready === undefined ? [...words, "delay=2"] : [...words, "--", ...args.ready.command],
        timeout,
      },
      { parent: this, dependsOn: [this.container] },
      args.transform?.ready,
    );
  }
}

/** What policies look at: the inputs of the component, and its outputs, since some see only these. */
function factsOf(args: AccessoryArgs): pulumi.Inputs {
  return {
    server: args.server.hostName,
    volumes: Object.keys(args.volumes ?? {}),
    keepData: args.keepData ?? false,
    publish: typeof args.publish === "object" ? "public" : (args.publish ?? "nobody"),
  };
}

/** What is published, and on which address; nothing by default. */
function ports(
  args: AccessoryArgs,
  privateAddr: pulumi.Output<string | undefined>,
  label: string,
): NonNullable<ContainerArgs["ports"]> {
  if (args.publish === undefined || args.port === undefined) return [];
  const port = { internal: args.port, external: args.hostPort ?? args.port };
  return [{ ...port, ...boundTo(args.publish, privateAddr, label) }];
}

function boundTo(
  publish: Publish,
  privateAddr: pulumi.Output<string | undefined>,
  label: string,
): { ip?: pulumi.Input<string> } {
  switch (publish) {
    case "loopback":
      return { ip: "127.0.0.1" };
    case "private":
      return { ip: privateAddress(label, privateAddr) };
    default:
      return {};
  }
}

/** The private address of a host, or one sentence that says that it has none. */
function privateAddress(label: string, address: pulumi.Output<string | undefined>): pulumi.Output<string> {
  return address.apply((known) => {
    if (known === undefined) {
      throw lateRefusal(
        `${label}: publish is "private", but its server has no private address; attach the server to a Network.`,
      );
    }
    return known;
  });
}

function labels(name: string, args: AccessoryArgs): Record<string, string> {
  return { ...args.labels, "sextant.accessory": hostWide(name) };
}
