/**
 * What holds for every resource on a host, whatever it is: one on a host that is gone is given up without asking the host, and one of a
 * machine that was replaced went with that machine; a host that is down is named once; and nothing is changed there while the stack is locked.
 */
import { leftSentence } from "./data/no-more";
import type { ResourceProvider } from "./resource-provider";
import { refuseLocked } from "./host/stack-lock";
import { first, goneVariable, isDeclaredGone, isGone, isReplaced, knowMachine } from "./gone";
import type { SshAddress } from "./ssh/address";
import { runOverSsh } from "./ssh/run";
import { Unreached } from "./ssh/unreached";
import { say } from "./say";

/** Where a host has the id of its machine. */
export const machineFile = "/var/lib/sextant/machine";

/** Seconds for the question which machine answers. */
const timeout = 60;

/**
 * Wraps a provider.
 * @param left what of a resource is on its host, for a sentence, or "" where it is not worth one; undefined where nothing is there
 * @param gate whether it is what waits for a new machine, which has no note of a lock and may not answer yet
 */
export function onOneHost<Inputs extends { shell: SshAddress }, State extends { shell: SshAddress }>(
  provider: ResourceProvider<Inputs, State>,
  left: (state: State) => string | undefined,
  gate = false,
): ResourceProvider<Inputs, State> {
  const { check, create, update, read, delete: remove } = provider;
  return {
    ...provider,

    async check(olds, news) {
      // An address that is known only later is a text here.
      if (typeof news.shell === "object") knowMachine(news.shell);
      return (await check?.(olds, news)) ?? { inputs: news };
    },

    async create(inputs) {
      refuse(inputs.shell);
      return said(async () => {
        if (!gate) await refuseLocked(inputs.shell);
        return create(inputs);
      });
    },

    ...(update === undefined
      ? {}
      : {
          async update(id, olds, news) {
            refuse(news.shell);
            return said(async () => {
              await refuseLocked(news.shell);
              return update(id, olds, news);
            });
          },
        }),

    ...(remove === undefined
      ? {}
      : {
          async delete(id, state) {
            const what = left(state);
            if (what === undefined || (await isPresent(state.shell, what)))
              await said(async () => {
                if (what !== undefined) await refuseLocked(state.shell);
                return remove(id, state);
              }, wayOn);
          },
        }),

    ...(read === undefined
      ? {}
      : {
          read: (id, state) =>
            state === undefined
              ? read(id, state)
              : kept(state.shell, { id, props: state }, () => read(id, state)),
        }),
  };
}

/** In a refresh: what is found on a host; what the state has of it, where it is gone, or where another resource says that it is down. */
export async function kept<T>(shell: SshAddress, asItWas: T, look: () => Promise<T>): Promise<T> {
  if (isGone(shell)) {
    if (first(`kept ${shell.name}`)) say(`${shell.name} is gone: what the state has of it stays as it is.`);
    return asItWas;
  }
  try {
    return await look();
  } catch (error) {
    // By the first one the refresh fails.
    if (error instanceof Unreached && !first(`down ${error.host}`)) return asItWas;
    throw error;
  }
}

/** Whether there is a machine to remove it from; what is left on one that is gone is said. */
async function isPresent(shell: SshAddress, what: string): Promise<boolean> {
  if (isReplaced(shell)) return false;
  if (isGone(shell)) {
    const sentence = leftSentence(shell, what);
    if (what !== "" && first(sentence)) say(sentence);
    return false;
  }
  return shell.machine === undefined || (await said(() => answers(shell), wayOn));
}

const asked = new Map<string, Promise<boolean>>();

/** Whether it is the machine of the resource that answers: an address may stay when a server is made anew. */
function answers(shell: SshAddress): Promise<boolean> {
  const { name, machine = "" } = shell;
  const key = `${name} ${machine}`;
  const known = asked.get(key);
  if (known !== undefined) return known;
  const answer = runOverSsh(shell, `cat ${machineFile} 2>/dev/null || true`, {
    timeout,
    what: "asking who it is",
  })
    .then(({ stdout }) => stdout.trim() === "" || stdout.trim() === machine)
    .catch((error: unknown) => {
      asked.delete(key);
      throw error;
    });
  asked.set(key, answer);
  return answer;
}

function refuse(shell: SshAddress): void {
  if (!isDeclaredGone(shell)) return;
  throw new Error(
    `${shell.name}: it is gone, so nothing is put on it; take it out of all roles, proxies and accessories.`,
  );
}

/** Does something, and names a host that is down once: the next ones say that it was said. */
async function said<T>(
  work: () => Promise<T>,
  more: (error: Unreached) => Error = (error) => error,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Unreached)) throw error;
    if (first(`down ${error.host}`)) throw more(error);
    const short = `${error.host}: it was not reached; why is said of another resource on it.`;
    throw new Error(short, { cause: error });
  }
}

/** A delete that fails would fail at each run. Where the sentence does not say it, the machine may be another one by now. */
function wayOn(error: Unreached): Error {
  if (error.message.includes(goneVariable)) return error;
  return new Error(
    `${error.message} If that machine is gone for good, run once with ${goneVariable}=${error.host}: what was on it is given up.`,
  );
}
