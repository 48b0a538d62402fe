/**
 * What a pull does: brings an image to its hosts, with credentials that go by standard input, and says in the user's terms why
 * it could not. An image that is there is not asked for again; one that a refresh finds gone is.
 */
import type { ResourceProvider } from "../resource-provider";
import { changed } from "../changes";
import { eachHost } from "../ssh/each-host";
import { refuseLocked } from "../host/stack-lock";
import { kept } from "../on-one-host";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { registryOf } from "../core/registry-of";
import { quote } from "../host/scripts";
import { bring } from "./bring";

/** A host that gets the image. */
export interface PullHost {
  shell: SshAddress;
  /** What is another when the machine is a new one; nothing for machines that are not the program's. */
  machine?: string;
}

export interface PullInputs {
  /** The full reference. */
  image: string;
  /** `project/stack/app`: whose release is about to use it, so that no other's clean-up takes it meanwhile. @default nobody's */
  owner?: string;
  hosts: PullHost[];
  /**
   * What the verb reads from standard input, by the host's name: the login; a secret. It is no part of the difference between two
   * sets of inputs: a login that is new each time, as that of ECR, brings no image and is no change. The next pull takes the new one.
   */
  __auth: Record<string, string>;
}

/** The inputs as they were last set, and the hosts on which a refresh found no image. */
export interface PullState extends PullInputs {
  missing?: string[];
}

async function pull({ image, owner, __auth }: PullInputs, hosts: readonly PullHost[]): Promise<void> {
  const bringTo = (some: readonly PullHost[]) =>
    eachHost(some, async ({ shell }) => {
      await refuseLocked(shell);
      await bring(shell, image, __auth[shell.name], owner);
    });
  const first = firstOfEach(await mirrorsOf(image, hosts)).flatMap((at) => hosts[at] ?? []);
  if (first.length > 0) await bringTo(first);
  await bringTo(hosts.filter((host) => !first.includes(host)));
}

/**
 * The mirror that each host's Docker asks first, as Kamal asks for it (lib/kamal/commands/builder/base.rb first_mirror). Docker has mirrors for
 * Docker Hub alone, so that for another registry's image nothing is asked.
 */
async function mirrorsOf(image: string, hosts: readonly PullHost[]): Promise<string[]> {
  if (hosts.length < 2 || registryOf(image) !== "docker.io") return hosts.map(() => "");
  const format = "{{range $at, $mirror := .RegistryConfig.Mirrors}}{{if not $at}}{{$mirror}}{{end}}{{end}}";
  return eachHost(hosts, async ({ shell }) => {
    const line = `docker info --format ${quote(format)} 2>/dev/null || true`;
    const { stdout } = await runOverSsh(shell, line, { timeout: 60, what: "asking Docker for its mirrors" });
    return stdout.trim();
  });
}

/**
 * The places of the hosts that pull first, one for each mirror that several have, so that the mirror has the image when the others ask. Pure.
 * @param mirrors by host; empty for none
 */
export function firstOfEach(mirrors: readonly string[]): number[] {
  return mirrors.flatMap((mirror, at) =>
    mirror !== "" && mirrors.indexOf(mirror) === at && mirrors.lastIndexOf(mirror) !== at ? [at] : [],
  );
}

/**
 * The hosts that have to be asked to pull. Other credentials, or another way to reach a host, count from the next pull.
 */
export function waiting(olds: PullState, news: PullInputs): PullHost[] {
  if (olds.image !== news.image) return news.hosts;
  return news.hosts.filter(
    ({ shell: { name }, machine }) =>
      olds.missing?.includes(name) === true ||
      !olds.hosts.some((had) => had.shell.name === name && had.machine === machine),
  );
}

export const pullProvider: ResourceProvider<PullInputs, PullState> = {
  async create(inputs) {
    await pull(inputs, inputs.hosts);
    return { id: inputs.image, outs: inputs };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: (olds.missing ?? []).length > 0 || changed(["image", "hosts"], olds, news).length > 0,
    }),

  async update(_id, olds, news) {
    await pull(news, waiting(olds, news));
    return { outs: news };
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a pull cannot be imported");
    const { missing: _former, ...inputs } = state;
    const { image } = inputs;
    const looked = await eachHost(inputs.hosts, async ({ shell }) => {
      const look = `docker image inspect --format '{{.Id}}' '${image}' 2>/dev/null || true`;
      const had = !(state.missing ?? []).includes(shell.name);
      return kept(shell, { name: shell.name, there: had }, async () => {
        const ran = await runOverSsh(shell, look, { timeout: 60, what: `looking for the image ${image}` });
        return { name: shell.name, there: ran.stdout.trim() !== "" };
      });
    });
    const missing = looked.filter(({ there }) => !there).map(({ name }) => name);
    return { id, props: missing.length === 0 ? inputs : { ...inputs, missing } };
  },
};
