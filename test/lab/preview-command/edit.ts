/** What the program of the test is edited by. */
export interface Edit {
  version: string;
  env: Record<string, string>;
  /** The value of the app's secret. */
  token: string;
  memory: `${number}m`;
  drainTimeout: `${number}s`;
  release: string[];
  /** Who may use SSH, and whether a port is open beside those of the proxy. */
  sshFrom: string;
  metrics: boolean;
  /** On which of the servers the web role is. */
  web: number;
  worker: boolean;
  /** The worker's own image and its release; empty where it is that of the app. */
  workerImage: string;
  workerVersion: string;
  search: boolean;
  /** On which of the servers it is, and what becomes of its data. */
  searchOn: 0 | 1;
  searchData: "keep" | "move" | "discard";
  location: string;
  /** What the program ends with, if anything. */
  fail: "" | "refused" | "thrown";
}

export const plain: Edit = {
  version: "v1",
  env: { RAILS_ENV: "production", LOG_LEVEL: "info" },
  token: "canary-of-the-first-release",
  memory: "512m",
  drainTimeout: "30s",
  release: ["bin/rails", "db:prepare"],
  sshFrom: "203.0.113.0/24",
  metrics: false,
  web: 2,
  worker: true,
  workerImage: "",
  workerVersion: "",
  search: true,
  searchOn: 1,
  searchData: "keep",
  location: "fsn1",
  fail: "",
};
