/** What the tests edit of their program; it reads them as JSON from VM. */
export interface Edit {
  /** The server's name. */
  server: string;
  version: string;
  env: Record<string, string>;
  memory: `${number}m`;
}
