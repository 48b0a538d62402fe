import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { causes } from "../../../../provider/diagnosis/causes";
import { fixtures, lookAlikes } from "../../../lab/faults/fixtures";

const causeOf = (name: string): string | undefined => fixtures.find((each) => each.name === name)?.cause;

describe("the fixtures", () => {
  it("are enough, and each has a name of its own", () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(34);
    expect(new Set(fixtures.map(({ name }) => name)).size).toBe(fixtures.length);
  });

  it("have causes that there are", () => {
    const known = new Set(causes.map(({ id }) => id));
    expect(fixtures.filter(({ cause }) => !known.has(cause))).toEqual([]);
  });

  it("undo what they do to a host", () => {
    const oneSided = fixtures.filter(
      ({ setUp, tearDown }) => (setUp === undefined) !== (tearDown === undefined),
    );
    expect(oneSided).toEqual([]);
  });

  // A proof that only says what is not there holds on a host where nothing is.
  it.each([
    ["there is no Docker", "exit 1"],
    ["Docker has nothing", "exit 0"],
  ])("are not proved where %s", (_, docker) => {
    const bin = mkdtempSync(join(tmpdir(), "sextant-nothing-"));
    try {
      for (const command of ["docker", "ss", "iptables"])
        writeFileSync(join(bin, command), `#!/bin/sh\n${docker}\n`, { mode: 0o755 });
      const proved = fixtures.filter(({ proof }) => {
        if (typeof proof !== "string") return false;
        const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}`, FAILED: "" };
        const script = proof.replaceAll("/var/lib/docker", join(bin, "data"));
        return spawnSync("sh", ["-c", script], { env }).status === 0;
      });
      expect(proved.map(({ name }) => name)).toEqual([]);
    } finally {
      rmSync(bin, { recursive: true });
    }
  });

  it("that miss something at the registry find what is beside it", () => {
    const found = fixtures.flatMap(({ proof }) =>
      typeof proof === "object" && "tag" in proof ? [proof] : [],
    );
    expect(found.filter(({ status, beside }) => status !== 200 && beside === undefined)).toEqual([]);
  });

  it.each(lookAlikes.map(([one, other]) => [one, other] as const))(
    "%s and %s look alike, and have different causes",
    (one, other) => {
      const causes = [causeOf(one), causeOf(other)];
      expect(causes).not.toContain(undefined);
      expect(causes[0]).not.toBe(causes[1]);
    },
  );
});
