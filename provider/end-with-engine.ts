/**
 * Ends Pulumi's plugin when the engine that started it has gone: one that was killed tells nobody, and its plugins would live on for ever,
 * still at work on hosts beside the next run.
 */
import { connect } from "node:net";

/** Milliseconds between two looks. */
const pause = 5000;

/** The engine's address, as it gives it to its plugins; none in a process that is not one of them. */
export function engineIn(words: readonly string[]): { host: string; port: number } | undefined {
  const [, host = "", port = ""] =
    words.map((word) => /^(127\.0\.0\.1|localhost|::1|\[::1\]):(\d+)$/.exec(word)).find((found) => found) ??
    [];
  return host === "" ? undefined : { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** Looks from time to time, and ends this process once nobody listens there any more. */
export function endWithEngine(words: readonly string[] = process.argv.slice(2), every = pause): void {
  const engine = engineIn(words);
  if (engine === undefined) return;
  let missed = 0;
  const look = (): void => {
    const socket = connect(engine);
    socket.unref();
    socket.on("connect", () => {
      missed = 0;
      socket.destroy();
    });
    socket.on("error", ({ code }: NodeJS.ErrnoException) => {
      // An engine that is busy takes its time; one that has gone refuses at once, twice.
      if (code !== "ECONNREFUSED") return;
      missed += 1;
      if (missed > 1) process.exit(1);
    });
  };
  setInterval(look, every).unref();
}
