import { posix } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFiles, checkMounts } from "../../../../components/accessory/mounts";
import { checkApp } from "../../../../components/app/checks/check-app";
import type { Problem } from "../../../../components/core/problem";
import type { Host } from "../../../../components/host/host";

/** Some paths, in several ways of writing them. */
const path = fc.constantFrom("/a", "/a/", "/a/b", "//a", "/c", "/a/../c", "/a/b/d");
const target = fc.tuple(path, fc.constantFrom("", ":ro")).map((parts) => parts.join(""));
const plain = (written: string): string => posix.resolve(written.split(":")[0] ?? "");
const volumes = fc.dictionary(fc.constantFrom("one", "two", "three", "/srv/x"), target);
const directories = fc.dictionary(fc.constantFrom("/srv/y", "/srv/z"), target);

/** Whether two of them are one path, as a system with them would have it. */
const hasTwice = (paths: readonly string[]): boolean => new Set(paths.map(plain)).size < paths.length;

const isTwice = (problem: Problem): boolean => "rule" in problem && problem.rule.includes("mounts one thing");

describe("mounts of an accessory", () => {
  it("are refused where two of them are at one path, and only there", () => {
    fc.assert(
      fc.property(volumes, directories, (some, others) => {
        const problems = checkMounts({ volumes: some, directories: others });
        const all = [...Object.values(some), ...Object.values(others)];
        expect(problems.some(isTwice)).toBe(hasTwice(all));
      }),
    );
  });

  it("are beside files that are neither at their paths nor above them; others are refused, each once", () => {
    fc.assert(
      fc.property(volumes, fc.uniqueArray(path), (some, paths) => {
        const files = Object.fromEntries(paths.map((each) => [each, "text"]));
        const refused = checkFiles(files, { volumes: some }).map(({ argument }) => argument);
        expect(new Set(refused).size).toBe(refused.length);
        const wrong = paths.filter((file, at) => {
          const own = plain(file);
          const below = [...Object.values(some), ...paths.filter((other) => other !== file)].map(plain);
          return (
            below.some((each) => each.startsWith(`${own}/`)) ||
            Object.values(some).some((each) => plain(each) === own) ||
            paths.slice(0, at).some((each) => plain(each) === own)
          );
        });
        expect(refused).toEqual(wrong.map((each) => `files.${each}`));
      }),
    );
  });
});

describe("volumes of an app", () => {
  const host = { hostName: "web-1" } as Host;

  it("are refused where a role has two at one path, its own or the app's, and only there", () => {
    fc.assert(
      fc.property(volumes, volumes, volumes, (ofApp, ofWeb, ofJob) => {
        const roles = {
          web: { servers: [host], volumes: ofWeb },
          job: { servers: [host], volumes: ofJob },
        };
        const problems = checkApp("shop", { image: "r.test/shop", version: "v1", volumes: ofApp, roles })
          .filter(isTwice)
          .map((problem) => JSON.stringify(problem));
        expect(new Set(problems).size).toBe(problems.length);
        const twice = [ofWeb, ofJob].some((own) => hasTwice(Object.values({ ...ofApp, ...own })));
        expect(problems.length > 0).toBe(twice);
      }),
    );
  });
});
