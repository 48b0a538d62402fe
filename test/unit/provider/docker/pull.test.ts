import { describe, expect, it } from "vitest";
import { pullProvider, waiting, type PullState } from "../../../../provider/docker/pull";

const host = (name: string, machine?: string) => ({
  shell: { name, destination: `root@${name}`, port: 22 },
  ...(machine === undefined ? {} : { machine }),
});
const pulled: PullState = {
  image: "registry.test/shop:v1",
  owner: "shop/prod/shop",
  hosts: [host("web-1", "17"), host("web-2", "18")],
  __auth: { "web-1": "a2V5" },
};
const names = (olds: PullState, news: PullState): string[] =>
  waiting(olds, news).map(({ shell }) => shell.name);

describe("a pull", () => {
  it("asks all hosts for another image", () => {
    expect(names(pulled, { ...pulled, image: "registry.test/shop:v2" })).toEqual(["web-1", "web-2"]);
  });

  it("asks none for another way to reach them, other credentials, or another name of the app", () => {
    const moved = pulled.hosts.map((each) => ({ ...each, shell: { ...each.shell, port: 2222 } }));
    expect(names(pulled, { ...pulled, hosts: moved, __auth: {}, owner: "shop/prod/new" })).toEqual([]);
  });

  it("asks a new host, a new machine behind an old name, and one where a refresh found no image", () => {
    const more = { ...pulled, hosts: [...pulled.hosts, host("web-3", "19")] };
    expect(names(pulled, more)).toEqual(["web-3"]);
    expect(names(pulled, { ...pulled, hosts: [host("web-1", "99"), host("web-2", "18")] })).toEqual([
      "web-1",
    ]);
    expect(names({ ...pulled, missing: ["web-2"] }, pulled)).toEqual(["web-2"]);
  });

  it("is a change for each of those, and none for the same again", async () => {
    const changes = async (olds: PullState, news: PullState): Promise<boolean | undefined> =>
      (await pullProvider.diff?.("x", olds, news))?.changes;
    expect(await changes(pulled, structuredClone(pulled))).toBe(false);
    expect(await changes({ ...pulled, missing: ["web-2"] }, pulled)).toBe(true);
    expect(await changes(pulled, { ...pulled, image: "registry.test/shop:v2" })).toBe(true);
    // A login that is new each time.
    expect(await changes(pulled, { ...pulled, __auth: { "web-1": "bmV3" } })).toBe(false);
    expect(await changes(pulled, { ...pulled, hosts: pulled.hosts.slice(0, 1) })).toBe(true);
  });
});
