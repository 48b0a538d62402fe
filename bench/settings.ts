/** What the benchmark varies of its program; it reads them as JSON from BENCH. */
export interface Settings {
  servers: number;
  version: string;
  env: Record<string, string>;
}
