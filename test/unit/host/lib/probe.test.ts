/** How verbs tell the time, with the clock of this machine's tools and with one that drops zeros. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";

const probe = join(__dirname, "../../../../host/lib/probe.sh");
let bin: string;
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), "sextant-date-"));
});
afterAll(() => {
  rmSync(bin, { recursive: true });
});

/** What both functions say, in a shell that finds commands here first. */
function ask(first?: string): { milliseconds: number; moment: string } {
  const path = [...(first === undefined ? [] : [first]), process.env["PATH"] ?? ""].join(":");
  const { stdout } = spawnSync("/bin/sh", ["-euc", `. ${probe}; milliseconds; moment`], {
    encoding: "utf8",
    env: { PATH: path },
  });
  const [milliseconds = "", moment = ""] = stdout.split("\n");
  return { milliseconds: Number(milliseconds), moment };
}

it("is the time of this machine", () => {
  const before = Date.now();
  const { milliseconds, moment } = ask();
  expect(milliseconds).toBeGreaterThanOrEqual(before);
  expect(milliseconds).toBeLessThanOrEqual(Date.now());
  expect(moment).toMatch(/^\d{10}\.\d{9}$/);
});

it("is right also where date drops the zeros in front of nanoseconds", () => {
  const second = fc.integer({ min: 1_700_000_000, max: 2_000_000_000 });
  const nanos = fc.oneof(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999_999_999 }));
  fc.assert(
    fc.property(second, nanos, (seconds, nano) => {
      // As coreutils 0.8.0 print it; what asks for a width gets nine digits all the same.
      writeFileSync(join(bin, "date"), `#!/bin/sh\n[ "$*" = "+%s %N" ] && echo ${seconds} ${nano}\n`);
      chmodSync(join(bin, "date"), 0o755);
      expect(ask(bin)).toEqual({
        milliseconds: seconds * 1000 + Math.floor(nano / 1e6),
        moment: `${seconds}.${String(nano).padStart(9, "0")}`,
      });
    }),
    { numRuns: 20 },
  );
});

it("has no fraction where date knows none", () => {
  writeFileSync(join(bin, "date"), "#!/bin/sh\necho 1764195600 %N\n");
  chmodSync(join(bin, "date"), 0o755);
  expect(ask(bin)).toEqual({ milliseconds: 1764195600000, moment: "1764195600.000000000" });
});
