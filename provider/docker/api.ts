/** Docker's API on a host, through the connection that is kept warm: no process a host is left on the client for it. */
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { textLine } from "../host/scripts";

/** A request to Docker's API; paths as in https://docs.docker.com/reference/api/engine/, without a version. */
export interface Request {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  /** Sent as JSON; bytes as a tar archive. */
  body?: object | Uint8Array;
  /** Seconds that Docker may take. @default 120 */
  timeout?: number;
}

export interface Answer {
  status: number;
  /** The JSON of the answer; undefined where it has none. */
  body: unknown;
}

/**
 * Asks Docker, whatever it answers.
 * @throws Error when the host cannot be reached, when Docker does not answer, or not in time.
 */
export async function send(
  shell: SshAddress,
  { method, path, body, timeout = 120 }: Request,
): Promise<Answer> {
  const archive = body instanceof Uint8Array;
  const words = [method, path, ...(archive ? ["application/x-tar"] : [])];
  const line = textLine("engine", words);
  const stdin = archive || body === undefined ? body : JSON.stringify(body);
  const what = `Docker's answer to ${method} ${path}`;
  const ran = await runOverSsh(shell, line, { ...(stdin === undefined ? {} : { stdin }), timeout, what });
  if (ran.code !== 0) {
    throw new Error(
      `${shell.name}: Docker does not answer (${ran.stderr.trim().split("\n").at(-1) ?? ""}); see systemctl status docker there.`,
    );
  }
  try {
    return parseAnswer(ran.stdout);
  } catch (error) {
    throw new Error(`${shell.name}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * An answer as the verb prints it: the body, and the status on a line of its own. Of one that is not whole nothing is shown: it may be
 * the environment of a container.
 * @throws Error when it was cut off.
 */
export function parseAnswer(printed: string): Answer {
  const lines = printed.trimEnd().split("\n");
  const last = lines.pop() ?? "";
  const text = lines.join("\n").trim();
  const status = /^\d{3}$/.test(last) ? Number(last) : undefined;
  if (status !== undefined && text === "") return { status, body: undefined };
  try {
    if (status !== undefined) return { status, body: JSON.parse(text) as unknown };
  } catch {
    // What stands between us and Docker says no in words of its own.
    if (status !== undefined && status >= 400) return { status, body: undefined };
  }
  throw new Error(
    `Docker's answer was cut off after ${printed.length} characters; run it again, and see systemctl status docker there.`,
  );
}

/** Asks Docker for something that has to succeed. Some answers besides say that it is so already. */
export async function sendOk(
  shell: SshAddress,
  request: Request,
  what: string,
  already: readonly number[] = [],
): Promise<Answer> {
  const answer = await send(shell, request);
  if (answer.status < 300 || already.includes(answer.status)) return answer;
  throw new Error(`${shell.name}: ${what} failed: ${messageOf(answer)}`);
}

/** What Docker says in an answer that is an error. */
export function messageOf({ status, body }: Answer): string {
  const { message } = (body ?? {}) as { message?: string };
  return message ?? `Docker answered ${status}`;
}
