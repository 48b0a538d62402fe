import { describe, expect, it } from "vitest";
import { containerProvider, type ContainerState } from "../../../../components/docker/container-provider";
import { messageOf, parseAnswer } from "../../../../components/docker/engine";
import { networkProvider } from "../../../../components/docker/network-provider";
import { volumeProvider } from "../../../../components/docker/volume-provider";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const container: ContainerState = {
  shell,
  name: "shop-0a1b2c3",
  image: "shop:v1",
  network: { name: "sextant", id: "a1" },
  stopped: false,
};

describe("the name of a container", () => {
  const nameOf = async (olds: object, news: object): Promise<string | undefined> => {
    const given = { ...container, name: undefined, ...news };
    return (await containerProvider.check?.(olds as ContainerState, given))?.inputs?.name;
  };

  it("is made from the resource's, and stays while the resource is the same", async () => {
    const first = await nameOf({}, { namePrefix: "shop" });
    expect(first).toMatch(/^shop-[0-9a-f]{7}$/);
    expect(await nameOf({ name: first, namePrefix: "shop" }, { namePrefix: "shop" })).toBe(first);
    expect(await nameOf({}, { namePrefix: "shop" })).not.toBe(first);
  });

  it("is the one that was given", async () => {
    expect(await nameOf({ name: "shop-0a1b2c3", namePrefix: "shop" }, { name: "db" })).toBe("db");
  });
});

describe("a change", () => {
  it("of a container says what it replaces, and starts one that was found stopped", async () => {
    expect(await containerProvider.diff?.("x", container, container)).toEqual({
      changes: false,
      replaces: [],
    });
    const released = { ...container, image: "shop:v2" };
    expect(await containerProvider.diff?.("x", container, released)).toEqual({
      changes: true,
      replaces: ["image"],
    });
    const stopped = { ...container, stopped: true };
    expect(await containerProvider.diff?.("x", stopped, container)).toEqual({ changes: true, replaces: [] });
  });

  it("of a volume or a network replaces it, another way to the host does not", async () => {
    const there = { shell, name: "data" };
    const moved = { ...there, shell: { ...shell, port: 2222 } };
    for (const provider of [volumeProvider, networkProvider]) {
      expect(await provider.diff?.("x", there, there)).toEqual({ changes: false, replaces: [] });
      expect(await provider.diff?.("x", there, moved)).toEqual({ changes: true, replaces: [] });
      const renamed = { ...there, name: "other" };
      expect(await provider.diff?.("x", there, renamed)).toEqual({ changes: true, replaces: ["name"] });
    }
  });
});

describe("an answer of Docker", () => {
  it("is its body and its status", () => {
    expect(parseAnswer('{"Id":"a1"}\n\n201\n')).toEqual({ status: 201, body: { Id: "a1" } });
    expect(parseAnswer("\n204\n")).toEqual({ status: 204, body: undefined });
    expect(() => parseAnswer("curl: nothing")).toThrow("no answer of Docker: curl: nothing");
  });

  it("says what is wrong", () => {
    expect(messageOf({ status: 404, body: { message: "No such image: shop" } })).toBe("No such image: shop");
    expect(messageOf({ status: 500, body: undefined })).toBe("Docker answered 500");
  });
});
