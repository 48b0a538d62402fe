import { describe, expect, it } from "vitest";
import { pruneProvider, unpruned, type PruneInputs } from "../../../../provider/release/clean-up";

const place = (name: string, line: string) => ({
  shell: { name, destination: `root@${name}`, port: 22 },
  line,
});
const cleaned: PruneInputs = {
  places: [place("web-1", "prune container=a"), place("web-2", "prune container=b")],
  timeout: 150,
};

describe("the clean-up", () => {
  it("runs where its line is another, and not again where it was run", () => {
    const released = {
      ...cleaned,
      places: [place("web-1", "prune container=a"), place("web-2", "prune container=c")],
    };
    expect(unpruned(cleaned, released)).toEqual([place("web-2", "prune container=c")]);
    expect(unpruned(cleaned, cleaned)).toEqual([]);
  });

  it("does not run for another way to a host, or where a host has gone", () => {
    const moved = {
      ...cleaned,
      places: [
        {
          ...place("web-1", "prune container=a"),
          shell: { name: "web-1", destination: "root@web", port: 2222 },
        },
      ],
    };
    expect(unpruned(cleaned, moved)).toEqual([]);
  });

  it("is a change in a preview that does not know a line yet, and none for other verbs", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const changes = async (news: unknown): Promise<boolean | undefined> =>
      (await pruneProvider.diff?.("x", of("aaaa"), news as PruneInputs))?.changes;
    const of = (kit: string): PruneInputs => ({
      ...cleaned,
      places: cleaned.places.map((one) => ({ ...one, line: `/usr/local/lib/sextant/${kit}/${one.line}` })),
    });
    expect(await changes(of("bbbb"))).toBe(false);
    expect(await changes({ ...cleaned, places: [cleaned.places[0], unknown] })).toBe(true);
  });

  it("is a change with any of it, and none for the same again", async () => {
    const changes = async (news: PruneInputs): Promise<boolean | undefined> =>
      (await pruneProvider.diff?.("x", cleaned, news))?.changes;
    expect(await changes(structuredClone(cleaned))).toBe(false);
    expect(await changes({ ...cleaned, timeout: 200 })).toBe(true);
    expect(await changes({ ...cleaned, places: cleaned.places.slice(1) })).toBe(true);
  });
});
