/** An error that says why a host was not reached, for what goes on without it. */
import type { Cause } from "./failure";

/** A host was not reached by ssh. */
export class Unreached extends Error {
  /** The host's name in the program. */
  readonly host: string;
  readonly reason: Cause;

  constructor(host: string, reason: Cause, sentence: string) {
    super(sentence);
    this.host = host;
    this.reason = reason;
  }
}
