/** What can be wrong with the names of images, as a program gives them: the repository and the release apart. */
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import { isMutableTag, mutableTagCheck } from "./reference";

/** A repository without its tag. */
export function checkRepository(argument: string, image: string): Problem[] {
  if (!image) return check.notEmpty(argument, image, "name the image's repository");
  const last = image.slice(image.lastIndexOf("/") + 1);
  if (/[:@]/.test(last)) {
    return [
      {
        argument,
        value: image,
        rule: "the release is given apart, so that it can be seen in a diff",
        cure: "move the tag or digest to version",
      },
    ];
  }
  return /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/.test(image)
    ? []
    : [
        {
          argument,
          value: image,
          rule: "a repository is a lower-case path without scheme",
          cure: 'write it like "registry.example.com/shop"',
        },
      ];
}

/** A release by its tag, or by its digest where that may be one. */
export function checkRelease(argument: string, version: unknown, digestToo: boolean): Problem[] {
  if (typeof version === "string" && isMutableTag(version)) {
    return [
      {
        argument,
        value: version,
        rule: "a tag that moves gives no release to go back to",
        cure: "use a tag of its own for each build, such as the commit's hash",
        check: mutableTagCheck,
      },
    ];
  }
  const isTag = typeof version === "string" && /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(version);
  const isDigest = typeof version === "string" && /^sha256:[0-9a-f]{64}$/.test(version);
  return isTag || (digestToo && isDigest)
    ? []
    : [
        {
          argument,
          value: version,
          rule: digestToo ? "it is no tag and no digest" : "it is no tag",
          cure: digestToo ? 'write it like "v42" or "sha256:..."' : 'write it like "v42"',
        },
      ];
}
