import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Layer, changedBytes, layersOf } from "../../../../bench/ship/layers";

const layers: Layer[] = [
  { digest: "sha256:a", size: 10 },
  { digest: "sha256:b", size: 200 },
];

describe("the layers of an image", () => {
  const asks: string[] = [];
  const registry = (answers: Record<string, unknown>) => (path: string) => {
    asks.push(path);
    return Promise.resolve(JSON.stringify(answers[path]));
  };

  it("are those of its manifest", async () => {
    const ask = registry({ "/v2/shop/manifests/v1": { schemaVersion: 2, layers } });
    expect(await layersOf(ask, "shop", "v1")).toEqual(layers);
  });

  it("are those of the image in a list, which may have what is attested of the build first", async () => {
    const ask = registry({
      "/v2/shop/manifests/v1": {
        manifests: [
          { digest: "sha256:attested", platform: { os: "unknown", architecture: "unknown" } },
          { digest: "sha256:image", platform: { os: "linux", architecture: "amd64" } },
        ],
      },
      "/v2/shop/manifests/sha256:image": { layers },
    });
    expect(await layersOf(ask, "shop", "v1")).toEqual(layers);
    expect(asks).not.toContain("/v2/shop/manifests/sha256:attested");
  });

  it("are an error where there are none", async () => {
    const ask = registry({ "/v2/shop/manifests/v1": { errors: [] } });
    await expect(layersOf(ask, "shop", "v1")).rejects.toThrow("no layers at /v2/shop/manifests/v1");
  });
});

describe("the bytes that changed", () => {
  it("are of the layers that were not there, each once", () => {
    const after = [...layers, { digest: "sha256:c", size: 3000 }, { digest: "sha256:c", size: 3000 }];
    expect(changedBytes(layers, after)).toBe(3000);
    expect(changedBytes([], layers)).toBe(210);
  });

  it("are none of the same image, in whatever order", () => {
    const image = fc.uniqueArray(fc.record({ digest: fc.string(), size: fc.nat() }), {
      selector: ({ digest }) => digest,
    });
    fc.assert(
      fc.property(image, (all) => {
        expect(changedBytes(all, [...all].reverse())).toBe(0);
      }),
    );
  });
});
