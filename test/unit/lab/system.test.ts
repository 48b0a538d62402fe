import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { releaseSources } from "../../../lab/images/apt-sources";
import { choose, dockerdFlags, engines, imageStore, serverImage, systems } from "../../../lab/machine/system";
import { repoRoot } from "../../../lab/paths";

describe("what new servers run", () => {
  it("is Docker 28.5 with containerd's image store on Debian 12 where nothing is chosen", () => {
    const choice = choose(undefined, undefined);
    expect(choice).toEqual({ engine: "28.5", os: "debian-12" });
    expect(imageStore(choice)).toBe("containerd");
    expect(dockerdFlags(choice)).toEqual(["--feature", "containerd-snapshotter=true"]);
    expect(serverImage("debian-12", choice)).toBe("sextant/server");
  });

  it("is the one engine of a system that has no other", () => {
    expect(choose(undefined, "bare")).toEqual({ engine: "26.1", os: "bare" });
  });

  it("is the system that has the engine, where the engine alone is chosen", () => {
    expect(choose("29", undefined)).toEqual({ engine: "29", os: "debian-13" });
    expect(choose("20.10", "")).toEqual({ engine: "20.10", os: "debian-12" });
  });

  it("refuses what there is not, with what there is", () => {
    expect(() => choose("19.03", undefined)).toThrow(
      "lab: SEXTANT_LAB_ENGINE is 19.03; it can be 28.5, 28.5-overlay2, 29, 26.1, 20.10.",
    );
    expect(() => choose("20.10", "debian-13")).toThrow(
      "lab: there is no Docker 20.10 for debian-13; SEXTANT_LAB_ENGINE can be 28.5, 28.5-overlay2, 29, 26.1.",
    );
  });

  it("is the system that a program names, where the lab has not chosen another", () => {
    expect(serverImage("debian-13", choose(undefined, undefined))).toBe("sextant/server:debian-13-28.5");
    expect(serverImage("debian-13", choose(undefined, "bare"))).toBe("sextant/server:bare");
  });

  it("is an image that some folder makes, for every choice", () => {
    const root = join(repoRoot, "lab/images");
    const made = readdirSync(root)
      .map((folder) => join(root, folder, "image.json"))
      .filter((file) => existsSync(file))
      .flatMap((file) => (JSON.parse(readFileSync(file, "utf8")) as { builds: { tag: string }[] }).builds)
      .map(({ tag }) => tag);
    let choices = 0;
    for (const os of systems) {
      for (const engine of engines) {
        let choice;
        try {
          choice = choose(engine, os);
        } catch {
          continue;
        }
        choices++;
        expect(made).toContain(serverImage("debian-12", choice));
      }
    }
    expect(choices).toBeGreaterThan(8);
  });
});

describe("the sources of a release that this machine does not run", () => {
  const source = (suite: string, uri: string) => ({ uri, suite, components: ["main"] });
  const bookworm = [
    source("bookworm", "http://mirror/debian"),
    source("bookworm-updates", "http://mirror/debian"),
    source("bookworm-security", "http://mirror/security"),
  ];

  it("are the same suites of its mirror", () => {
    expect(releaseSources("trixie", bookworm)).toEqual([
      source("trixie", "http://mirror/debian"),
      source("trixie-updates", "http://mirror/debian"),
      source("trixie-security", "http://mirror/security"),
    ]);
    expect(releaseSources("bookworm", bookworm)).toEqual(bookworm);
  });

  it("are none where there is no mirror", () => {
    expect(releaseSources("trixie", [])).toEqual([]);
  });
});
