import * as pulumi from "@pulumi/pulumi";
import { claimChildren } from "../core/claimed-names";
import { Component, transformed } from "../core/component";
import type { Problem } from "../core/problem";
import { plainVariables, secretVariables } from "../core/environment";
import { warnPlain } from "../core/plain-secret";
import { hostWide, ownerOf } from "../core/names";
import { inSeconds, mebibytes, memoryLimit, seconds } from "../../provider/core/units";
import { refuseShape } from "../core/shape";
import { calledByTransform, DataOf, placeOf, type Names } from "../data/data";
import { warnData } from "../data/check-word";
import { Container, type ContainerArgs } from "../docker/container";
import { loginLine } from "../image/login";
import { accessoryLabel, ownerLabel } from "../../provider/docker/container-body";
import { Pull } from "../image/pull";
import { Volume, type VolumeArgs } from "../docker/volume";
import { dependingOn } from "../host/depends";
import { privateAddress } from "../host/private-address";
import { Step } from "../host/step";
import { checkAccessory, fileOf, type AccessoryArgs } from "./args";
import { checkOnServer, registerAccessory } from "./checks/check-server";
import { inspectAccessory } from "./checks/inspect-image";
import { referenceOf } from "./image";
import { dataPaths, mountsOf, volumeNames, warnPaths } from "./mounts";
import { publishedPorts, type Publish } from "./ports";
import { inOwnWords, inProgramsWords, presetOf } from "./preset";
import { reachable } from "./reach";
import { routeTo } from "./routed";
import { alsoIn, mountsFor, sourceOf, takeOverOf } from "./take-over";
import { accessoryShape } from "./shape";

/**
 * A service beside the app: a database, a cache, a search engine. One container on one host, with data in volumes that
 * outlive it, reachable by name from the containers of that host and from nowhere else unless `publish` says so.
 *
 * Editing an argument replaces the container, old one first, since two servers must not share a data volume: expect
 * some seconds without it. Its data stays, whatever is edited, renamed or removed: see [Data](data.md).
 *
 * @example
 * const search = new Accessory("search", {
 *   server: web1, image: "getmeili/meilisearch:v1.11", port: 7700, volumes: { data: "/meili_data" },
 *   ready: { command: ["curl", "-fs", "http://127.0.0.1:7700/health"] },
 * });
 *
 * @example
 * const image = new Image("search", {
 *   repository: "registry.example.com/search", context: "../search", version: "1", registries: [registry], servers: [web1],
 * });
 * const own = new Accessory("own-search", { server: web1, image, port: 7700, volumes: { data: "/meili_data" } });
 */
export class Accessory extends Component {
  readonly image: Pull;
  /** What it is called on its host and whose its data is, kept through renames. */
  readonly data: DataOf;
  /** The data volumes, by the names in `volumes`. */
  readonly volumes: Readonly<Record<string, Volume>>;
  /** What makes its directories on the host; undefined where there are none. */
  readonly directories: Step<"Directories"> | undefined;
  readonly container: Container;
  /** Done when the accessory is ready. */
  readonly ready: Step<"AccessoryReady">;
  /** What gives it its route at the proxy; undefined without a `route`. */
  readonly route: Step<"Switch"> | undefined;
  /** The name or address that clients connect to; known only once the accessory is ready, so that they wait for it. That of a `MariaDb` or a `MySql` is known once it takes the login of the app. */
  readonly host: pulumi.Output<string>;
  /** The port that clients connect to. */
  readonly port: pulumi.Output<number | undefined>;

