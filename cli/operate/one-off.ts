/** A container of its own for a command, as the one that runs is: pure. */
import { isObject } from "../../provider/core/is-object";

/** What is read of `GET /containers/{id}/json`. */
export interface Original {
  /** The id of its image, which is on the host. */
  Image: string;
  Config: Readonly<Record<string, unknown>>;
  HostConfig: Readonly<Record<string, unknown>>;
  NetworkSettings?: { readonly Networks?: Readonly<Record<string, unknown>> | null };
}

/** How a command is run. */
export interface OneOff {
  /** The words of the command. */
  command: readonly string[];
  /** Variables that are laid over the container's own: `NAME=value`. */
  env: readonly string[];
  /** Whether it reads what is typed. */
  interactive: boolean;
  /** Whether it gets a terminal. */
  terminal: boolean;
  /** Whether it goes on without whoever has started it. @default false */
  detached?: boolean;
}

/** The label of such a container, with the name of the one that it was made after. */
export const oneOffLabel = "sextant.exec";

/** The networks that the original is in beside its own: Kamal's, where its app was taken over. */
export function furtherNetworks({ HostConfig: { NetworkMode }, NetworkSettings }: Original): string[] {
  const all = Object.keys(NetworkSettings?.Networks ?? {});
  return isNetwork(NetworkMode) ? all.filter((name) => name !== NetworkMode) : [];
}

/** Whether a mode names a network, and is none of Docker's own words. */
function isNetwork(mode: unknown): mode is string {
  return typeof mode === "string" && !/^(default|host|none|bridge|container:.*)$/.test(mode);
}

/**
 * The body of `POST /containers/create`. The command has the image, the environment, the volumes, the network and the limits of the
 * original. It publishes no port, answers to no name on the network, is asked for no health, and is gone when it ends.
 * @param reading whether it only reads the volumes: two servers of a database on one directory would destroy it
 */
export function oneOffBody(
  name: string,
  { Image, Config, HostConfig }: Original,
  { command, env, interactive, terminal, detached = false }: OneOff,
  reading = false,
): Record<string, unknown> {
  const { NetworkMode } = HostConfig;
  const labels = isObject(Config["Labels"]) ? Config["Labels"] : {};
  const secrets = labels["sextant.secrets"];
  return {
    Image,
    Cmd: command,
    Entrypoint: Config["Entrypoint"],
    Env: [...(Array.isArray(Config["Env"]) ? (Config["Env"] as string[]) : []), ...env],
    User: Config["User"],
    WorkingDir: Config["WorkingDir"],
    Hostname: Config["Hostname"],
    Labels: { [oneOffLabel]: name, ...(secrets === undefined ? {} : { "sextant.secrets": secrets }) },
    Tty: terminal,
    OpenStdin: interactive,
    // Its input ends with the connection, and so does what reads from it.
    StdinOnce: interactive,
    AttachStdin: interactive,
    AttachStdout: !detached,
    AttachStderr: !detached,
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      ...HostConfig,
      ...(reading ? readOnly(HostConfig) : {}),
      AutoRemove: true,
      RestartPolicy: { Name: "no" },
      PortBindings: {},
      PublishAllPorts: false,
      // What is typed and answered is nobody else's to read; of what nobody waits for it is all that there is.
      ...(detached ? {} : { LogConfig: { Type: "none" } }),
    },
    ...(isNetwork(NetworkMode) ? { NetworkingConfig: { EndpointsConfig: { [NetworkMode]: {} } } } : {}),
  };
}

/** The volumes and directories of a container, as one has them that must not write there. */
function readOnly({ Binds, Mounts }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const bind = (text: unknown): string => {
    const [source = "", path = "", modes = ""] = String(text).split(":");
    const others = modes.split(",").filter((mode) => !["", "ro", "rw"].includes(mode));
    return [source, path, ["ro", ...others].join(",")].join(":");
  };
  return {
    ...(Array.isArray(Binds) ? { Binds: Binds.map(bind) } : {}),
    ...(Array.isArray(Mounts)
      ? {
          Mounts: Mounts.map((mount) =>
            isObject(mount) ? { ...mount, ReadOnly: true } : (mount as unknown),
          ),
        }
      : {}),
  };
}
