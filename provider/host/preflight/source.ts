/** Takes what is needed out of the answers of a machine, and keeps of what could not be read why. */
import type { Reader } from "../../diagnosis/read";
import type { Answer, Answers } from "./answers";
import type { Unknown } from "./machine";

interface Expected {
  /** The codes with which the command ends that has answered; 0 alone by default. */
  codes?: readonly number[];
  /** Whether a machine is refused without it. */
  needed?: boolean;
  /** Whether it is an answer, too, that there is no such command or file: a finding says so, or nothing follows from it. */
  mayLack?: boolean;
}

/** The lines of an answer, none where there is none. */
export function linesOf(said: string | undefined): string[] {
  return (said ?? "").split("\n").filter((line) => line !== "");
}

/** The code of `timeout`. */
const tookTooLong = 124;

export class Source {
  private readonly missing: Unknown[] = [];

  constructor(private readonly answers: Answers) {}

  /** What could not be read, in the order in which it was asked for. */
  get unknown(): readonly Unknown[] {
    return this.missing;
  }

  /** An answer as it came. */
  raw(name: string): Answer | undefined {
    return this.answers.told.get(name);
  }

  /** The text of an answer; nothing where there is no such command, and where it is not known. */
  text(
    name: string,
    what: string,
    { codes = [0], needed = false, mayLack = false }: Expected = {},
  ): string | undefined {
    const answer = this.raw(name);
    if (answer === undefined) return this.leave(what, "it was not told", needed);
    const { code, text, error } = answer;
    if (code === undefined) return mayLack ? undefined : this.leave(what, "it is not there", needed);
    if (codes.includes(code)) return text;
    const why = code === tookTooLong ? "it took too long" : `it ended with ${code}${error && `: ${error}`}`;
    return this.leave(what, why.slice(0, 200), needed);
  }

  /** An answer that is a document of JSON. */
  json<T>(name: string, what: string, reader: Reader<T>): T | undefined {
    const said = this.text(name, what);
    return said === undefined ? undefined : this.document(said, what, reader);
  }

  /** An answer that is a document in each line. */
  jsonLines<T>(name: string, what: string, reader: Reader<T>): T[] {
    return linesOf(this.text(name, what)).flatMap((line) => this.document(line, what, reader) ?? []);
  }

  private document<T>(said: string, what: string, reader: Reader<T>): T | undefined {
    const unread: string[] = [];
    let value: T | undefined;
    try {
      value = reader(JSON.parse(said), "it", unread);
    } catch {
      unread.push("it is no JSON");
    }
    if (unread.length > 0) this.leave(what, unread.slice(0, 3).join(", "));
    return value;
  }

  /** Keeps that something could not be read. @param what the command or the file */
  leave(what: string, why: string, needed = false): undefined {
    if (!this.missing.some((each) => each.what === what)) this.missing.push({ what, why, needed });
    return undefined;
  }
}
