/** What `sextant prune` is about, and what it says of what went: from a state, and from what the verb prints. */
import { describe, expect, it } from "vitest";
import { goneIn, goneRows, prunedOf, render, size } from "../../../../cli/operate/prune";

const shell = (name: string) => ({ name, destination: `root@${name}`, port: 22 });
const place = (host: string, role: string) => ({
  ...{ shell: shell(host), role: `shop/prod/shop/${role}`, container: `shop-${role}-1`, wait: "60s" },
});
const cleanUp = (app: string, places: unknown[]) => ({
  type: "sextant:index:CleanUp",
  inputs: { places, repository: `r.test/${app}`, retainImages: 3, owner: `shop/prod/${app}` },
});
const hidden = { plaintext: JSON.stringify(shell("web-2")) };
const state = {
  deployment: {
    resources: [
      { type: "sextant:index:Pull", inputs: {} },
      cleanUp("shop", [place("web-1", "web"), { ...place("web-2", "job"), shell: hidden }]),
      cleanUp("blog", [place("web-1", "web")]),
    ],
  },
};

describe("sextant prune", () => {
  it("is about each role on each host, with what its app keeps or what was asked for", () => {
    const found = prunedOf({ state }, {});
    expect(
      found.map(({ host, place: { role }, inputs }) => [host, role, inputs.repository, inputs.retainImages]),
    ).toEqual([
      ["web-1", "shop/prod/shop/web", "r.test/shop", 3],
      ["web-2", "shop/prod/shop/job", "r.test/shop", 3],
      ["web-1", "shop/prod/shop/web", "r.test/blog", 3],
    ]);
    expect(found[1]?.place.shell).toEqual(shell("web-2"));
    expect(prunedOf({ state }, { app: "blog", keep: 1 }).map(({ inputs }) => inputs.retainImages)).toEqual([
      1,
    ]);
  });

  it("says which apps there are, where none has the name", () => {
    expect(() => prunedOf({ state }, { app: "shob" })).toThrow(
      "prune: this stack has no app shob; it has shop, blog.",
    );
    expect(() => prunedOf({ state: {} }, {})).toThrow("prune: this stack has no app; it has none.");
  });

  it("reads what went among other lines", () => {
    const printed =
      "held=paused\nimage r.test/shop:v1 350000000\ncontainer shop-web-1-abc 0\nassets 0a1b 12\nimage x\n";
    expect(goneIn(printed)).toEqual([
      { what: "image", name: "r.test/shop:v1", bytes: 350_000_000 },
      { what: "container", name: "shop-web-1-abc", bytes: 0 },
      { what: "assets", name: "0a1b", bytes: 12 },
    ]);
  });

  it("says each, and the bytes of all", () => {
    const gone = goneIn("image r.test/shop:v1 350000000\ncontainer shop-web-1-abc 0\n");
    expect(render("web-1", gone, false)).toEqual([
      "web-1: the image r.test/shop:v1 is removed (350 MB).",
      "web-1: the container shop-web-1-abc is removed.",
      "web-1: up to 350 MB are free by that; layers that other images have are counted, too.",
    ]);
    expect(render("web-1", gone, true)[0]).toBe("web-1: the image r.test/shop:v1 would go (350 MB).");
    expect(render("web-1", [], false)).toEqual(["web-1: there is nothing to remove."]);
  });

  it("says each with its host as JSON, and whether it is gone", () => {
    const answers = [
      { host: "web-1", gone: goneIn("image r.test/shop:v1 350000000\nassets 0a1b 12\n") },
      { host: "web-2", gone: [] },
    ];
    expect(goneRows(answers, true)).toEqual([
      { host: "web-1", what: "image", name: "r.test/shop:v1", bytes: 350_000_000, removed: false },
      { host: "web-1", what: "assets", name: "0a1b", bytes: 12, removed: false },
    ]);
    expect(goneRows(answers, false).map(({ removed }) => removed)).toEqual([true, true]);
  });

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1500, "1.5 kB"],
    [2_345_678_901, "2.3 GB"],
  ])("writes %i bytes as %s", (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });
});
