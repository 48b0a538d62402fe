/** What the app is told by its environment: a variable that is missing, a key that does not fit. */
import type { Cause } from "../cause";
import type { Evidence } from "../evidence";
import { complains, failed, texts } from "../facts";
import { short } from "../log";

/** How languages and their libraries say that a variable is missing; the first group is its name. */
const patterns: readonly RegExp[] = [
  /key not found: "([A-Z][A-Z0-9_]+)"/,
  /KeyError: ['"]([A-Z][A-Z0-9_]+)['"]/,
  /\b([A-Z][A-Z0-9_]{2,}) (?:environment variable )?(?:is|was|must be|has to be|should be|needs to be) (?:not set|set|unset|missing|required|undefined|empty|not defined|defined|blank|provided)/,
  /(?:missing|undefined|required|unset|set (?:the )?|define (?:the )?|no)[^\n]{0,40}(?:environment variables?|env(?:ironment)? ?vars?|ENV|variables?|configuration|config|setting)\b[^\nA-Z]{0,20}["'`]?([A-Z][A-Z0-9_]{2,})/i,
  /(?:environment variables?|env vars?)[^\n]{0,12}["'`]?\b([A-Z][A-Z0-9_]{2,})\b["'`]?[^\n]{0,30}(?:missing|not set|required|undefined|not found|empty|unset)/i,
  /(?:missing|required|undefined)(?: required)?(?: keys?| variables?)?:? ["'`[]*([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b/i,
  /could not find env_var|fetch_env!\(["']([A-Z][A-Z0-9_]+)/,
  /\b([A-Z][A-Z0-9_]{2,}): parameter (?:not set|null or not set)/,
  /\benv[^\n]{0,30}["'`]([A-Z][A-Z0-9_]{2,})["'`][^\n]{0,40}(?:missing|not set|required|not found)/i,
];

/** A setting that a library checks: its name is in the line, or in the one before. */
function missingSetting(lines: readonly string[]): { line: string; name: string } | undefined {
  const at = lines.findLastIndex((line) =>
    /Field required\b.*type=missing|field required \(type=value_error/i.test(line),
  );
  const field = at < 1 ? undefined : /^\s*([A-Za-z_][\w.]*)\s*$/.exec(lines[at - 1] ?? "")?.[1];
  if (field !== undefined) return { line: `${field}: ${lines[at]?.trim()}`, name: variable(field) };
  for (const line of lines.toReversed()) {
    const name =
      /Could not resolve placeholder '([\w.-]+)'/.exec(line)?.[1] ??
      /required key ([A-Z][A-Z0-9_]+) missing value/.exec(line)?.[1] ??
      /could not fetch environment variable "([A-Z][A-Z0-9_]+)"/.exec(line)?.[1];
    if (name !== undefined) return { line: line.trim(), name: variable(name) };
  }
  return undefined;
}

/** The variable by which a setting of that name is told. */
function variable(name: string): string {
  return name.replace(/[.-]/g, "_").toUpperCase();
}

/** The line that says that a variable is missing, and its name. */
function missingVariable(evidence: Evidence): { line: string; name: string } | undefined {
  if (!failed(evidence)) return undefined;
  const setting = missingSetting(texts(evidence));
  if (setting !== undefined) return setting;
  for (const line of texts(evidence).toReversed()) {
    for (const pattern of patterns) {
      const name = pattern.exec(line)?.[1];
      if (name !== undefined && name === name.toUpperCase()) return { line: line.trim(), name };
    }
  }
  return undefined;
}

export const missingEnv: Cause = {
  id: "missing-env",
  title: "KeyError: key not found, missing environment variable",
  final: true,
  match: (evidence) => {
    const keyMissing = complains(evidence, "keyMissing");
    const found =
      missingVariable(evidence) ??
      (keyMissing === undefined
        ? undefined
        : {
            line: keyMissing,
            name: /secret_key_base/.test(keyMissing) ? "SECRET_KEY_BASE" : "RAILS_MASTER_KEY",
          });
    if (found === undefined) return undefined;
    const { line, name } = found;
    const there = evidence.env?.includes(name);
    // A variable that it has cannot be missing; it may be empty, or the line is about something else.
    return {
      confidence: there === false ? 0.96 : there === true ? 0.55 : 0.88,
      verdict:
        there === true
          ? `the app does not take the value of ${name}`
          : `the environment variable ${name} is missing`,
      seen: [
        `its log says: ${short(line)}`,
        ...(there === undefined
          ? []
          : [
              there
                ? `the container has ${name}; it may be empty or malformed`
                : `the container has ${evidence.env?.length} variables, and no ${name}`,
            ]),
      ],
      why:
        there === true
          ? "The app complains about a variable that the container has."
          : "The app asked for it by name, and the container does not have it.",
      cure: `set it: secrets: { ${name}: config.requireSecret("…") }, or env for what is no secret`,
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      "`KeyError: key not found: \"STRIPE_API_KEY\"`, `Missing required environment variable`, `Missing secret_key_base for 'production' environment`.",
    cause:
      "The app reads a variable that neither `env` nor `secrets` gives it. They are the whole environment: nothing is taken over from the machine or from a `.env` file.",
    proof:
      "The report says which name was asked for; `docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' CONTAINER | cut -d= -f1` lists the names that are there.",
    cure: "Add it to `secrets` (`pulumi config set --secret`) or to `env`. The release command has the same environment.",
  },
};

export const wrongMasterKey: Cause = {
  id: "wrong-master-key",
  title: "ActiveSupport::MessageEncryptor::InvalidMessage (wrong RAILS_MASTER_KEY)",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "key");
    if (line === undefined) return undefined;
    const length = /InvalidKeyLength|key must be|exactly/.test(line);
    const there = evidence.env?.includes("RAILS_MASTER_KEY");
    return {
      confidence: 0.95,
      verdict: length
        ? "RAILS_MASTER_KEY has not the right length"
        : "RAILS_MASTER_KEY does not open the credentials of this image",
      seen: [
        `its log says: ${short(line)}`,
        ...(there === undefined
          ? []
          : [
              there
                ? "the container has RAILS_MASTER_KEY"
                : "the container has no RAILS_MASTER_KEY: the key comes from a file in the image",
            ]),
      ],
      why: length
        ? "The key is cut off, or has a character too many, such as a newline."
        : "Decryption failed: the credentials were encrypted with another key.",
      cure: "set secrets.RAILS_MASTER_KEY to the content of config/master.key (config/credentials/production.key where there is one), 32 characters, no newline",
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      "`ActiveSupport::MessageEncryptor::InvalidMessage`, `ActiveSupport::EncryptedFile::InvalidKeyLengthError`, `key must be 16 bytes (ArgumentError)`.",
    cause:
      "The key does not belong to the credentials in the image: that of another app or environment (`credentials/production.yml.enc` has its own), or cut off.",
    proof: "`RAILS_MASTER_KEY=… bin/rails credentials:show -e production` on your machine.",
    cure: '`pulumi config set --secret railsMasterKey < config/credentials/production.key`, and `secrets: { RAILS_MASTER_KEY: config.requireSecret("railsMasterKey") }`.',
  },
};
