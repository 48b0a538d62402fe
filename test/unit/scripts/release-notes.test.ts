import { describe, expect, it } from "vitest";
import { releaseNotes } from "../../../scripts/release-notes";

const changelog =
  "# Changelog\n\n## Unreleased\n\n## 1.2.0 (a day)\n\n### Added\n\n- This.\n\n## 1.1.0\n\n- That.\n";

describe("the notes of a release", () => {
  it("are what the changelog has of its version", () => {
    expect(releaseNotes("v1.2.0", "1.2.0", changelog)).toBe("### Added\n\n- This.");
    expect(releaseNotes("v1.1.0", "1.1.0", changelog)).toBe("- That.");
  });

  it.each([
    ["v1.2.1", "1.2.0", "tag it v1.2.0"],
    ["", "1.2.0", "The tag is missing"],
    ["v1.2", "1.2", "no section 1.2"],
    ["vUnreleased", "Unreleased", "says nothing of Unreleased"],
  ])("are refused for the tag %j of version %s", (tag, version, said) => {
    expect(() => releaseNotes(tag, version, changelog)).toThrow(said);
  });
});
