/** What the test edits of its program, which reads it as JSON from REPLICAS. */
export interface Edit {
  version: string;
  /** How many containers the role for the web has; as in a program that does not say it where undefined. */
  web?: number;
  /** How many the workers have. */
  job: number;
  env: Record<string, string>;
  /** Whether the proxy says more in its log; another value replaces it. */
  debug: boolean;
}

export const plain: Edit = { version: "v1", job: 1, env: {}, debug: false };
