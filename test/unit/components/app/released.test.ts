import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AppArgs, RoleArgs } from "../../../../components/app/args";
import {
  imageReference,
  namedArgs,
  releasedApart,
  releasedByCanary,
  releasedByRole,
  type Released,
} from "../../../../components/app/released";
import type { Image } from "../../../../components/build/image";

/** What the program builds, as far as a release knows of it. */
const built = (repository: string, version: string, own = false): Image =>
  ({
    ...{ repository, version, digest: pulumi.output(`sha256:${repository}`) },
    own: own ? {} : undefined,
  }) as unknown as Image;

const shop = built("r.test/shop", "c1");
const jobs = built("r.test/jobs", "c1");

/** The same with what is in no commit. */
const marked = ({ repository, version }: Image, digit: string): Image =>
  built(repository, `${version}_uncommitted_${digit.repeat(16)}`);

/** In short: `repository:version`, with an @ where it is what is built. */
const short = (released: Released | undefined): string | undefined =>
  released && `${released.image}:${String(released.version)}${released.digest === undefined ? "" : "@"}`;

function ofRole(app: Pick<AppArgs, "image" | "version">, role: Pick<RoleArgs, "image" | "version">) {
  return releasedByRole(namedArgs({ ...app, roles: {} }), role);
}

describe("what a role is of", () => {
  it.each<[Pick<AppArgs, "image" | "version">, Pick<RoleArgs, "image" | "version">, string | undefined]>([
    [{ image: "r.test/shop", version: "v2" }, {}, undefined],
    [{ image: "r.test/shop", version: "v2" }, { image: "r.test/jobs" }, "r.test/jobs:v2"],
    [{ image: "r.test/shop", version: "v2" }, { image: "r.test/jobs", version: "v7" }, "r.test/jobs:v7"],
    [{ image: "r.test/shop", version: "v2" }, { version: "v7" }, "r.test/shop:v7"],
    // Said of it what is the app's anyway.
    [{ image: "r.test/shop", version: "v2" }, { image: "r.test/shop" }, undefined],
    [{ image: "r.test/shop", version: "v2" }, { version: "v2" }, undefined],
    [{ image: shop }, { image: shop }, undefined],
    // What is built beside an image that is not.
    [{ image: "r.test/shop", version: "v2" }, { image: jobs }, "r.test/jobs:c1@"],
    [{ image: shop }, { image: jobs }, "r.test/jobs:c1@"],
    [{ image: shop }, { image: "r.test/jobs" }, "r.test/jobs:c1"],
    [{ image: shop, version: "c1" }, { image: jobs }, "r.test/jobs:c1@"],
    // Whoever goes back goes back with both.
    [{ image: shop, version: "c0" }, { image: jobs }, "r.test/jobs:c0"],
    [{ image: shop, version: "c0" }, { image: jobs, version: "c1" }, "r.test/jobs:c1@"],
    [{ image: shop }, { image: jobs, version: "c0" }, "r.test/jobs:c0"],
    // Also with what is in no commit, of which each context has a mark of its own.
    [{ image: marked(shop, "0") }, { image: jobs }, "r.test/jobs:c1@"],
    [{ image: marked(shop, "0"), version: "c0" }, { image: jobs }, "r.test/jobs:c0"],
    [{ image: marked(shop, "0"), version: "c0" }, { image: marked(jobs, "a") }, "r.test/jobs:c0"],
    // What has releases of its own never was of the app's.
    [{ image: shop, version: "c0" }, { image: built("r.test/jobs", "7") }, "r.test/jobs:7@"],
    [{ image: shop, version: "c0" }, { image: built("r.test/jobs", "7"), version: "6" }, "r.test/jobs:6"],
    [{ image: built("r.test/shop", "7"), version: "6" }, { image: jobs }, "r.test/jobs:c1@"],
  ])("of the app %o and the role %o is %s", (app, role, expected) => {
    expect(short(ofRole(app, role))).toBe(expected);
  });

  it("is known to be in a registry on a server, also by another version", () => {
    const own = built("r.test/shop", "c1", true);
    expect(namedArgs({ image: own, roles: {} }).own).toBe(true);
    expect(ofRole({ image: own }, { version: "c0" })?.own).toBe(true);
    expect(ofRole({ image: shop }, { image: built("r.test/jobs", "c1", true) })?.own).toBe(true);
    expect(ofRole({ image: own }, { image: "r.test/jobs" })?.own).toBeUndefined();
  });
});

describe("what a canary is of", () => {
  const role = { image: "r.test/jobs", version: "v7" };
  it.each([
    [{}, undefined],
    [{ version: "v8" }, "r.test/jobs:v8"],
    [{ image: "r.test/other" }, "r.test/other:v7"],
    [{ image: jobs }, "r.test/jobs:c1@"],
  ])("by %o, where its role is of another image, is %s", (canary, expected) => {
    expect(short(releasedByCanary(role, canary))).toBe(expected);
  });
});

describe("the releases beside the app's", () => {
  const name = fc.constantFrom("a", "b", "c");
  const released = fc.option(fc.record({ image: name, version: name }), { nil: undefined });

  it("has each of them once, and each role with the others of its release", () => {
    fc.assert(
      fc.property(fc.array(released), (each) => {
        const roles = each.map((one, at) => ({ name: `r${at}`, ...(one && { released: one }) }));
        const apart = releasedApart(roles);
        expect(new Set(apart.map((one) => short(one.released))).size).toBe(apart.length);
        for (const one of apart)
          for (const role of one.roles) expect(short(role.released)).toBe(short(one.released));
        const placed = apart.flatMap((one) => one.roles.map((role) => role.name));
        const wanted = roles.filter((role) => "released" in role && role.released !== undefined);
        expect(placed.toSorted()).toEqual(wanted.map((role) => role.name).toSorted());
      }),
    );
  });
});

describe("imageReference", () => {
  it("joins a tag with a colon and a digest with an at sign", () => {
    expect(imageReference("r.test/shop", "v1")).toBe("r.test/shop:v1");
    expect(imageReference("r.test/shop", "sha256:ab")).toBe("r.test/shop@sha256:ab");
  });
});
