import { describe, expect, it } from "vitest";
import { pruneProvider, unpruned, type PruneInputs } from "../../../../components/app/prune-provider";

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

  it("is a change with any of it, and none for the same again", async () => {
    const changes = async (news: PruneInputs): Promise<boolean | undefined> =>
      (await pruneProvider.diff?.("x", cleaned, news))?.changes;
    expect(await changes(structuredClone(cleaned))).toBe(false);
    expect(await changes({ ...cleaned, timeout: 200 })).toBe(true);
    expect(await changes({ ...cleaned, places: cleaned.places.slice(1) })).toBe(true);
  });
});
