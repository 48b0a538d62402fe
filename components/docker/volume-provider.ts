/** What a volume's resource does: makes it, or takes the one of that name that is there, and removes it when nothing uses it. */
import type { dynamic } from "@pulumi/pulumi";
import { replacedBy } from "../dynamic/changes";
import type { Shell } from "../dynamic/shell";
import { ask, messageOf, must } from "./engine";

export interface VolumeInputs {
  shell: Shell;
  name: string;
  /** @default "local" */
  driver?: string;
  driverOpts?: Record<string, string>;
  labels?: Record<string, string>;
}

/** The names of the containers that use a volume. */
async function usersOf(shell: Shell, name: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ volume: [name] }));
  const path = `/containers/json?all=true&filters=${filters}`;
  const { body } = await must(shell, { method: "GET", path }, `looking who uses the volume ${name}`);
  return (body as { Names: string[] }[]).map(({ Names }) => (Names[0] ?? "").replace(/^\//, ""));
}

export const volumeProvider: dynamic.ResourceProvider<VolumeInputs, VolumeInputs> = {
  async create(inputs) {
    const { shell, name, driver, driverOpts, labels } = inputs;
    const body = { Name: name, Driver: driver, DriverOpts: driverOpts, Labels: labels };
    await must(shell, { method: "POST", path: "/volumes/create", body }, `making the volume ${name}`);
    return { id: name, outs: inputs };
  },

  diff: replacedBy(["name", "driver", "driverOpts", "labels"]),

  update: (_id, _olds, news) => Promise.resolve({ outs: news }),

  async delete(id, { shell }) {
    const path = `/volumes/${encodeURIComponent(id)}`;
    const answer = await ask(shell, { method: "DELETE", path });
    if (answer.status < 300 || answer.status === 404) return;
    const users = answer.status === 409 ? await usersOf(shell, id) : [];
    const cure = users.length === 0 ? "" : `; remove ${users.join(", ")} first, by docker rm`;
    throw new Error(`${shell.name}: the volume ${id} is not removed: ${messageOf(answer)}${cure}.`);
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a volume cannot be imported");
    const path = `/volumes/${encodeURIComponent(id)}`;
    const answer = await must(state.shell, { method: "GET", path }, `looking for the volume ${id}`, [404]);
    return { id: answer.status === 404 ? "" : id, props: state };
  },
};
