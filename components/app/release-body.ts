/** What Docker makes the container of a release command from: data for its API, since a shell would have the environment as its own. */

/** CPU shares, of 1024: a fifth beside a container that serves. */
const bootShares = 256;

export interface ReleaseContainer {
  /** The full reference. */
  image: string;
  command: readonly string[];
  /** Variables as `NAME=value`. */
  envs: readonly string[];
  /** The Docker network. */
  network: string;
  /** Volumes as `SOURCE:PATH`. */
  volumes: readonly string[];
  labels: Readonly<Record<string, string>>;
}

/** The body of `POST /containers/create`, as JSON without a line end. Pure: the same release gives the same text. */
export function releaseBody({ image, command, envs, network, volumes, labels }: ReleaseContainer): string {
  return JSON.stringify({
    Image: image,
    Cmd: command,
    Env: envs,
    Labels: labels,
    HostConfig: { NetworkMode: network, CpuShares: bootShares, Binds: volumes },
  });
}
