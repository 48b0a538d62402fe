/** Reads a request's body field by field and collects what is wrong, so that one answer names every field. */
import { invalidInput, type FieldProblem } from "./errors";
import type { Body } from "./http";
import { labelProblem, type Labels } from "./labels";

/** RFC 1123: what Hetzner accepts as a server's name. */
const hostname =
  /^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

export class Input {
  readonly problems: FieldProblem[] = [];

  constructor(readonly body: Body) {}

  /** Notes a problem; `done()` reports it. */
  wrong(name: string, message: string): undefined {
    this.problems.push({ name, messages: [message] });
    return undefined;
  }

  has(name: string): boolean {
    return this.body[name] !== undefined && this.body[name] !== null;
  }

  raw(name: string): unknown {
    return this.body[name];
  }

  private read<T>(name: string, type: string, fits: (value: unknown) => boolean): T | undefined {
    if (!this.has(name)) return undefined;
    return fits(this.body[name]) ? (this.body[name] as T) : this.wrong(name, `Not a valid ${type}.`);
  }

  private need<T>(name: string, value: T | undefined, fallback: T): T {
    if (value === undefined && !this.has(name)) this.wrong(name, "Missing data for required field.");
    return value ?? fallback;
  }

  text(name: string): string | undefined {
    return this.read(name, "string", (value) => typeof value === "string");
  }

  needText(name: string): string {
    const value = this.need(name, this.text(name), "");
    if (this.has(name) && value === "") this.wrong(name, "Shorter than minimum length 1.");
    return value;
  }

  integer(name: string): number | undefined {
    return this.read(name, "integer", Number.isInteger);
  }

  needInteger(name: string): number {
    return this.need(name, this.integer(name), 0);
  }

  flag(name: string): boolean | undefined {
    return this.read(name, "boolean", (value) => typeof value === "boolean");
  }

  integers(name: string): number[] {
    return (
      this.read(name, "list of integers", (value) => Array.isArray(value) && value.every(Number.isInteger)) ??
      []
    );
  }

  texts(name: string): string[] | undefined {
    return this.read(
      name,
      "list of strings",
      (v) => Array.isArray(v) && v.every((item) => typeof item === "string"),
    );
  }

  objects(name: string): Body[] | undefined {
    return this.read(
      name,
      "list",
      (v) => Array.isArray(v) && v.every((item) => typeof item === "object" && item),
    );
  }

  object(name: string): Body | undefined {
    return this.read(name, "object", (v) => typeof v === "object" && !Array.isArray(v));
  }

  /** An id or a name, as types and images are given. */
  idOrName(name: string): number | string | undefined {
    return this.read(name, "id or name", (value) => Number.isInteger(value) || typeof value === "string");
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || (values as readonly string[]).includes(value)) return value as T | undefined;
    return this.wrong(name, `Must be one of: ${values.join(", ")}.`);
  }

  needOneOf<T extends string>(name: string, values: readonly [T, ...T[]]): T {
    return this.need(name, this.oneOf(name, values), values[0]);
  }

  labels(): Labels | undefined {
    const labels = this.object("labels");
    if (!labels) return undefined;
    if (!Object.values(labels).every((value) => typeof value === "string")) {
      return this.wrong("labels", "Not a valid mapping of strings.");
    }
    const problem = labelProblem(labels as Labels);
    return problem ? this.wrong("labels", problem) : (labels as Labels);
  }

  /** A name that is a valid host name. */
  hostname(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || hostname.test(value)) return value;
    return this.wrong(name, `'${value}' is not a valid hostname (letters, digits, '-' and '.', RFC 1123).`);
  }

  port(name: string): number | undefined {
    const value = this.integer(name);
    if (value === undefined || (value >= 1 && value <= 65535)) return value;
    return this.wrong(name, "Must be between 1 and 65535.");
  }

  /** Throws `invalid_input` when a field was wrong. */
  done(): void {
    if (this.problems.length > 0) throw invalidInput(this.problems);
  }
}
