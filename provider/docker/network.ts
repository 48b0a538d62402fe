/**
 * What the resource of a Docker network does: makes it, or takes the one of that name that is there, since two programs may share a
 * host; and removes it unless another program uses the host, or has containers in it.
 */
import type { ResourceProvider } from "../resource-provider";
import { replacedBy } from "../changes";
import type { SshAddress } from "../ssh/address";
import { isShared } from "../host/install";
import { stand, stands } from "../standing";
import { send, messageOf, sendOk } from "./api";

export interface DockerNetworkInputs {
  shell: SshAddress;
  name: string;
  /** @default "bridge" */
  driver?: string;
  options?: Record<string, string>;
  labels?: Record<string, string>;
}

/** What is read of a network. */
interface Inspected {
  Id: string;
  Name: string;
  Options: Record<string, string> | null;
}

async function named({ shell, name }: DockerNetworkInputs): Promise<Inspected | undefined> {
  const filters = encodeURIComponent(JSON.stringify({ name: [name] }));
  const path = `/networks?filters=${filters}`;
  const { body } = await sendOk(shell, { method: "GET", path }, `looking for the network ${name}`);
  // The filter finds names that hold this one, too.
  return (body as Inspected[]).find(({ Name }) => Name === name);
}

/** What a network stands for on its host: one of this name that is made from the same. */
const standsFor = ({ name, driver = "bridge", options = {}, labels = {} }: DockerNetworkInputs): string =>
  `network ${JSON.stringify([name, driver, Object.entries(options).sort(), Object.entries(labels).sort()])}`;

const replaced = replacedBy<DockerNetworkInputs>(["name", "driver", "options", "labels"]);

export const networkProvider: ResourceProvider<DockerNetworkInputs, DockerNetworkInputs> = {
  check(_olds, inputs) {
    stand(inputs.shell, standsFor(inputs));
    return Promise.resolve({ inputs });
  },

  async create(inputs) {
    const { shell, name, driver, options, labels } = inputs;
    const there = await named(inputs);
    if (there !== undefined) {
      const differing = Object.entries(options ?? {}).filter(
        ([key, value]) => there.Options?.[key] !== value,
      );
      if (differing.length === 0) return { id: there.Id, outs: inputs };
      throw new Error(
        `${shell.name}: a Docker network ${name} is there already, without ${differing.map((pair) => pair.join("=")).join(", ")}; docker network rm ${name} there makes room, once no container is in it.`,
      );
    }
    const body = { Name: name, Driver: driver, Options: options, Labels: labels, CheckDuplicate: true };
    const request = { method: "POST", path: "/networks/create", body } as const;
    const { status, body: made } = await sendOk(shell, request, `making the network ${name}`, [409]);
    // Somebody else, or a try whose answer was lost, was a moment faster.
    const id = status === 409 ? (await named(inputs))?.Id : (made as Inspected).Id;
    if (id === undefined) throw new Error(`${shell.name}: the network ${name} is gone again.`);
    return { id, outs: inputs };
  },

  /** A host has one of a name, so that the old one makes room for one that is made from something else. */
  async diff(id, olds, news) {
    const found = await replaced(id, olds, news);
    return { ...found, deleteBeforeReplace: (found.replaces ?? []).length > 0 };
  },

  update: (_id, _olds, news) => Promise.resolve({ outs: news }),

  async delete(id, state) {
    const { shell, name } = state;
    // Another resource has taken it, as at `pulumi up --replace`.
    if (stands(shell, standsFor(state))) return;
    // The last stack on the host removes it: a network without containers may be that of another one.
    if (await isShared(shell)) return;
    const answer = await send(shell, { method: "DELETE", path: `/networks/${id}` });
    if (answer.status < 300 || answer.status === 404) return;
    // Whoever still has containers in it removes it.
    if (answer.status === 403) return;
    throw new Error(`${shell.name}: the network ${name} is not removed: ${messageOf(answer)}`);
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a network cannot be imported");
    const request = { method: "GET", path: `/networks/${id}` } as const;
    const answer = await sendOk(state.shell, request, `looking for the network ${state.name}`, [404]);
    return { id: answer.status === 404 ? "" : id, props: state };
  },
};
