/** Faults that a test asks for: answers that fail, actions that fail or take long. */
import { ApiError, failure, invalidField } from "./errors";
import type { Body, Call } from "./http";
import { Input } from "./input";

/** The next requests with this method and path (a regular expression for the whole of it) answer with an error, late, or both. */
export interface RequestFault {
  kind: "request";
  method: string;
  path: string;
  times: number;
  status?: number;
  code?: string;
  message?: string;
  delayMs?: number;
}

/** The next actions with this command fail with a message, take this long, or both. */
export interface ActionFault {
  kind: "action";
  command: string;
  times: number;
  code?: string;
  message?: string;
  delayMs?: number;
}

/**
 * Until the faults are cleared there is none of a server type left at a location. Its creation ends as at Hetzner: 412,
 * "error during placement", with this code (github.com/jenkinsci/hetzner-cloud-plugin/issues/21).
 */
export interface SoldOut {
  kind: "sold-out";
  serverType: string;
  location: string;
}

export type Fault = RequestFault | ActionFault | SoldOut;

export class Faults {
  private list: Fault[] = [];

  all(): Fault[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
  }

  add(body: Body): Fault {
    const fault = readFault(body);
    this.list.push(fault);
    return fault;
  }

  /** The fault that hits this call, if any: one of its times is used up. */
  async hit(call: Call): Promise<void> {
    const fault = this.take(
      (each): each is RequestFault =>
        each.kind === "request" &&
        each.method === call.method &&
        new RegExp(`^(?:${each.path})$`).test(call.path),
    );
    if (!fault) return;
    await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 0));
    if (fault.code === undefined) return;
    const error = failure(fault.code, fault.message ?? `injected ${fault.code}`);
    throw new ApiError(fault.status ?? error.status, error.code, error.message);
  }

  /** The fault that hits the next action with this command, if any. */
  ofAction(command: string): ActionFault | undefined {
    return this.take((each): each is ActionFault => each.kind === "action" && each.command === command);
  }

  /** Whether there is none of this server type left there. */
  isSoldOut(serverType: string, location: string): boolean {
    return this.list.some(
      (each) => each.kind === "sold-out" && each.serverType === serverType && each.location === location,
    );
  }

  private take<F extends RequestFault | ActionFault>(fits: (fault: Fault) => fault is F): F | undefined {
    const fault = this.list.find(fits);
    if (fault && --fault.times <= 0) this.list = this.list.filter((each) => each !== fault);
    return fault;
  }
}

function readFault(body: Body): Fault {
  const input = new Input(body);
  const kind = input.needOneOf("kind", ["request", "action", "sold-out"]);
  if (kind === "sold-out") {
    const fault: SoldOut = {
      kind,
      serverType: input.needText("serverType"),
      location: input.needText("location"),
    };
    input.done();
    return fault;
  }
  const shared = {
    times: input.integer("times") ?? 1,
    code: input.text("code"),
    message: input.text("message"),
    delayMs: input.integer("delayMs"),
  };
  const fault: Fault =
    kind === "request"
      ? {
          kind,
          method: input.needText("method"),
          path: input.needText("path"),
          status: input.integer("status"),
          ...shared,
        }
      : { kind, command: input.needText("command"), ...shared };
  input.done();
  if (fault.code === undefined && fault.message === undefined && fault.delayMs === undefined) {
    throw invalidField("code", "A fault needs a code, a message or a delayMs.");
  }
  if (fault.kind === "action" && fault.code !== undefined) fault.message ??= `injected ${fault.code}`;
  return fault;
}
