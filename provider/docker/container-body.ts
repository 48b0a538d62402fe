/** A container's inputs, and what Docker's API makes one from. Pure. */
import { deepMerge } from "../core/deep-merge";
import { isObject } from "../core/is-object";
import { shortHash } from "../core/short-hash";
import { posix } from "node:path";
import { changed } from "../changes";
import type { SshAddress } from "../ssh/address";

export interface ContainerInputs {
  shell: SshAddress;
  /** A fixed name; without one, the resource's own with a suffix, so that old and new can be there at once. */
  name: string;
  image: string;
  /**
   * What the verb `pull` reads from standard input, where the image has gone from the host since it was pulled: the login; a secret.
   * Another one is no change: it counts when a container is made.
   */
  __auth?: string;
  hostname?: string;
  command?: string[];
  /** The variables that are no secrets. */
  env?: Record<string, string>;
  /** The variables that are secrets: their values are in no diff, and not in clear in the state. */
  secrets?: Record<string, string>;
  labels?: Record<string, string>;
  /**
   * The network that it is in; by its id, so that a new network of the same name makes a new container. `also` are the names of further
   * networks, which somebody else has made.
   */
  network: { name: string; id: string; aliases?: string[]; also?: string[] };
  /** Docker volumes, or directories of the host, in the container. */
  volumes?: Mount[];
  /**
   * The volumes for what the image keeps, by VOLUME, where nothing is mounted. Another value is no change: it counts when a container is
   * made. Without it, what is written there goes with the container.
   */
  imageVolumes?: ImageVolumes;
  /** What is published on the host; on every address without an `ip`. */
  ports?: { internal: number; external: number; ip?: string; protocol?: "tcp" | "udp" }[];
  /** Files that are written into it before it starts. */
  uploads?: Upload[];
  /** MiB; updated in place. */
  memory?: number;
  /** MiB of memory and swap together; updated in place. */
  memorySwap?: number;
  /** Cores; updated in place. */
  cpus?: number;
  /** MiB of /dev/shm. @default Docker's own 64 */
  shm?: number;
  /** Updated in place. */
  restart?: "no" | "on-failure" | "always" | "unless-stopped";
  logDriver?: string;
  logOpts?: Record<string, string>;
  /** Seconds that it has to stop, when it is removed. @default 10 */
  destroyGraceSeconds?: number;
  /** Whether it is started when it is made; an app's containers are started by their gate. @default true */
  start?: boolean;
  /** The names of variables that count at the first start on an empty volume only: another value makes no new container. */
  firstEnvs?: string[];
  /**
   * The label by whose value a container of the same name is this stack's own: one that a run left that was cut off is replaced. Any
   * other is refused, as all are without it.
   */
  ownedBy?: string;
  /**
   * Kamal's accessory that it is: the container of that name which runs is taken up as it is, and this one made in its place once an input
   * that replaces it is another one.
   */
  kamal?: string;
  /**
   * Anything else, as the body of `POST /containers/create` in Docker's API has it; laid over what the inputs above say.
   * @example { HostConfig: { CapAdd: ["NET_ADMIN"], ShmSize: 268435456 } }
   */
  body?: Record<string, unknown>;
}

/** A Docker volume, or a directory of the host, in a container. */
export interface Mount {
  volumeName?: string;
  hostPath?: string;
  containerPath: string;
  readOnly?: boolean;
  /** Docker's options, such as `ro`, `z` or `rshared`. */
  options?: string[];
}

/** A file that is written into a container before it starts. */
export interface Upload {
  file: string;
  content: string;
  /** In octal. @default 644 */
  mode?: string;
  /** Numbers of a user and a group. @default root's */
  owner?: string;
}

/** Whose the volumes are for what an image keeps where nothing is mounted, and what they are called. */
export interface ImageVolumes {
  /** What their names begin with. @default the name of the container */
  name?: string;
  /** What follows, before the path: `image`, or `web-image` for a role. */
  volume: string;
  /** What their owner label begins with. @default they have none */
  owner?: string;
  /** The component that uses them, as the owner label of its containers says. */
  component?: string;
}

