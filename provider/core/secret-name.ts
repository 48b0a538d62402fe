/** Which variables are secrets, by their names: what a page of a preview hides, and what a program has in clear. Pure. */

const secretWords =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PRIVATE|CREDENTIAL|(ACCESS|API|MASTER|ENCRYPTION|SIGNING)_?KEY/i;

/** Whether a variable may hold a secret. What is hidden by mistake is no loss, so that this asks for little. */
export const isSecretName = (name: string): boolean => secretWords.test(name);

/** Names that say what a secret is about, where it is, or how it is made, and not what it is. */
const aboutOne =
  /PUBLIC|PUBLISHABLE|MAX_|MIN_|(^|_)PRIVATE_(?!KEY)|_(FILE|PATH|DIR|DIRECTORY|ID|IDS|NAME|USER|USERNAME|URL|URI|ENDPOINT|HOST|PORT|ISSUER|AUDIENCE|HEADER|TYPE|METHOD|ALGORITHM|PREFIX|LENGTH|SIZE|COUNT|LIMIT|TTL|AGE|EXPIRY|EXPIRES_IN|EXPIRATION|LIFETIME|TIMEOUT|DAYS|HOURS|MINUTES|SECONDS|VERSION|PROVIDER|STORE|BACKEND|ENABLED|REQUIRED|POLICY|REGION|SCOPE|SCOPES)$/i;
/** Values that are a switch, a number, a path, or nothing. */
const noSecret = /^(|true|false|yes|no|on|off|none|null|\d{1,5}|\.{0,2}\/.*)$/i;
/** A user and a password in front of a host. */
const addressWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]*:[^/?#\s@]+@/i;

/** What makes a variable a secret: its name, or a password in its address; undefined for one that is none. */
export function secretBy(name: string, value: string): "name" | "address" | undefined {
  if (addressWithPassword.test(value.trim())) return "address";
  if (!isSecretName(name) || aboutOne.test(name) || noSecret.test(value.trim())) return undefined;
  return "name";
}
