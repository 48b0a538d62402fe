/** What a preview says of volumes that the program has no more. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ListedVolume, VolumeListInputs } from "../../../../provider/data/no-more";
import { unknownValue, type Place } from "../../../../provider/data/place";
import { volumeListProvider } from "../../../../provider/data/volume-list";
import { declareGone, forget } from "../../../../provider/gone";

let said: string[];

beforeEach(() => {
  forget();
  said = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    said.push(text);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const place = (host: string, number: number, machine?: string): Place => ({
  host,
  shell: { name: host, destination: `root@192.0.2.${number}`, port: 22 },
  ...(machine === undefined ? {} : { machine }),
});
const web1 = place("web-1", 1);
const web2 = place("web-2", 2);
const data = (where: Place, change: Partial<ListedVolume> = {}): ListedVolume => ({
  ...where,
  name: "shop-prod-db-data",
  owner: "shop/prod/accessory/db/data",
  data: "keep",
  ...change,
});
const list = (hosts: Place[], ...volumes: ListedVolume[]): VolumeListInputs => ({ hosts, volumes });
const diff = async (olds: VolumeListInputs, news: VolumeListInputs): Promise<boolean> =>
  (await volumeListProvider.diff?.("volumes", olds, news))?.changes ?? false;

describe("a volume that the program has no more", () => {
  it("is kept, which is said once, also where the diff is asked for twice", async () => {
    for (let times = 0; times < 2; times += 1)
      expect(await diff(list([web1], data(web1)), list([web1]))).toBe(true);
    expect(said).toEqual([
      expect.stringMatching(
        /^web-1: the volume shop-prod-db-data is kept, with its data; .*owner: "shop\/prod\/accessory\/db\/data"/,
      ),
    ]);
  });

  it("is kept on the machine that it leaves, and goes along as a copy where that was asked for", async () => {
    await diff(list([web1, web2], data(web1)), list([web1, web2], data(web2, { data: "leave" })));
    expect(said).toEqual([expect.stringMatching(/^web-1: .* is kept, with its data/)]);
    said = [];
    // Of a server that is still to be made, only its name is known.
    const toMake = { ...web2, shell: unknownValue as unknown as Place["shell"] };
    await diff(list([web1, web2], data(web1)), list([web1, toMake], data(toMake, { data: "move" })));
    expect(said).toEqual([
      expect.stringMatching(
        /^web-2: the volume shop-prod-db-data gets a copy of the data of web-1, where the old volume is kept/,
      ),
    ]);
  });

  it("is deleted where that was deployed, whatever the program says now", async () => {
    await diff(list([web1], data(web1, { data: "discard" })), list([web1]));
    expect(said).toEqual([
      expect.stringMatching(/^web-1: the volume shop-prod-db-data is deleted with all its data/),
    ]);
  });

  it("goes with a server that the program has no more, and stays on a machine that it does not make", async () => {
    const made = place("web-1", 1, "17");
    await diff(list([made, web2], data(made)), list([web2]));
    expect(said).toEqual([
      expect.stringMatching(/^web-1: the volume shop-prod-db-data goes with the server, and all its data/),
    ]);
    said = [];
    await diff(list([web1, web2], data(web1)), list([web2]));
    expect(said).toEqual([expect.stringMatching(/^web-1: .* is kept, with its data;/)]);
  });

  it("is left on a host that is gone", async () => {
    declareGone("web-1");
    await diff(list([web1], data(web1)), list([web1]));
    expect(said).toEqual([
      "web-1 is gone: the volume shop-prod-db-data, with its data, is left there, if the machine comes back.",
    ]);
  });
});

describe("a volume that is still there", () => {
  it("is not spoken of: unchanged, of another component, on a server with another name or a new machine", async () => {
    const made = place("web-1", 1, "17");
    const news = [
      [list([web1], data(web1)), list([web1], data(web1))],
      [list([web1], data(web1)), list([web1], data(web1, { owner: "shop/prod/accessory/database/data" }))],
      [list([web1], data(web1)), list([place("box", 1)], data(place("box", 1)))],
      [
        list([made], data(made)),
        list([place("web-1", 3, unknownValue)], data(place("web-1", 3, unknownValue))),
      ],
    ] as const;
    for (const [olds, now] of news) await diff(olds, now);
    expect(said).toEqual([]);
    expect(await diff(list([web1], data(web1)), list([web1], data(web1)))).toBe(false);
  });
});
