/** What a user is told while the plugin works. Nothing of the engine's protocol is in here: the program loads files that say something, too. */
import { AsyncLocalStorage } from "node:async_hooks";

/** What a message is: one that is `passing` is true for a moment only, for a line that the next one takes the place of. */
export type Manner = "said" | "passing" | "warned";

/** Tells somebody a message about a resource, by its URN, or "" for none; ends when it has been heard. */
export type Listener = (message: string, urn: string, manner: Manner) => Promise<void>;

/** The resource that is worked on. */
const resource = new AsyncLocalStorage<string>();
/** What has been said and not been heard yet. */
const unheard = new Set<Promise<void>>();
let listener: Listener | undefined;

/** Everything that is said goes there. Without one, as in tests, it is printed. */
export function sayTo(listens: Listener): void {
  listener = listens;
}

/** Works on a resource, and ends when what was said meanwhile has been heard. */
export async function workingOn<T>(urn: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await resource.run(urn, work);
  } finally {
    await Promise.all(unheard);
  }
}

/** The stack whose resource is worked on, as `project/stack`; undefined outside of a run. */
export function stackNow(): string | undefined {
  const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(resource.getStore() ?? "") ?? [];
  return stack === undefined || project === undefined ? undefined : `${project}/${stack}`;
}

/** Tells the user a line, or some. */
export function say(message: string): void {
  if (listener === undefined) console.log(message);
  else tell(listener, message, "said");
}

/** Warns the user of what stops nothing. */
export function warn(message: string): void {
  if (listener === undefined) console.warn(message);
  else tell(listener, message, "warned");
}

/** Tells the user what is done at the moment. Without a listener nobody is told: it would stay. */
export function sayDoing(message: string): void {
  if (listener !== undefined) tell(listener, message, "passing");
}

function tell(to: Listener, message: string, manner: Manner): void {
  const heard = to(message, resource.getStore() ?? "", manner).finally(() => unheard.delete(heard));
  unheard.add(heard);
}
