/** Two builds of a program for one tag: the second push takes it from the first, so that only one of them is what the tag says. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Image, type ImageArgs } from "../../../../components";
import { claimTag } from "../../../../components/build/claimed-tags";
import { newGraph, refusal } from "../graph";

const shop = { label: 'Image "shop"', repository: "r.test/shop", version: "c1" };
const jobs = { ...shop, label: 'Image "jobs"' };

describe("a tag", () => {
  const refused = (...images: (typeof shop)[]): number => {
    const run = {};
    return images.flatMap((image) => claimTag(run, image)).length;
  };

  it("is of one build of a run", () => {
    const run = {};
    expect(claimTag(run, shop)).toEqual([]);
    expect(claimTag({}, jobs)).toEqual([]);
    expect(claimTag(run, jobs)).toEqual([
      {
        argument: "repository",
        value: "r.test/shop",
        rule: 'Image "shop" pushes c1 there, too, and of two builds of one tag the last alone has it',
        cure: "give it a repository of its own",
      },
    ]);
  });

  it.each([
    ["another repository", { repository: "r.test/jobs" }, 0],
    ["another version", { version: "7" }, 0],
    // In the next commit they would be of one.
    ["the commit with what is in none", { version: "c1_uncommitted_0123456789abcdef" }, 1],
  ])("is of two where they have %s: %o", (_, change, count) => {
    expect(refused(shop, { ...jobs, ...change })).toBe(count);
  });

  it.each([
    ["acme/shop", "docker.io/acme/shop", 1],
    ["shop", "index.docker.io/library/shop", 1],
    ["acme/shop", "r.test/acme/shop", 0],
  ])("is known by all names of its repository: %s, %s", (one, other, count) => {
    expect(refused({ ...shop, repository: one }, { ...jobs, repository: other })).toBe(count);
  });
});

describe("an image", () => {
  let context = "";
  beforeEach(async () => {
    context = mkdtempSync(join(tmpdir(), "sextant-tags-"));
    writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
    await newGraph();
    const stack = {} as pulumi.Resource;
    vi.spyOn(pulumi.runtime, "getStackResource").mockReturnValue(stack as never);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(context, { recursive: true });
  });

  const make = (name: string, change: Partial<ImageArgs> = {}): Image =>
    new Image(name, { repository: "r.test/shop", context, version: "v1", ...change });

  it("is refused the tag of another one, also of another target", () => {
    make("shop");
    make("seven", { version: "v7" });
    expect(refusal(() => make("jobs", { target: "jobs" }))).toEqual([
      'Image "jobs": repository is "r.test/shop", but Image "shop" pushes v1 there, too, and of two builds of one tag the last alone has it; give it a repository of its own.',
    ]);
  });
});
