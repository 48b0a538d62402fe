import {
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildPlace, prepareBuild } from "../../../../provider/registry/build-place";

let machine: string;
let folder: string;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), "sextant-place-"));
  folder = join(machine, "builds");
  vi.stubEnv("HOME", join(machine, "home"));
  vi.stubEnv("XDG_CACHE_HOME", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(machine, { recursive: true });
});

const cache = (): string => join(machine, "home", ".cache", "sextant", "builds");

describe("the place of a build", () => {
  it("has the same name on each machine, whatever the home directory of its user", () => {
    expect(buildPlace("shop-production-shop")).toMatch(
      /^\/tmp\/sextant-builds(-\d+)?\/shop-production-shop$/,
    );
    const before = buildPlace("shop", folder);
    prepareBuild("shop", folder);
    expect([before, buildPlace("shop", folder)]).toEqual([join(folder, "shop"), join(folder, "shop")]);
  });

  it("is in the user's cache, into which nobody else looks, and stays", () => {
    prepareBuild("shop", folder);
    writeFileSync(join(buildPlace("shop", folder), "index.json"), "built");
    prepareBuild("shop", folder);
    expect(readFileSync(join(cache(), "shop", "index.json"), "utf8")).toBe("built");
    for (const each of [cache(), folder]) expect(lstatSync(each).mode & 0o077).toBe(0);
    expect(readdirSync(folder)).toEqual(["shop"]);
  });

  it("goes with the user's cache to another place, and that of no other build does", () => {
    for (const name of ["shop", "blog"]) prepareBuild(name, folder);
    vi.stubEnv("XDG_CACHE_HOME", join(machine, "other"));
    prepareBuild("shop", folder);
    expect(readlinkSync(join(folder, "shop"))).toBe(join(machine, "other", "sextant", "builds", "shop"));
    expect(readlinkSync(join(folder, "blog"))).toBe(join(cache(), "blog"));
  });

  it("is refused where what is in the way is no link", () => {
    mkdirSync(join(folder, "shop"), { recursive: true, mode: 0o700 });
    expect(() => {
      prepareBuild("shop", folder);
    }).toThrow(
      /builds\/shop has to be a link to .*\/shop, where .* cannot be made: .*; move away what is there/,
    );
  });

  it("is refused where the folder itself leads elsewhere", () => {
    symlinkSync(tmpdir(), folder);
    expect(() => {
      prepareBuild("shop", folder);
    }).toThrow(/builds is no directory of this user alone/);
  });

  it.runIf(userInfo().uid === 0)("is another one where another user of the machine was first", () => {
    mkdirSync(folder);
    lchownSync(folder, 12345, 12345);
    expect(buildPlace("shop", folder)).toBe(join(`${folder}-0`, "shop"));
    prepareBuild("shop", folder);
    expect(readdirSync(folder)).toEqual([]);
    expect(readlinkSync(join(`${folder}-0`, "shop"))).toBe(join(cache(), "shop"));
  });
});
