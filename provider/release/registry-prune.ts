/** The step that keeps a registry on one of the program's servers from growing for ever. */
import type { Step, StepInputs } from "./step";

/** What is kept of which repositories. */
export interface RegistryPruneInputs extends StepInputs {
  /** The registry's container. */
  container: string;
  /** How many tags of each repository stay: those that were pushed last. */
  keep: number;
  /** What was pushed last, by its repository, joined by blanks where it is several: after another push it is pruned again. */
  pushed: Record<string, string>;
}

export const registryPruneStep: Step<RegistryPruneInputs> = {
  call: ({ container, keep, pushed }) => ({
    verb: "prune-registry",
    words: [
      `container=${container}`,
      `keep=${keep}`,
      ...Object.keys(pushed)
        .sort()
        .map((repository) => `repository=${repository}`),
    ],
  }),
  about: ({ container }) => container,
  says: (_inputs, printed) => {
    const freed = Number(printed.trim());
    return freed > 0 ? `freed ${Math.ceil(freed / 1024 ** 2)} MB of the registry's older images` : undefined;
  },
};
