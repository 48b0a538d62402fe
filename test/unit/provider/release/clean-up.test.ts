import { beforeEach, describe, expect, it, vi } from "vitest";
import { declareGone, forget } from "../../../../provider/gone";
import {
  cleanUpCall,
  cleanUpProvider,
  uncleaned,
  type CleanUpInputs,
  type CleanUpPlace,
} from "../../../../provider/release/clean-up";
import { runOverSsh } from "../../../../provider/ssh/run";

vi.mock("../../../../provider/ssh/run", () => ({ runOverSsh: vi.fn() }));
beforeEach(forget);

const place = (name: string, container: string): CleanUpPlace => ({
  shell: { name, destination: `root@${name}`, port: 22 },
  role: "shop/prod/shop/web",
  container,
  wait: "120s",
});
const cleaned: CleanUpInputs = {
  places: [place("web-1", "a"), place("web-2", "b")],
  repository: "r.test/shop",
  retainImages: 3,
  owner: "shop/prod/shop",
};

describe("the clean-up", () => {
  it("names the role, what stays, and the images", () => {
    expect(cleanUpCall(cleaned, place("web-1", "a"))).toEqual({
      verb: "prune",
      words: [
        "role=shop/prod/shop/web",
        "wait=120",
        "keep=3",
        "for=shop/prod/shop",
        "repository=r.test/shop",
        "container=a",
      ],
    });
  });

  it("names all containers that stay of a role that has several", () => {
    const { words } = cleanUpCall(cleaned, { ...place("web-1", "a"), replicas: ["b", "c"] });
    expect(words.slice(-3)).toEqual(["container=a", "container=b", "container=c"]);
  });

  it("names the assets of the release, where the role keeps some", () => {
    const { words } = cleanUpCall(cleaned, { ...place("web-1", "a"), assets: "/assets/shop-web/0a1b" });
    expect(words.slice(-2)).toEqual(["container=a", "assets=/assets/shop-web/0a1b"]);
  });

  it("is of the images of a role's own repository, and of what was noted for that", () => {
    const own = { repository: "r.test/jobs", owner: "shop/prod/shop/job" };
    const { words } = cleanUpCall(cleaned, { ...place("web-1", "a"), ...own });
    expect(words).toContain("repository=r.test/jobs");
    expect(words).toContain("for=shop/prod/shop/job");
    expect(words.filter((word) => /^(for|repository)=/.test(word))).toHaveLength(2);
  });

  it("is of images alone where that is said", () => {
    const { words } = cleanUpCall(cleaned, { ...place("web-1", "a"), imagesOnly: true });
    expect(words.slice(-2)).toEqual(["container=a", "images"]);
  });

  it("runs where a container is another, and not again where it was run", () => {
    const released = { ...cleaned, places: [place("web-1", "a"), place("web-2", "c")] };
    expect(uncleaned(cleaned, released)).toEqual([place("web-2", "c")]);
    expect(uncleaned(cleaned, cleaned)).toEqual([]);
  });

  it("runs where the app's image alone is another, which no container's name says", () => {
    const of = (image: string): CleanUpPlace => ({
      ...place("web-1", "shop-release"),
      imagesOnly: true,
      image,
    });
    const before = { ...cleaned, places: [of("r.test/shop:v1"), place("web-2", "b")] };
    const after = { ...cleaned, places: [of("r.test/shop:v2"), place("web-2", "b")] };
    expect(uncleaned(before, after)).toEqual([of("r.test/shop:v2")]);
    expect(uncleaned(after, after)).toEqual([]);
  });

  it("runs everywhere for another number of images", () => {
    expect(uncleaned(cleaned, { ...cleaned, retainImages: 1 })).toEqual(cleaned.places);
  });

  it("does not run for another way to a host, or where a host has gone", () => {
    const shell = { name: "web-1", destination: "root@web", port: 2222 };
    expect(uncleaned(cleaned, { ...cleaned, places: [{ ...place("web-1", "a"), shell }] })).toEqual([]);
  });

  it("is a change in a preview that does not know a place yet", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9" as unknown as CleanUpPlace;
    expect(await changes({ ...cleaned, places: [place("web-1", "a"), unknown] })).toBe(true);
  });

  it("is a change with any of it, and none for the same again", async () => {
    expect(await changes(structuredClone(cleaned))).toBe(false);
    expect(await changes({ ...cleaned, places: cleaned.places.slice(1) })).toBe(true);
    for (const edit of [{ retainImages: 1 }, { repository: "r.test/other" }, { owner: "shop/prod/new" }])
      expect(await changes({ ...cleaned, ...edit })).toBe(true);
  });
});

async function changes(news: CleanUpInputs): Promise<boolean | undefined> {
  return (await cleanUpProvider.diff?.("x", cleaned, news))?.changes;
}

describe("a refresh", () => {
  const look = async (): Promise<CleanUpInputs | undefined> =>
    (await cleanUpProvider.read?.("x", cleaned))?.props;
  const [first, second] = cleaned.places;

  it("finds the place where a run that was cut off has left a container, so that it is cleaned up again", async () => {
    vi.mocked(runOverSsh).mockImplementation((shell, line) => {
      expect(line).toContain("left");
      const stdout = shell.name === "web-2" ? "container shop-web-0a1b 0\n" : "";
      return Promise.resolve({ code: 0, stdout, stderr: "" });
    });
    const found = await look();
    expect(found).toEqual({ ...cleaned, places: [first] });
    expect(await cleanUpProvider.diff?.("x", found as CleanUpInputs, cleaned)).toMatchObject({
      changes: true,
    });
    expect(uncleaned(found as CleanUpInputs, cleaned)).toEqual([second]);
  });

  it("finds nothing where nothing is left, nobody answers, or the host is gone", async () => {
    vi.mocked(runOverSsh).mockImplementation((shell) =>
      shell.name === "web-1"
        ? Promise.reject(new Error("web-1: does not answer"))
        : Promise.resolve({ code: 0, stdout: "", stderr: "" }),
    );
    expect(await look()).toEqual(cleaned);
    vi.mocked(runOverSsh).mockReset();
    for (const { shell } of cleaned.places) declareGone(shell.name);
    expect(await look()).toEqual(cleaned);
    expect(runOverSsh).not.toHaveBeenCalled();
  });
});