/** What a container is made from. */
const made = [
  "name",
  "image",
  "hostname",
  "command",
  "env",
  "secrets",
  "labels",
  "network",
  "volumes",
  "ports",
  "uploads",
  "logDriver",
  "logOpts",
  "shm",
  "body",
] as const satisfies readonly (keyof ContainerInputs)[];
/**
 * A short hash of all that replaces a container, as it goes to Docker: what a transform has changed and what a later version of this library
 * adds is in it. The network counts by its name: another one of that name is no edit.
 */
export function madeFrom(inputs: Partial<ContainerInputs>): string {
  const { network, ...rest } = inputs;
  const sources = { ...rest, network: { ...network, id: undefined } };
  const values = made.map((name) => [name, sorted((sources as Record<string, unknown>)[name])]);
  return shortHash(JSON.stringify(values), 12);
}

/** With the members of objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, one]) => [name, sorted(one)]);
}

/** The inputs that Docker changes on a container that is there. */
const updatedInPlace = ["memory", "memorySwap", "cpus", "restart"] as const;
/** The inputs that say how it is treated, and nothing of what it is. */
const lifecycleOnly = ["shell", "destroyGraceSeconds", "start", "firstEnvs", "ownedBy"] as const;
const mebi = 1024 ** 2;

/** The body of `POST /containers/create`. */
export function containerBody(inputs: ContainerInputs): Record<string, unknown> {
  const { network, ports = [], volumes = [] } = inputs;
  const body = {
    Image: inputs.image,
    Hostname: inputs.hostname,
    Cmd: inputs.command,
    Env: environment({ ...inputs, env: { ...ownVariables(inputs), ...inputs.env } }),
    Labels: inputs.labels,
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: {
      ...limits(inputs),
      NetworkMode: network.name,
      Binds: binds(volumes),
      PortBindings: bindings(ports),
      ShmSize: inputs.shm === undefined ? undefined : inputs.shm * mebi,
      LogConfig:
        inputs.logDriver === undefined ? undefined : { Type: inputs.logDriver, Config: inputs.logOpts ?? {} },
    },
    NetworkingConfig: { EndpointsConfig: { [network.name]: { Aliases: network.aliases } } },
  };
  return deepMerge<unknown>(body, inputs.body ?? {}, isObject);
}

/**
 * What a container of a role knows of itself, as Kamal's do: its name, and its stack as the destination. They are no inputs, so that they
 * come with the next container, and an upgrade of the library makes none.
 */
function ownVariables({ name, labels }: Pick<ContainerInputs, "name" | "labels">): Record<string, string> {
  const stack = labels?.["sextant.role"]?.split("/")[1];
  return stack === undefined ? {} : { KAMAL_CONTAINER_NAME: name, KAMAL_DESTINATION: stack };
}

/** Mounts as Docker takes them: `SOURCE:PATH`. */
export function binds(mounts: readonly Mount[]): string[] {
  return mounts.map(({ volumeName, hostPath, containerPath, readOnly, options = [] }) => {
    const all = [...(readOnly === true ? ["ro"] : []), ...options];
    return [volumeName ?? hostPath ?? "", containerPath, ...(all.length === 0 ? [] : [all.join(",")])].join(
      ":",
    );
  });
}

/** The variables as Docker takes them: `NAME=value`, sorted. Undefined where there are none. */
export function environment({
  env = {},
  secrets = {},
}: Pick<ContainerInputs, "env" | "secrets">): string[] | undefined {
  const all = Object.entries({ ...env, ...secrets });
  if (all.length === 0) return undefined;
  return all.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
}

