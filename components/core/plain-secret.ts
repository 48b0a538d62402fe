/** Secrets that a program has in clear: said at preview, by their names. */
import * as pulumi from "@pulumi/pulumi";
import { secretBy } from "../../provider/core/secret-name";
import type { Check } from "./check";
import * as check from "./checks";
import type { Environment } from "./environment";
import type { Problem } from "./problem";

export const plainSecretCheck: Check = {
  id: "plain-secret",
  title: "Secret in clear",
  effect: "warned",
  why: "What is in `env` is in clear in the state, in each diff and in `docker inspect`; a text in the program is in every clone of it. A variable counts by its name (TOKEN, SECRET, PASSWORD, PRIVATE_KEY, API_KEY and the like), or by a password in its address, and not where name or value say that it is none: PUBLIC_KEY, `_FILE`, `_URL`, a number, a path. A value that an environment variable of `pulumi` has is none of the program's, and one in `pulumi.secret()` is marked as what it is.",
  says: [
    'App "shop": env.AWS_SECRET_ACCESS_KEY is in clear, and is a secret by its name; give it as secrets.AWS_SECRET_ACCESS_KEY: config.requireSecret("awsSecretAccessKey"), after pulumi config set --secret awsSecretAccessKey (npx sextant docs checks#plain-secret).',
    'App "shop": env.DATABASE_URL is in clear, and has a password in its address; give it as secrets.DATABASE_URL: config.requireSecret("databaseUrl"), after pulumi config set --secret databaseUrl (npx sextant docs checks#plain-secret).',
    'App "shop": secrets.SECRET_KEY_BASE is a text of the program, in clear; give it by config.requireSecret("secretKeyBase"), after pulumi config set --secret secretKeyBase, or by pulumi.secret(…) where it comes from elsewhere (npx sextant docs checks#plain-secret).',
  ],
};

/** What a program has in clear among its variables; in previews alone, as unit tests have nothing else. */
export function warnPlain(
  { env = {}, secrets = {} }: { env?: Environment; secrets?: Environment },
  prefix = "",
): Problem[] {
  return pulumi.runtime.isDryRun() ? plainSecrets({ env, secrets }, prefix, Object.values(process.env)) : [];
}

/**
 * The same, for what is known: pure.
 * @param elsewhere values that come from elsewhere, such as the environment of this process
 */
export function plainSecrets(
  { env = {}, secrets = {} }: { env?: Environment; secrets?: Environment },
  prefix: string,
  elsewhere: readonly (string | undefined)[],
): Problem[] {
  const own = (value: unknown): value is string =>
    check.isPlain(value) && typeof value === "string" && value.trim() !== "" && !elsewhere.includes(value);
  return [
    ...Object.entries(env).flatMap(([name, value]) => {
      const by = own(value) ? secretBy(name, value) : undefined;
      const why = by === "name" ? "is a secret by its name" : "has a password in its address";
      return by === undefined
        ? []
        : [
            {
              argument: `${prefix}env.${name}`,
              fault: `is in clear, and ${why}`,
              cure: `give it as ${prefix}secrets.${name}: config.requireSecret("${keyFor(name)}"), after pulumi config set --secret ${keyFor(name)}`,
              check: plainSecretCheck,
            },
          ];
    }),
    ...Object.entries(secrets).flatMap(([name, value]) =>
      own(value) ? [plainText(`${prefix}secrets.${name}`, keyFor(name))] : [],
    ),
  ];
}

/** What is said of one argument that is a secret, in previews. */
export function warnText(argument: string, value: unknown, key: string): Problem[] {
  const own = check.isPlain(value) && typeof value === "string" && value.trim() !== "";
  return own && pulumi.runtime.isDryRun() && !Object.values(process.env).includes(value)
    ? [plainText(argument, key)]
    : [];
}

/** A secret that the program has as a text. */
export function plainText(argument: string, key: string): Problem {
  return {
    argument,
    fault: "is a text of the program, in clear",
    cure: `give it by config.requireSecret("${key}"), after pulumi config set --secret ${key}, or by pulumi.secret(…) where it comes from elsewhere`,
    check: plainSecretCheck,
  };
}

/** `SECRET_KEY_BASE` as `secretKeyBase`. */
function keyFor(name: string): string {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  return words
    .map((word, at) => (at === 0 ? word : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`))
    .join("");
}
