/** A row a second, written by the app as any user of it would. */
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../../lab/load/request";
import { routeHost } from "./config";

export interface RowsSeen {
  /** The rows that the app has said to be written. */
  written: string[];
  /** What became of the others. */
  losses: string[];
}

/** Writes until it is ended. */
export function writeRows(addresses: readonly string[]): { stop(): Promise<RowsSeen> } {
  const seen: RowsSeen = { written: [], losses: [] };
  const end = new AbortController();
  const write = async (row: string, address: string): Promise<void> => {
    const { status } = await ask({
      ...{ method: "POST", url: `http://${address}/orders`, host: routeHost, timeoutMs: 30_000 },
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: `product=${row}&quantity=1`,
    });
    if (status !== 201) throw new Error(`status ${status}`);
    seen.written.push(row);
  };
  const writing = (async () => {
    const pending: Promise<void>[] = [];
    for (let at = 0; !end.signal.aborted; at += 1) {
      const row = `row-${at}`;
      pending.push(
        write(row, addresses[at % addresses.length] ?? "").catch((error: unknown) => {
          seen.losses.push(`${row}: ${error instanceof Error ? error.message : String(error)}`);
        }),
      );
      await sleep(1000, undefined, { signal: end.signal }).catch(() => undefined);
    }
    await Promise.all(pending);
  })();
  return {
    async stop() {
      end.abort();
      await writing;
      return seen;
    },
  };
}
