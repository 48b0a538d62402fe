/** What the program of the test is edited by. */
export interface Edit {
  version: string;
  /** The line that runs where a step of the app fails. */
  line: string;
  quiet?: boolean;
}

export const plain: Edit = { version: "1", line: "true" };
