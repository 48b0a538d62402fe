/** The step that runs a command once in a container of the new image, before anything takes the new release. */
import { seconds, type Duration } from "../core/units";
import { binds, environment, type ImageVolumes, type Mount } from "../docker/container-body";
import { withImageVolumes } from "../docker/image-volumes";
import type { Step, StepInputs } from "./step";

/** The release command, and what its container is made from. */
export interface ReleaseInputs extends StepInputs {
  /** The container's name: one command at a time has it. */
  name: string;
  /** The full reference of the image. */
  image: string;
  /** The login for the image, where it has gone from the host since it was pulled; a secret. Another one is no change. */
  __auth?: string;
  /** The command. */
  command: string[];
  /** How long it may take. */
  timeout: Duration;
  /** The variables that are no secrets. */
  env?: Record<string, string>;
  /** The variables that are secrets: their values are in no diff, and not in clear in the state. */
  secrets?: Record<string, string>;
  /** The Docker network. */
  network: string;
  /** Further Docker networks, which somebody else has made. @default none */
  alsoOn?: string[];
  /** Docker volumes, or directories of the host, in the container. */
  volumes?: Mount[];
  /** The volumes for what the image keeps where nothing is mounted, as those of the first role. Another value is no change. */
  imageVolumes?: ImageVolumes;
}

/** CPU shares, of 1024: a fifth beside a container that serves. */
const bootShares = 256;

/**
 * What Docker makes the container from, the body of `POST /containers/create`, as JSON without a line end: data for its API, since a
 * shell would have the environment as its own. The same release gives the same text.
 */
export function releaseBody(
  inputs: Pick<ReleaseInputs, "name" | "image" | "command" | "env" | "secrets" | "network" | "volumes">,
): string {
  const { name, image, command, secrets = {}, network, volumes = [] } = inputs;
  return JSON.stringify({
    Image: image,
    Cmd: command,
    Env: environment(inputs) ?? [],
    Labels: { "sextant.release": name, "sextant.secrets": Object.keys(secrets).sort().join(",") },
    HostConfig: { NetworkMode: network, CpuShares: bootShares, Binds: binds(volumes) },
  });
}

export const releaseStep: Step<ReleaseInputs> = {
  call: (inputs) => {
    const { name, image, timeout, command, alsoOn = [] } = inputs;
    return {
      verb: "release",
      words: [
        `name=${name}`,
        `image=${image}`,
        `timeout=${seconds(timeout)}`,
        ...alsoOn.map((network) => `join=${network}`),
        "--",
        ...command,
      ],
      stdin: releaseBody(inputs),
    };
  },
  undo: ({ name }) => ({ verb: "release", words: [`name=${name}`, "forget"] }),
  about: ({ name }) => name,
  // An earlier one, whose client was cut off, may have to end first.
  limit: ({ timeout }) => `${2 * seconds(timeout)}s`,
  image: ({ image, __auth }) => ({ reference: image, login: __auth }),
  prepare: async (inputs) => ({ ...inputs, volumes: await withImageVolumes(inputs) }),
  aside: ["imageVolumes"],
};
