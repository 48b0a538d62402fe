/** A container's inputs, and what Docker's API makes one from. Pure. */
import { changed } from "../dynamic/changes";
import type { Shell } from "../dynamic/shell";

export interface ContainerInputs {
  shell: Shell;
  /** A fixed name; without one, the resource's own with a suffix, so that old and new can be there at once. */
  name: string;
  image: string;
  hostname?: string;
  command?: string[];
  /** Variables as `NAME=value`. */
  envs?: string[];
  labels?: Record<string, string>;
  /** The network that it is in; by its id, so that a new network of the same name makes a new container. */
  network: { name: string; id: string; aliases?: string[] };
  /** Docker volumes, or directories of the host, in the container. */
  volumes?: { volumeName?: string; hostPath?: string; containerPath: string; readOnly?: boolean }[];
  /** What is published on the host; on every address without an `ip`. */
  ports?: { internal: number; external: number; ip?: string; protocol?: "tcp" | "udp" }[];
  /** Files that are written into it before it starts. */
  uploads?: { file: string; content: string }[];
  /** MiB; updated in place. */
  memory?: number;
  /** MiB of memory and swap together; updated in place. */
  memorySwap?: number;
  /** Cores; updated in place. */
  cpus?: number;
  /** Updated in place. */
  restart?: "no" | "on-failure" | "always" | "unless-stopped";
  logDriver?: string;
  logOpts?: Record<string, string>;
  /** Seconds that it has to stop, when it is removed. @default 10 */
  destroyGraceSeconds?: number;
  /** Whether it is started when it is made; an app's containers are started by their gate. @default true */
  start?: boolean;
  /**
   * The label by whose value a container of the same name is this stack's own: one that a run left that was cut off is replaced. Any
   * other is refused, as all are without it.
   */
  ownedBy?: string;
  /**
   * Anything else, as the body of `POST /containers/create` in Docker's API has it; laid over what the inputs above say.
   * @example { HostConfig: { CapAdd: ["NET_ADMIN"], ShmSize: 268435456 } }
   */
  body?: Record<string, unknown>;
}

/** What a container is made from. */
const made = [
  "name",
  "image",
  "hostname",
  "command",
  "envs",
  "labels",
  "network",
  "volumes",
  "ports",
  "uploads",
  "logDriver",
  "logOpts",
  "body",
] as const satisfies readonly (keyof ContainerInputs)[];
/** The inputs that Docker changes on a container that is there. */
const updatable = ["memory", "memorySwap", "cpus", "restart"] as const;
/** The inputs that say how it is treated, and nothing of what it is. */
const manner = ["shell", "destroyGraceSeconds", "start", "ownedBy"] as const;
const mebi = 1024 ** 2;

/** The body of `POST /containers/create`. */
export function containerBody(inputs: ContainerInputs): Record<string, unknown> {
  const { network, ports = [], volumes = [] } = inputs;
  const body = {
    Image: inputs.image,
    Hostname: inputs.hostname,
    Cmd: inputs.command,
    Env: inputs.envs,
    Labels: inputs.labels,
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: {
      ...limits(inputs),
      NetworkMode: network.name,
      Binds: volumes.map(
        ({ volumeName, hostPath, containerPath, readOnly }) =>
          `${volumeName ?? hostPath ?? ""}:${containerPath}${readOnly === true ? ":ro" : ""}`,
      ),
      PortBindings: bindings(ports),
      LogConfig:
        inputs.logDriver === undefined ? undefined : { Type: inputs.logDriver, Config: inputs.logOpts ?? {} },
    },
    NetworkingConfig: { EndpointsConfig: { [network.name]: { Aliases: network.aliases } } },
  };
  return laidOver(body, inputs.body ?? {});
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
    ...changed(made, olds, news),
    ...changed(updatable, olds, news).filter((name) => news[name] === undefined),
  ];
}

/** The limits that Docker has to change on a container that stays. */
export function updated(olds: ContainerInputs, news: ContainerInputs): string[] {
  return changed(updatable, olds, news);
}

/** Whether anything of the inputs is different. */
export function differs(olds: ContainerInputs, news: ContainerInputs): boolean {
  return changed([...made, ...updatable, ...manner], olds, news).length > 0;
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

/** One body over another: objects together, everything else in place of what was there. */
function laidOver(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    merged[name] = isObject(below) && isObject(value) ? laidOver(below, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
