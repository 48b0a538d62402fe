import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Host } from "../../../../components";
import { withoutCache } from "../../../../components/build/no-cache";
import { buildOf, pathsOf, platformsOf, sshOf } from "../../../../components/build/plan";

const repository = "registry.test/shop";
const server = (architecture: Host["architecture"]): Host => ({ architecture }) as Host;

describe("a build", () => {
  it("pushes one tag, and builds nothing in a preview", () => {
    const build = buildOf({ repository }, "abc", undefined);
    expect(build).toEqual({
      tags: ["registry.test/shop:abc"],
      context: { location: "." },
      dockerfile: { location: "Dockerfile" },
      push: false,
      exports: [{ image: { push: true, store: false } }],
      buildOnPreview: false,
    });
  });

  it("uses no cache where this run says so, which the preview shows", () => {
    expect(buildOf({ repository }, "abc", undefined, true)).toEqual({
      ...buildOf({ repository }, "abc", undefined),
      noCache: true,
    });
    const on = ["1", "true", "yes"].map((SEXTANT_NO_CACHE) => withoutCache({ SEXTANT_NO_CACHE }));
    const off = ["", "0", "False", "no"].map((SEXTANT_NO_CACHE) => withoutCache({ SEXTANT_NO_CACHE }));
    expect([...on, ...off, withoutCache({})]).toEqual([true, true, true, ...Array<boolean>(5).fill(false)]);
  });

  it("has its secrets as secrets alone", () => {
    const build = buildOf({ repository, args: { A: "1" }, secrets: { TOKEN: "canary" } }, "abc", "mine");
    expect(build.secrets).toEqual({ TOKEN: "canary" });
    expect(JSON.stringify({ ...build, secrets: undefined })).not.toContain("canary");
    expect(build).toMatchObject({ buildArgs: { A: "1" }, builder: { name: "mine" } });
  });

  it.each([
    [{}, ".", "Dockerfile"],
    [{ context: "../shop/" }, "../shop", "../shop/Dockerfile"],
    [{ context: "/srv/shop", dockerfile: "docker/web" }, "/srv/shop", "/srv/shop/docker/web"],
    [{ context: "/" }, "/", "//Dockerfile"],
  ])("of %j has its paths from the directory of the program", (args, context, dockerfile) => {
    expect(pathsOf({ repository, ...args })).toEqual({ context, dockerfile });
  });

  it("is for the architectures of its servers, each once and in one order", () => {
    const architectures = fc.array(fc.constantFrom<Host["architecture"]>("amd64", "arm64", undefined));
    fc.assert(
      fc.property(architectures, (all) => {
        const platforms = platformsOf({ servers: all.map(server) });
        expect(platforms).toEqual([...new Set(platforms)].sort());
        for (const each of ["amd64", "arm64"] as const)
          expect(platforms.includes(`linux/${each}`)).toBe(all.includes(each));
        expect(platformsOf({ servers: [...all].reverse().map(server) })).toEqual(platforms);
      }),
    );
  });

  it("is for the platforms that are given, whatever the servers are", () => {
    expect(platformsOf({ platforms: ["linux/arm64"], servers: [server("amd64")] })).toEqual(["linux/arm64"]);
  });

  it("has agents and keys apart from their ids", () => {
    expect(sshOf(["default", "github=~/.ssh/key"])).toEqual([
      { id: "default" },
      { id: "github", paths: ["~/.ssh/key"] },
    ]);
  });
});
