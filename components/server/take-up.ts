/**
 * Takes up a server that a run of this stack has made, and that its state does not know: the run was killed while Hetzner made it. Without
 * this, each further update would ask for a second one of its name, and be refused.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../core/problem";
import type { KnownServer } from "../hetzner/facts";

/** Milliseconds: for a server that was made longer ago nobody asks for the state. */
const recently = 7 * 24 * 3_600_000;

/** The servers at Hetzner that are this stack's by their labels, and young. */
export function straysOf(
  ours: { project: string; stack: string },
  there: readonly KnownServer[],
  now = Date.now(),
): KnownServer[] {
  return there.filter(
    ({ labels, created }) =>
      labels?.["project"] === ours.project &&
      labels["stack"] === ours.stack &&
      now - Date.parse(created ?? "") < recently,
  );
}

/** The one of this name. */
export function strayOf(
  name: unknown,
  ours: { project: string; stack: string },
  there: readonly KnownServer[],
  now = Date.now(),
): KnownServer | undefined {
  return straysOf(ours, there, now).find((server) => server.name === name);
}

/** A resource as the state has it. */
interface Kept {
  type: string;
  outputs?: { name?: unknown };
}

/** Whether the state has a server of this name at Hetzner, as whatever resource of the program: then it is to stay that one's. */
export function isKnown(name: string, resources: Readonly<Record<string, Kept>>): boolean {
  return Object.values(resources).some(
    ({ type, outputs }) => type === "hcloud:index/server:Server" && outputs?.name === name,
  );
}

/** Whether the state has the host key that the machine was made with: without it, nobody could tell that machine from another one. */
export function hasHostKey(resource: string, resources: Readonly<Record<string, Kept>>): boolean {
  return Object.entries(resources).some(
    ([urn, { type }]) => type === "command:local:Command" && urn.endsWith(`::${resource}`),
  );
}

/**
 * What makes the resource of a server take up the one that is there, where the state has none of its name.
 * @param keyResource the resource of the server's host key, by its name
 */
export function takesUp({ id, name }: KnownServer, keyResource: string): pulumi.ResourceTransform {
  return async ({ props, opts }) => {
    const resources = await stateOfRun();
    if (resources === undefined || isKnown(name, resources) || !hasHostKey(keyResource, resources))
      return undefined;
    void pulumi.log.info(
      `Hetzner has the server ${name} (${String(id)}) of this stack, and the state has it not: a run was cut off. It is taken up.`,
    );
    return { props, opts: { ...opts, import: String(id) } };
  };
}

/** Why the one that is there can be neither made nor taken up; nothing where it can, or is known. */
export async function lostKey(
  { id, name, created }: KnownServer,
  keyResource: string,
): Promise<Problem | undefined> {
  const resources = await stateOfRun();
  if (resources === undefined || isKnown(name, resources) || hasHostKey(keyResource, resources))
    return undefined;
  return {
    argument: "name",
    value: name,
    rule:
      `this stack made a server of that name at Hetzner on ${String(created)} (${String(id)}), and the state has neither it nor its host ` +
      "key, by which its machine is known",
    cure: "go on with the state that had them (pulumi stack import), or give the new server another name",
  };
}

/**
 * Registers a resource when the state has been read, and not before: else the state would have what this run makes, and a host key of
 * this run would pass for that of a machine that was there before it.
 */
export const afterReadingState: pulumi.ResourceTransform = async () => {
  await stateOfRun();
  return undefined;
};

/** The states of the runs of this process. */
const states = new WeakMap<object, Promise<Readonly<Record<string, Kept>> | undefined>>();

/** What the state had when this run began; asked once. Undefined where it cannot be had: then nothing is taken up. */
function stateOfRun(): Promise<Readonly<Record<string, Kept>> | undefined> {
  const run = pulumi.runtime.getStackResource();
  if (run === undefined) return Promise.resolve(undefined);
  const known = states.get(run);
  if (known !== undefined) return known;
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const asked = pulumi.runtime
    .invoke("pulumi:pulumi:readStackResourceOutputs", { stackName })
    .then(({ outputs }: { outputs: Readonly<Record<string, Kept>> }) => outputs)
    .catch(() => undefined);
  states.set(run, asked);
  return asked;
}
