import { describe, expect, it } from "vitest";
import { attestationArgs, isAttested } from "../../../../components/build/attestations";
import { buildOf } from "../../../../components/build/plan";

const repository = "registry.test/shop";

describe("attestations", () => {
  it("are asked of BuildKit by the build arguments that it reads itself, beside those of the image", () => {
    const { buildArgs } = buildOf(
      { repository, sbom: true, provenance: "max", args: { A: "1" } },
      "abc",
      undefined,
    );
    expect(buildArgs).toEqual({
      A: "1",
      BUILDKIT_ATTEST_SBOM: "",
      BUILDKIT_ATTEST_PROVENANCE: "mode=max",
    });
    expect(attestationArgs({ sbom: "registry.test/scanner:v1", provenance: "min" })).toEqual({
      BUILDKIT_ATTEST_SBOM: "generator=registry.test/scanner:v1",
      BUILDKIT_ATTEST_PROVENANCE: "mode=min",
    });
  });

  it("are none where none are asked for", () => {
    for (const args of [{}, { sbom: false }]) {
      expect(isAttested(args)).toBe(false);
      expect(buildOf({ repository, ...args }, "abc", undefined)).not.toHaveProperty("buildArgs");
    }
    expect([isAttested({ sbom: true }), isAttested({ provenance: "min" })]).toEqual([true, true]);
  });
});
