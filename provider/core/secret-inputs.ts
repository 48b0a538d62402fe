/** Which inputs of the plugin's resources are secrets. Pure. */

/** By their names, wherever they stand: what they hold is in no diff, and not in clear in the state. */
export const secretInputs = ["__auth", "password", "privateKey", "rootPassword", "secrets"];

/** The texts that secret inputs hold. */
export function secretsIn(inputs: unknown, secret = false): string[] {
  if (typeof inputs === "string") return secret && inputs !== "" ? [inputs] : [];
  if (typeof inputs !== "object" || inputs === null) return [];
  return Object.entries(inputs).flatMap(([name, value]) =>
    secretsIn(value, secret || secretInputs.includes(name)),
  );
}