  constructor(name: string, args: AccessoryArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, accessoryShape, args);
    const facts = factsOf(args);
    super("Accessory", name, opts, facts);
    const onServer = checkOnServer(this.label, name, args);
    const preset = presetOf(args);
    this.refuse(inOwnWords(preset, [...checkAccessory(name, args), ...onServer.refused]));
    this.refuse(claimVolumes(this.label, name, args, opts));
    this.warn([
      ...preset.warned,
      ...onServer.warned,
      ...warnPaths(args),
      ...warnData(args.data, volumeNames(args)),
      ...warnPlain(args).map((problem) => inProgramsWords(preset, problem)),
    ]);
    registerAccessory(this.label, name, args);
    this.image = this.pull(args);
    this.data = this.nameData(args);
    if (pulumi.runtime.isDryRun()) {
      inspectAccessory(args, this.data.name, ({ refused, warned }) => {
        this.warn(warned);
        this.refuseLate(refused);
      });
    }
    this.volumes = this.makeVolumes(args);
    this.directories = this.makeDirectories(args);
    this.container = this.run(args);
    this.ready = this.awaitReady(args);
    const login = preset.login?.(this);
    const done = login ?? this.ready;
    this.route = routeTo(this, args, this.container, done);
    reachable(done, { label: this.label, server: args.server, publish: args.publish });
    const reached =
      args.publish === "private"
        ? privateAddress(this.label, args.server.privateAddress)
        : this.nameOnHost(args);
    this.host = pulumi.all([done.id, reached]).apply(([, host]) => host);
    this.port = pulumi.output(args.publish === "private" ? (args.hostPort ?? args.port) : args.port);
    this.registerOutputs({ host: this.host, port: this.port, ...facts });
  }

  private pull(args: AccessoryArgs): Pull {
    return new Pull(
      this.componentName,
      [args.server],
      referenceOf(args),
      { parent: this },
      undefined,
      args.transform?.image,
    );
  }

  private nameData(args: AccessoryArgs): DataOf {
    const { server, data = "keep", transform } = args;
    const names = {
      name: args.takeOver ?? hostWide(this.componentName),
      owner: ownerOf("accessory", this.componentName),
    };
    const paths = dataPaths(args).map((path) => ({ volume: path, ...placeOf(server), called: path }));
    const places = volumeNames(args).map((volume) => {
      const own = this.volumeArgs(args, volume, names);
      const called = calledByTransform(transform?.volume, `${this.componentName}-${volume}`, own, {
        parent: this,
      });
      return { volume, ...placeOf(server), ...called };
    });
    // Not tied to the machine, as all else there is: made anew with another one, it would lose the name and what was there before.
    return new DataOf(
      this.componentName,
      {
        label: this.label,
        argument: "server",
        ...names,
        data,
        places: [...places, ...paths],
        unnamed: placeOf(server),
        ...takeOverOf(args, ownerOf("accessory", this.componentName)),
      },
      { parent: this },
    );
  }

  private volumeArgs(
    args: AccessoryArgs,
    volume: string,
    names: Names & Pick<Partial<DataOf>, "taken">,
  ): VolumeArgs {
    const { server, data = "keep", takeOver } = args;
    const { data: format } = presetOf(args);
    return {
      ...placeOf(server),
      label: this.label,
      name: sourceOf(names, volume),
      owner: pulumi.interpolate`${names.owner}/${volume}`,
      component: ownerOf("accessory", this.componentName),
      formerly: names.owner,
      data,
      ...(volume !== "data" || format === undefined ? {} : { format }),
      ...(takeOver === undefined ? {} : { kamal: takeOver }),
    };
  }

  private makeVolumes(args: AccessoryArgs): Record<string, Volume> {
    const { server, data = "keep", transform } = args;
    // The provider sees another machine itself: one that its data is moved to must not make the volume anew.
    const { replacementTrigger: _, ...opts } = dependingOn(server, {
      parent: this,
      // It is stopped for as long as a copy takes, and must not wait for its image besides.
      dependsOn: data === "move" ? [this.image] : [],
    });
    const make = (volume: string) =>
      new Volume(
        ...transformed<VolumeArgs>(
          transform?.volume,
          `${this.componentName}-${volume}`,
          this.volumeArgs(args, volume, this.data),
          opts,
        ),
      );
    return Object.fromEntries(volumeNames(args).map((volume) => [volume, make(volume)]));
  }

  private makeDirectories(args: AccessoryArgs): Step<"Directories"> | undefined {
    const directories = mountsOf(args).flatMap(({ source, made }) =>
      made === undefined ? [] : [{ path: source, ...made }],
    );
    if (directories.length === 0) return undefined;
    return new Step(
      "Directories",
      // On another server it is another step: they are made there.
      `${this.componentName}-${args.server.hostName}-directories`,
      args.server,
      { directories },
      { parent: this },
      args.transform?.directories,
    );
  }

  /** What its container is called, and by which name the containers of its server reach it. */
  private nameOnHost({ service }: AccessoryArgs): pulumi.Input<string> {
    return service ?? this.data.name;
  }

  private run(args: AccessoryArgs): Container {
    const { server, shm } = args;
    const { firstEnvs } = presetOf(args);
    return new Container(
      ...transformed<ContainerArgs>(
        args.transform?.container,
        this.componentName,
        {
          shell: server.ssh,
          // A fixed name: two containers on one data volume can then never run, whatever was interrupted.
          name: this.nameOnHost(args),
          image: this.image.image,
          __auth: loginLine(server, referenceOf(args)),
          hostname: this.componentName,
          command: args.command,
          env: plainVariables(args.env ?? {}, this.label),
          secrets: secretVariables(args.secrets ?? {}, this.label),
          ports: ports(args, server.privateAddress, this.label),
          network: {
            ...{ name: server.network.name, id: server.network.id, aliases: [this.nameOnHost(args)] },
            ...alsoIn(args),
          },
          volumes: mountsFor(mountsOf(args), this.volumes, this.data.taken),
          ...(args.takeOver === undefined ? {} : { kamal: args.takeOver }),
          imageVolumes: {
            // Under the name of the data, whatever the container is called.
            ...(args.service === undefined ? {} : { name: this.data.name }),
            volume: "image",
            owner: this.data.owner,
            component: ownerOf("accessory", this.componentName),
          },
          uploads: Object.entries(args.files ?? {}).map(([file, given]) => ({ file, ...fileOf(given) })),
          labels: labels(this.componentName, args),
          ownedBy: ownerLabel,
          ...(firstEnvs === undefined ? {} : { firstEnvs }),
          ...(shm === undefined ? {} : { shm: mebibytes(shm) }),
          ...memoryLimit(args.resources?.memory),
          cpus: args.resources?.cpus,
          restart: "unless-stopped",
          logDriver: "json-file",
          logOpts: { "max-size": "10m", "max-file": "3" },
          destroyGraceSeconds: seconds(args.stopTimeout ?? "60s"),
        },
        dependingOn(server, {
          parent: this,
          deleteBeforeReplace: true,
          dependsOn: [this.image, ...asList(this.directories)],
        }),
      ),
    );
  }

  private awaitReady(args: AccessoryArgs): Step<"AccessoryReady"> {
    const secretNames = Object.keys(args.secrets ?? {}).sort();
    return new Step(
      "AccessoryReady",
      `${this.componentName}-ready`,
      args.server,
      {
        container: this.container.name,
        instance: this.container.id,
        timeout: inSeconds(args.ready?.timeout ?? "120s"),
        ...(secretNames.length === 0 ? {} : { secretNames }),
        ...(args.ready === undefined ? {} : { command: args.ready.command }),
      },
      { parent: this, dependsOn: [this.container] },
      args.transform?.ready,
    );
  }
}

