import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BuildCache } from "../../../../components/build/args";
import { cacheOf, checkCache } from "../../../../components/build/cache";

const repository = "registry.test/shop";

/** What docker-build is given for reading and for writing. */
function written(cache: BuildCache): unknown[] {
  const { cacheFrom, cacheTo } = cacheOf(cache, repository) as Record<string, { raw: string }[]>;
  return [cacheFrom, cacheTo].map((each) => each?.map(({ raw }) => raw));
}

describe("the cache of a build", () => {
  it("is read where it is written", () => {
    expect(written({ type: "registry" })).toEqual([
      ["type=registry,ref=registry.test/shop-build-cache"],
      ["type=registry,ref=registry.test/shop-build-cache,mode=max"],
    ]);
    expect(written({ type: "gha", scope: "shop", mode: "min" })).toEqual([
      ["type=gha,scope=shop"],
      ["type=gha,scope=shop,mode=min"],
    ]);
    expect(written({ type: "local", directory: "/c" })).toEqual([
      ["type=local,src=/c"],
      ["type=local,dest=/c,mode=max"],
    ]);
    expect(cacheOf(undefined, repository)).toEqual({});
  });

  it("has further options where it is written, and where GitHub's is read those by which it is reached", () => {
    const options = { compression: "zstd", "image-manifest": "true" };
    expect(written({ type: "registry", image: "r.test/cache", options })).toEqual([
      ["type=registry,ref=r.test/cache"],
      ["type=registry,ref=r.test/cache,mode=max,compression=zstd,image-manifest=true"],
    ]);
    expect(written({ type: "gha", options: { timeout: "5m", "ignore-error": "true" } })).toEqual([
      ["type=gha,timeout=5m"],
      ["type=gha,mode=max,timeout=5m,ignore-error=true"],
    ]);
  });

  it("has each value as one field, whatever is in it", () => {
    const value = fc.string({ unit: fc.constantFrom(..."ab=,\" '") });
    fc.assert(
      fc.property(value, value, (directory, other) => {
        const [, [line]] = written({ type: "local", directory, options: { other } }) as [string[], [string]];
        expect(fieldsOf(line)).toEqual(["type=local", `dest=${directory}`, "mode=max", `other=${other}`]);
      }),
    );
  });

  it("is asked for a directory before there is one", () => {
    expect(checkCache({ type: "local", options: { compression: "zstd" } })).toHaveLength(1);
  });
});

/** A line of a CSV as RFC 4180 reads it. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}
