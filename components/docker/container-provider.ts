/**
 * What a container's resource does: makes it, changes its limits in place, stops and removes it. A create that was cut off and
 * is tried again finds its own container by a label, and takes no other's.
 */
import { randomBytes } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import { createTar } from "nanotar";
import type { Shell } from "../dynamic/shell";
import {
  containerBody,
  differs,
  limits,
  limitsNow,
  replacing,
  updated,
  type ContainerInputs,
} from "./container-body";
import { ask, messageOf, must } from "./engine";

/** As a program gives them: without a name, one is made from this prefix. */
type Given = Omit<ContainerInputs, "name"> & { name?: string; namePrefix?: string };

/** The inputs as they were last set, and whether a refresh found a container stopped that should run. */
export interface ContainerState extends ContainerInputs {
  stopped: boolean;
}

/** What is read of `GET /containers/{id}/json`. */
interface Inspected {
  Id: string;
  State: { Running: boolean };
  HostConfig: Parameters<typeof limitsNow>[1];
  Config: { Labels: Record<string, string> | null };
}

/** By this label a create that is tried again knows what it made. */
const creation = "sextant.creation";
/** Seconds over a container's own time to stop. */
const grace = 60;
/** Seconds: what an image has at the place of a new volume is copied into it. */
const createSeconds = 300;

/** @param again whether it is tried once more when what has the name makes room */
async function create(inputs: ContainerInputs, again = true): Promise<string> {
  const { shell, name } = inputs;
  const mark = randomBytes(8).toString("hex");
  const labels = { ...inputs.labels, [creation]: mark };
  const path = `/containers/create?name=${encodeURIComponent(name)}`;
  const body = containerBody({ ...inputs, labels });
  const answer = await ask(shell, { method: "POST", path, body, timeout: createSeconds });
  if (answer.status === 201) return (answer.body as { Id: string }).Id;
  if (answer.status !== 409)
    throw new Error(`${shell.name}: Docker does not make the container ${name}: ${messageOf(answer)}`);

  const there = await inspect(shell, name);
  if (there?.Config.Labels?.[creation] === mark) return there.Id;
  if (!again || (there !== undefined && !isOwn(there, inputs))) {
    throw new Error(
      `${shell.name}: a container named ${name} is there already and is not this stack's; docker rm --force ${name} there makes room, if nothing needs it.`,
    );
  }
  if (there !== undefined) await end(there.Id, inputs);
  return create(inputs, false);
}

/** Whether a run of this stack has left it, which was cut off before Pulumi knew of it. */
function isOwn({ Config }: Inspected, { ownedBy, labels }: ContainerInputs): boolean {
  if (ownedBy === undefined) return false;
  const value = labels?.[ownedBy];
  return value !== undefined && Config.Labels?.[ownedBy] === value;
}

/** Writes the files and starts it; what could not be completed is taken away again, so that the next run begins anew. */
async function complete(
  id: string,
  { shell, name, uploads = [], start = true }: ContainerInputs,
): Promise<void> {
  try {
    if (uploads.length > 0) {
      const files = uploads.map(({ file, content }) => ({ name: file.replace(/^\/+/, ""), data: content }));
      const archive = createTar(files, { attrs: { mode: "644", user: "root", group: "root" } });
      const request = { method: "PUT", path: `/containers/${id}/archive?path=/`, body: archive } as const;
      await must(shell, request, `writing files into the container ${name}`);
    }
    if (start) await startIt(shell, id, name);
  } catch (error) {
    await remove(shell, id, name);
    throw error;
  }
}

async function startIt(shell: Shell, id: string, name: string): Promise<void> {
  const request = { method: "POST", path: `/containers/${id}/start` } as const;
  await must(shell, request, `starting the container ${name}`, [304]);
}

async function inspect(shell: Shell, container: string): Promise<Inspected | undefined> {
  const path = `/containers/${encodeURIComponent(container)}/json`;
  const answer = await must(shell, { method: "GET", path }, `looking for the container ${container}`, [404]);
  return answer.status === 404 ? undefined : (answer.body as Inspected);
}

/** Stops it in its own time, and removes it. One that has stopped already, as the old one of a release has, takes one question. */
async function end(id: string, { shell, name, destroyGraceSeconds = 10 }: ContainerInputs): Promise<void> {
  const gone = { method: "DELETE", path: `/containers/${id}?v=true`, timeout: grace } as const;
  const { status } = await must(shell, gone, `removing the container ${name}`, [404, 409]);
  if (status !== 409) return;
  const path = `/containers/${id}/stop?t=${destroyGraceSeconds}`;
  const timeout = destroyGraceSeconds + grace;
  await must(shell, { method: "POST", path, timeout }, `stopping the container ${name}`, [304, 404]);
  await remove(shell, id, name);
}

async function remove(shell: Shell, id: string, name: string): Promise<void> {
  const path = `/containers/${id}?force=true&v=true`;
  // 409: it is being removed already.
  await must(shell, { method: "DELETE", path, timeout: grace }, `removing the container ${name}`, [404, 409]);
}

export const containerProvider: dynamic.ResourceProvider<Given, ContainerState> = {
  check: (olds, news) => {
    const kept = olds.namePrefix === news.namePrefix ? olds.name : undefined;
    const name =
      news.name ?? kept ?? `${news.namePrefix ?? ""}-${randomBytes(4).toString("hex").slice(0, 7)}`;
    return Promise.resolve({ inputs: { ...news, name } });
  },

  async create(given) {
    const inputs = given as ContainerInputs;
    const id = await create(inputs);
    await complete(id, inputs);
    return { id, outs: { ...inputs, stopped: false } };
  },

  diff: (_id, olds, given) => {
    const news = given as ContainerInputs;
    return Promise.resolve({
      changes: olds.stopped || differs(olds, news),
      replaces: replacing(olds, news),
    });
  },

  async update(id, olds, given) {
    const news = given as ContainerInputs;
    const { shell, name } = news;
    if (updated(olds, news).length > 0) {
      const request = { method: "POST", path: `/containers/${id}/update`, body: limits(news) } as const;
      await must(shell, request, `changing the limits of the container ${name}`);
    }
    if (olds.stopped) await startIt(shell, id, name);
    return { outs: { ...news, stopped: false } };
  },

  delete: end,

  async read(id, state) {
    if (state === undefined) throw new Error("a container cannot be imported");
    const there = await inspect(state.shell, id);
    if (there === undefined) return { id: "", props: state };
    const stopped = (state.start ?? true) && !there.State.Running;
    return { id, props: { ...state, ...limitsNow(state, there.HostConfig), stopped } };
  },
};
