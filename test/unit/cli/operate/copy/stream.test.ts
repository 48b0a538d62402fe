/** When a copy over two hosts ends, with processes of this machine in place of both ssh. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { joined, Progress } from "../../../../../cli/operate/copy/stream";

const grace = 300;
const started: ChildProcessWithoutNullStreams[] = [];
const never = new AbortController().signal;

/** A process group of its own, so that what it leaves behind can be ended. */
function sh(script: string): ChildProcessWithoutNullStreams {
  const child = spawn("sh", ["-c", script], { detached: true });
  started.push(child);
  return child;
}

afterEach(() => {
  for (const { pid = 0 } of started.splice(0))
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
});

const hasEnded = ({ exitCode, signalCode }: ChildProcessWithoutNullStreams): boolean =>
  exitCode !== null || signalCode !== null;

describe("a copy over two hosts", () => {
  it("gives the restore all that the dump prints, and its end", async () => {
    const progress = new Progress();
    await joined(
      sh("cat; echo it failed >&2"),
      sh("echo COPY 5; echo sextant: copied"),
      progress,
      never,
      grace,
    );
    expect(progress).toMatchObject({ rows: 5, whole: true, wrong: ["it failed"] });
  });

  it("ends where the restore had ended before anybody listened", async () => {
    const sink = sh("exit 1");
    await once(sink, "close");
    const source = sh("exec sleep 60");
    await joined(sink, source, new Progress(), never, grace);
    await expect.poll(() => hasEnded(source)).toBe(true);
  });

  it("ends where the restore ends while the dump prints nothing", async () => {
    const source = sh("exec sleep 60");
    const progress = new Progress();
    await joined(sh("echo it failed >&2; exit 3"), source, progress, never, grace);
    expect(progress.wrong).toEqual(["it failed"]);
    await expect.poll(() => hasEnded(source)).toBe(true);
  });

  it("loses nothing of a dump that has ended and whose stream another process holds open, and ends with it", async () => {
    const progress = new Progress();
    // The restore is slow, so that much is on its way when the dump is gone.
    const sink = sh(`sleep ${(3 * grace) / 1000}; echo "COPY $(wc -c)"`);
    await joined(sink, sh("head -c 1500000 /dev/zero; sleep 60 & exit 0"), progress, never, grace);
    expect(progress.rows).toBe(1_500_000);
  });

  it("ends where another process holds the streams of a restore that has ended", async () => {
    const progress = new Progress();
    await joined(sh("echo sextant: copied; sleep 60 & exit 0"), undefined, progress, never, grace);
    expect(progress.whole).toBe(true);
  });

  it("ends when it is to, also a process that does not heed it", async () => {
    const end = new AbortController();
    const sink = sh('trap "" TERM; echo COPY 1; while :; do sleep 60; done');
    const progress = new Progress();
    const joining = joined(sink, sh("exec sleep 60"), progress, end.signal, grace);
    await expect.poll(() => progress.rows).toBe(1);
    end.abort();
    await joining;
    expect(started.every(hasEnded)).toBe(true);
  });
});
