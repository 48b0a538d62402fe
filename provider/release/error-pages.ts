/** The step that puts an app's error pages where the proxy of a host reads them. */
import { looksFor } from "./files";
import { putFiles, removeFiles } from "./proxy-files";
import type { Step, StepInputs } from "./step";

/** Pages, and where they lie. */
export interface ErrorPagesInputs extends StepInputs {
  /** The directory on the host, which is named after the pages: others lie beside them until the switch. */
  directory: string;
  /** The pages by their names, such as `503.html`. */
  pages: Record<string, string>;
}

export const errorPagesStep: Step<ErrorPagesInputs> = {
  call: ({ directory, pages }) => putFiles(directory, pages),
  undo: ({ directory }) => removeFiles(directory),
  about: ({ directory }) => directory,
  // In a preview the pages may be known only later.
  looks: ({ directory, pages }) => looksFor(directory, Object.keys(pages)),
};
