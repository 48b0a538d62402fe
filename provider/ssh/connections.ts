/**
 * Connections that are opened once a host, and by one of those that need them while the others wait. What is refused is
 * remembered and not tried again by each of them: sshd counts every refused login, and shuts an address out after some.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SshAddress } from "./address";
import { socketName, warmSeconds } from "./options";
import type { SshFailure } from "./failure";
import { Unreached } from "./unreached";

/** How long a host may let one wait. */
export interface Patience {
  /** Seconds for which a host that does not answer is tried again; some tries in any case. */
  patience?: number;
  /**
   * Whether the machine may be in its first boot: an image may start sshd a moment before cloud-init has put keys there, so that a
   * refused key is offered again, a few times.
   */
  firstBoot?: boolean;
}

interface Connection {
  /** Who opens it now. */
  opening?: Promise<void>;
  /** Those that use it, and when the last one ended: it stays warm for a while after that. */
  users: number;
  ended: number;
  /** Why it is not there, and until when nobody asks again. */
  failed?: { error: Error; until: number };
}

/** Tries of a host that does not answer. */
export const tries = 4;
/** Seconds after which there is no other try, where each one takes long: a host that is down is named within a quarter of a minute. */
const triesSeconds = 9;
/**
 * Seconds between tries of a refused key, and their number. sshd 9.8 and later counts 5 s for each refusal and shuts out from
 * 15 s on that are not over yet (sshd_config(5), PerSourcePenalties), so that tries this far apart never add up; and fail2ban
 * counts five in ten minutes.
 */
const refusedPause = 10;
const refusedTries = 4;
/** Seconds for which a host that did not answer is taken to be down: a stack has dozens of resources on it. */
const downSeconds = 60;
/** The pace of waiting, which tests shorten. */
export const pace = { second: 1000 };

const connections = new Map<string, Connection>();

/** What one try came to: nothing where it is open, else why not. */
export type Opening = () => Promise<SshFailure | undefined>;

/**
 * Does something over a connection that is open.
 * @throws Error with the sentence of why it is not.
 */
export async function connected<T>(
  shell: SshAddress,
  patience: Patience,
  open: Opening,
  work: () => Promise<T>,
): Promise<T> {
  const connection = connectionOf(shell);
  await ensure(shell, connection, patience, open);
  connection.users += 1;
  try {
    return await work();
  } finally {
    connection.users -= 1;
    connection.ended = Date.now();
  }
}

/** The connection was found to be gone. */
export function disconnected(shell: SshAddress): void {
  connectionOf(shell).ended = 0;
}

function connectionOf(shell: SshAddress): Connection {
  const name = socketName(shell);
  let connection = connections.get(name);
  if (connection === undefined) {
    connection = { users: 0, ended: 0 };
    connections.set(name, connection);
  }
  return connection;
}

function isWarm({ users, ended }: Connection): boolean {
  return ended > 0 && (users > 0 || Date.now() - ended < (warmSeconds / 2) * 1000);
}

async function ensure(
  shell: SshAddress,
  connection: Connection,
  patience: Patience,
  open: Opening,
): Promise<void> {
  if (isWarm(connection)) return;
  const { failed } = connection;
  if (failed !== undefined && Date.now() < failed.until) throw failed.error;
  connection.opening ??= opened(shell, connection, patience, open).finally(() => delete connection.opening);
  await connection.opening;
}

async function opened(
  shell: SshAddress,
  connection: Connection,
  wanted: Patience,
  open: Opening,
): Promise<void> {
  delete connection.failed;
  const patient = Date.now() + (wanted.patience ?? 0) * pace.second;
  const tiring = Date.now() + triesSeconds * 1000;
  const allowed = wanted.firstBoot === true ? refusedTries : 1;
  for (let attempt = 1, refused = 0; ; attempt += 1) {
    const failure = await open();
    if (failure === undefined) {
      connection.ended = Date.now();
      return;
    }
    if (!failure.again) refused += 1;
    const over = failure.again
      ? (attempt >= tries || Date.now() > tiring) && Date.now() > patient
      : refused >= allowed || !isBoots(failure);
    if (over) {
      const error = new Unreached(shell.name, failure.cause, failure.sentence);
      connection.failed = { error, until: failure.again ? Date.now() + downSeconds * pace.second : Infinity };
      throw error;
    }
    await sleep((failure.again ? 0.5 * Math.min(attempt, tries) : refusedPause) * pace.second);
  }
}

/** What a machine in its first boot may answer before it is set up. */
function isBoots({ cause }: SshFailure): boolean {
  return cause === "denied" || cause === "host-key" || cause === "host-key-changed";
}
