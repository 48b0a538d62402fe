import { describe, expect, it } from "vitest";
import { buildxDirectory, instanceOf } from "../../../../components/build/builder";

describe("a builder of buildx", () => {
  it("leads to the socket", () => {
    expect(instanceOf("sextant-shop", "/run/x.sock")).toMatchObject({
      Name: "sextant-shop",
      Driver: "remote",
      Nodes: [{ Name: "sextant-shop0", Endpoint: "unix:///run/x.sock" }],
    });
  });

  it.each([
    [{ BUILDX_CONFIG: "/b", DOCKER_CONFIG: "/d" }, /^\/b$/],
    [{ BUILDX_CONFIG: "", DOCKER_CONFIG: "/d" }, /^\/d\/buildx$/],
    [{}, /\/\.docker\/buildx$/],
  ])("of %j is where buildx looks for it", (env, directory) => {
    expect(buildxDirectory(env)).toMatch(directory);
  });
});
