/** What presets check of a version and a password, also where a program in plain JavaScript gives something else. */
import * as check from "../../core/checks";
import type { Problem } from "../../core/problem";
import { emptySecretCheck } from "../../core/environment";

/** A tag of an image. */
export function checkVersion(version: unknown, example: string): Problem[] {
  if (typeof version === "string") {
    return check.notEmpty("version", version, `name the version, such as "${example}"`);
  }
  if (version === undefined) {
    return [{ argument: "version", fault: "has no value", cure: `name the version, such as "${example}"` }];
  }
  const cure = typeof version === "number" ? `write "${version}"` : `write it like "${example}"`;
  return [{ argument: "version", value: version, rule: "a version is a string", cure }];
}

/** A password that a program has to give; its value is never shown. */
export function checkPassword(password: unknown): Problem[] {
  const set = "set it with pulumi config set --secret";
  if (password === undefined) {
    return [{ argument: "password", fault: "has no value here", cure: set, check: emptySecretCheck }];
  }
  if (!check.isPlain(password)) return [];
  if (typeof password !== "string")
    return [{ argument: "password", fault: "has to be a string", cure: "put it in quotes" }];
  const fault = passwordFault(password);
  if (fault === undefined) return [];
  const page = password.trim() === "" ? { check: emptySecretCheck } : {};
  return [{ argument: "password", fault, cure: set, ...page }];
}

/** What is wrong with a password; for one that is known only when it is read, too. */
export function passwordFault(password: string): string | undefined {
  if (password.trim() === "") return "is empty";
  // It is a line of what the server's own programs read.
  return /[\n\r\0]/.test(password) ? "holds a line break" : undefined;
}
