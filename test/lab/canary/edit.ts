import type { AppArgs } from "../../../components";

/** What the test edits of its program, which reads it as JSON from CANARY. */
export interface Edit {
  version: string;
  canary?: Pick<NonNullable<AppArgs["roles"][string]["canary"]>, "version" | "env" | "percent" | "visitors">;
  /** How many containers read for the web; no role reads where undefined. */
  readers?: number;
  /** How long a visitor's reads go where the writes go, after a write. */
  writerAffinity?: "0s" | "3s";
  /** The image of a worker, which is none of the app's, and its release; there is no worker where undefined. */
  worker?: { image: string; version: string };
  responseTimeout: "30s" | "20s";
  /** Whether the proxy says more in its log; another value replaces it. */
  debug: boolean;
}

export const plain: Edit = { version: "v1", responseTimeout: "30s", debug: false };