/** Takes the names of the volumes as Pulumi has them; those of a parent's are named together with it. */
function claimVolumes(
  label: string,
  name: string,
  args: AccessoryArgs,
  opts: pulumi.ComponentResourceOptions | undefined,
): Problem[] {
  const run = pulumi.runtime.getStackResource();
  if (run === undefined || opts?.parent !== undefined) return [];
  const all = volumeNames(args).map((volume) => ({
    name: `${name}-${volume}`,
    argument: `volumes.${volume}`,
    what: `the volume ${volume} of ${label}`,
  }));
  return claimChildren(run, "accessory volume", all);
}

/** What policies look at: the inputs of the component, and its outputs, since some see only these. */
function factsOf(args: AccessoryArgs): pulumi.Inputs {
  return {
    server: args.server.hostName,
    volumes: volumeNames(args),
    data: args.data ?? "keep",
    publish: typeof args.publish === "object" ? "public" : (args.publish ?? "nobody"),
  };
}

/** What is published, and on which address; nothing by default. */
function ports(
  args: AccessoryArgs,
  privateAddr: pulumi.Output<string | undefined>,
  label: string,
): NonNullable<ContainerArgs["ports"]> {
  return publishedPorts(args).map(({ port, hostPort, protocol, publish }) => ({
    ...{ internal: port, external: hostPort },
    ...boundTo(publish, privateAddr, label),
    ...(protocol === "tcp" ? {} : { protocol }),
  }));
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

function labels(name: string, args: AccessoryArgs): Record<string, string> {
  return { ...args.labels, [accessoryLabel]: name, [ownerLabel]: ownerOf("accessory", name) };
}

const asList = <Item>(item: Item | undefined): Item[] => (item === undefined ? [] : [item]);
