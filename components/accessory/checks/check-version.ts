/** What presets check of a version and a password, also where a program in plain JavaScript gives something else. */
import * as check from "../../core/checks";
import type { Problem } from "../../core/problem";

/** A tag of an image. */
export function checkVersion(version: unknown, example: string): Problem[] {
  if (typeof version === "string") {
    return check.notEmpty("version", version, `name the version, such as "${example}"`);
  }
  if (version === undefined) {
    return [{ argument: "version", rule: "it has no value", cure: `name the version, such as "${example}"` }];
  }
  const cure = typeof version === "number" ? `write "${version}"` : `write it like "${example}"`;
  return [{ argument: "version", value: version, rule: "a version is a string", cure }];
}

/** A password that a program has to give; its value is never shown. */
export function checkPassword(password: unknown): Problem[] {
  const set = "set it with pulumi config set --secret";
  if (password === undefined) {
    return [{ argument: "password", rule: "it has no value here", cure: set, check: "empty-secret" }];
  }
  if (!check.isPlain(password)) return [];
  if (typeof password !== "string")
    return [{ argument: "password", rule: "a password is a string", cure: "put it in quotes" }];
  const rule = passwordRule(password);
  if (rule === undefined) return [];
  const page = password.trim() === "" ? ({ check: "empty-secret" } as const) : {};
  return [{ argument: "password", rule, cure: set, ...page }];
}

/** What a password must not be; for one that is known only when it is read, too. */
export function passwordRule(password: string): string | undefined {
  if (password.trim() === "") return "it is empty";
  // It is a line of what the server's own programs read.
  return /[\n\r\0]/.test(password) ? "it holds a line break" : undefined;
}
