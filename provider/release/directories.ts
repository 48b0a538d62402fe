/** The step that makes directories of a host, before a container mounts them. */
import type { Step, StepInputs } from "./step";

/** A directory, and what it is to be like. */
export interface Directory {
  /** Its absolute path on the host. */
  path: string;
  /** Its permissions, in octal. @default what it has; of one that is made, 0755 */
  mode?: string;
  /** Its user and its group, by their numbers. @default what it has; of one that is made, root */
  owner?: string;
}

export interface DirectoriesInputs extends StepInputs {
  /** Each is made where it is not there yet; mode and owner are those of the directory alone, and not of what is in it. */
  directories: Directory[];
}

export const directoriesStep: Step<DirectoriesInputs> = {
  call: ({ directories }) => ({
    verb: "directories",
    words: directories.flatMap(({ path, mode, owner }) => [
      `path=${path}`,
      ...(mode === undefined ? [] : [`mode=${mode}`]),
      ...(owner === undefined ? [] : [`owner=${owner}`]),
    ]),
  }),
  about: ({ directories }) => directories.map(({ path }) => path).join(" "),
};