/** The body of `POST /containers/{id}/update`. */
export function limits({ memory, memorySwap, cpus, restart }: ContainerInputs): Record<string, unknown> {
  return {
    ...(memory === undefined ? {} : { Memory: memory * mebi }),
    ...(memorySwap === undefined ? {} : { MemorySwap: memorySwap * mebi }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(restart === undefined ? {} : { RestartPolicy: { Name: restart } }),
  };
}

/** The limits that were asked for, as Docker has them now. */
export function limitsNow(
  inputs: ContainerInputs,
  hostConfig: { Memory?: number; NanoCpus?: number; RestartPolicy?: { Name?: string } },
): Pick<ContainerInputs, "memory" | "cpus" | "restart"> {
  const { Memory = 0, NanoCpus = 0, RestartPolicy } = hostConfig;
  const restart = RestartPolicy?.Name ?? "";
  return {
    ...(inputs.memory === undefined ? {} : { memory: Memory / mebi }),
    ...(inputs.cpus === undefined ? {} : { cpus: NanoCpus / 1e9 }),
    ...(inputs.restart === undefined
      ? {}
      : { restart: (restart === "" ? "no" : restart) as NonNullable<ContainerInputs["restart"]> }),
  };
}

/** The inputs whose change makes a new container. */
export function replacing(olds: ContainerInputs, news: ContainerInputs): string[] {
  // A limit can be changed and not taken away.
  return [
    ...changed(made, counting(olds, news.firstEnvs), counting(news, news.firstEnvs)),
    ...changed(updatedInPlace, olds, news).filter((name) => news[name] === undefined),
  ];
}

/** The inputs without the variables that do not count for a container that is there. */
function counting(inputs: ContainerInputs, firstEnvs: readonly string[] = []): ContainerInputs {
  return { ...inputs, env: without(inputs.env, firstEnvs), secrets: without(inputs.secrets, firstEnvs) };
}

/** Variables without some. At preview all of them may be known only later, and are a text then. */
function without(
  variables: Record<string, string> | undefined,
  names: readonly string[],
): Record<string, string> | undefined {
  if (!isObject(variables)) return variables;
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !names.includes(name)));
}

/** The limits that Docker has to change on a container that stays. */
export function updated(olds: ContainerInputs, news: ContainerInputs): string[] {
  return changed(updatedInPlace, olds, news);
}

/** Whether anything of the inputs is different. */
export function differs(olds: ContainerInputs, news: ContainerInputs): boolean {
  return changed([...made, ...updatedInPlace, ...lifecycleOnly], olds, news).length > 0;
}

function bindings(
  ports: NonNullable<ContainerInputs["ports"]>,
): Record<string, { HostIp: string; HostPort: string }[]> {
  const all: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    (all[portKey(port)] ??= []).push({ HostIp: port.ip ?? "", HostPort: String(port.external) });
  }
  return all;
}

function portKey({ internal, protocol = "tcp" }: { internal: number; protocol?: string }): string {
  return `${internal}/${protocol}`;
}

/** The label of a proxy's container: `<project>/<stack>/<name>` of the Proxy that it belongs to. */
export const ownProxy = "sextant.proxy";

/** The label with a hash of all that a container is made from, by which one of the same owner is known to be what is wanted. */
export const configured = "sextant.config";

/** The label of an accessory's container, which holds data. */
export const accessoryLabel = "sextant.accessory";

/** The label of an app's container, with the role. */
export const roleLabel = "sextant.role";

/** The label that says whose a container or a volume is, unambiguously. */
export const ownerLabel = "sextant.owner";

/** Whether a container's data is worth keeping wherever the image puts it. */
export function holdsData({ labels }: Pick<ContainerInputs, "labels">): boolean {
  return labels?.[accessoryLabel] !== undefined;
}

/**
 * The VOLUME paths of an image at which nothing is mounted, each with its volume: `image-data-db` for `/data/db`.
 *
 * @param paths the image's own VOLUME paths
 */
export function volumesOfImage(
  { volume }: Pick<ImageVolumes, "volume">,
  paths: readonly string[],
  mounted: readonly { containerPath: string }[],
): { volume: string; containerPath: string }[] {
  return uncovered(
    paths,
    mounted.map(({ containerPath }) => containerPath),
  ).map((path) => ({ volume: volumeAt(volume, path), containerPath: path }));
}

/** What the volume for a path of an image is called, behind the name of the component's data. */
export function volumeAt(volume: string, path: string): string {
  return `${volume}${path.replaceAll(/[^a-zA-Z0-9_.-]+/g, "-")}`;
}

/** Those VOLUME paths of an image at which nothing is mounted. A mount above or below such a path does not count for Docker. */
export function uncovered(paths: readonly string[], mounted: readonly string[]): string[] {
  const plain = (path: string): string => posix.normalize(path).replace(/(.)\/$/, "$1");
  const there = new Set(mounted.map(plain));
  return [...new Set(paths.map(plain))].filter((path) => !there.has(path)).sort();
}
