/** What is compared: the cases of a round, and which release each of them asks for. */

export const tools = ["sextant", "kamal", "kamal-serial", "empty"] as const;
/**
 * `kamal` boots all hosts at once, which is its default; `kamal-serial` one after the other (`boot.limit: 1`), which is
 * its way to be safe. `empty` is a Pulumi program without a resource.
 */
export type Tool = (typeof tools)[number];

export const caseNames = [
  "first",
  "deploy",
  "rollback",
  "config",
  "same",
  "preview",
  "uncached",
  "slow",
  "failed",
] as const;
export type CaseName = (typeof caseNames)[number];

/** A version of the image with its environment. */
export interface Release {
  version: string;
  env: Record<string, string>;
}

/** What a tool has on the servers. */
export interface Standing {
  current: Release;
  /** The version before the current one; the one that a rollback goes to. */
  previous: string | undefined;
  /** The version that was deployed last, whatever is current. */
  newest: string;
  /** Counts up, so that each change of the configuration is one. */
  edits: number;
  /** A release has failed since: the next one would find its remains. */
  failed?: true;
}

/** How a health check is made to fail: the process ends while it boots, or /up answers 500. */
export type Failure = "exit" | "up";

export interface Case {
  title: string;
  tools: readonly Tool[];
  /** Whether the client has to end with an error. */
  fails?: true;
  /** Whether it leaves the servers as they were. */
  harmless?: true;
}

const all: readonly Tool[] = ["sextant", "kamal", "kamal-serial"];
const fastest: readonly Tool[] = ["sextant", "kamal"];

export const cases: Readonly<Record<CaseName, Case>> = {
  first: { title: "first deploy", tools: fastest },
  deploy: { title: "deploy", tools: all },
  rollback: { title: "rollback", tools: all },
  config: { title: "config-only change", tools: fastest },
  same: { title: "no change", tools: fastest },
  preview: { title: "preview", tools: ["sextant", "empty"], harmless: true },
  uncached: {
    title: "preview, no compile cache",
    tools: ["sextant", "empty"],
    harmless: true,
  },
  slow: { title: "deploy, 8 s boot", tools: all },
  failed: { title: "failed health check", tools: fastest, fails: true },
};

/** The versions of the image in the lab's registry; they are gone through in a circle. */
export const versions = ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"] as const;

/** Seconds that the app takes to boot, where the case says nothing else. */
const usual = { BOOT_DELAY: "1" };

/** The version after this one. */
export function after(version: string): string {
  const at = versions.findIndex((each) => each === version);
  return versions[(at + 1) % versions.length] ?? versions[0];
}

/** The release that a case asks for; without a standing only a first deploy can be asked for. */
export function releaseFor(name: CaseName, standing: Standing | undefined, failure: Failure): Release {
  if (standing === undefined) return { version: versions[0], env: usual };
  const next = after(standing.newest);
  switch (name) {
    case "first":
      return { version: versions[0], env: usual };
    case "deploy":
    case "preview":
    case "uncached":
      return { version: next, env: usual };
    case "slow":
      return { version: next, env: { BOOT_DELAY: "8" } };
    case "failed":
      return {
        version: next,
        env: { ...usual, ...(failure === "exit" ? { EXIT_AT_BOOT: "1" } : { FAIL_UP: "1" }) },
      };
    case "rollback":
      return { version: standing.previous ?? standing.current.version, env: usual };
    case "config":
      return {
        version: standing.current.version,
        env: { ...standing.current.env, GREETING: String(standing.edits + 1) },
      };
    case "same":
      return standing.current;
  }
}

/** What stands after a case. */
export function standingAfter(
  name: CaseName,
  release: Release,
  before: Standing | undefined,
): Standing | undefined {
  if (cases[name].harmless || (cases[name].fails && before === undefined)) return before;
  if (cases[name].fails && before !== undefined) return { ...before, newest: release.version, failed: true };
  const another = before !== undefined && release.version !== before.current.version;
  return {
    current: release,
    previous: name === "first" ? undefined : another ? before.current.version : before?.previous,
    newest: name === "rollback" ? (before?.newest ?? release.version) : release.version,
    edits: (before?.edits ?? 0) + (name === "config" ? 1 : 0),
  };
}
