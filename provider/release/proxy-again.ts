/**
 * A proxy that is replaced by one that is made from the same, as by `pulumi up --replace`, or since what it depends on is replaced: the step
 * that bridges a change has nothing to do then, so that the bridge comes before the old container goes. `Settle` ends it.
 */
import { inspect } from "../docker/container";
import { ownProxy, type ContainerInputs } from "../docker/container-body";
import type { ResourceProvider } from "../resource-provider";
import type { SshAddress } from "../ssh/address";
import { stand, stands } from "../standing";
import { bridgeStep } from "./bridge";
import { bridgingContainer, proxyContainer } from "./proxy-names";
import { runCall, type Call } from "./step";

/** Seconds for the bridge: its image is there, as the old proxy has it. */
const timeout = 300;

/** Whose the proxy is; undefined for any other container. */
const ownerOf = ({ name, labels }: Pick<Partial<ContainerInputs>, "name" | "labels">): string | undefined =>
  name === proxyContainer ? labels?.[ownProxy] : undefined;

const proxyOf = (owner: string): string => `proxy of ${owner}`;

/** The bridge to one like it. @param id of the container that goes, by which the host takes the next one for another */
export function bridgeToSame(id: string, owner: string, state: ContainerInputs): Call {
  const { shell, image, command, ports = [] } = state;
  const outside = (inside: number): number | undefined =>
    ports.find(({ internal, protocol = "tcp" }) => internal === inside && protocol === "tcp")?.external;
  const httpPort = outside(80) ?? 80;
  const httpsPort = outside(443) ?? httpPort;
  return bridgeStep.call({
    ...{ shell, config: `after-${id.slice(0, 12)}`, image, owner, httpPort, httpsPort },
    ...(command === undefined ? {} : { command }),
  });
}

/** Wraps the work for containers. */
export function bridged<
  Inputs extends Pick<Partial<ContainerInputs>, "name" | "labels"> & { shell: SshAddress },
  State extends ContainerInputs,
>(provider: ResourceProvider<Inputs, State>): ResourceProvider<Inputs, State> {
  return {
    ...provider,

    async check(olds, news) {
      // In a preview the labels may be a text without meaning.
      const owner = ownerOf(news);
      if (owner !== undefined) stand(news.shell, proxyOf(owner));
      return (await provider.check?.(olds, news)) ?? { inputs: news };
    },

    async delete(id, state, inputs) {
      const owner = ownerOf(state);
      const again = owner !== undefined && stands(state.shell, proxyOf(owner)) && !stands(state.shell, id);
      const isThere = async (name: string) => (await inspect(state.shell, name)) !== undefined;
      if (again && !(await isThere(bridgingContainer)) && (await isThere(id)))
        await runCall(state.shell, bridgeToSame(id, owner, state), timeout, state.image);
      await provider.delete?.(id, state, inputs);
    },
  };
}
