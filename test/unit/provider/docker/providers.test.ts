import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { containerProvider, imageIsGone, type ContainerState } from "../../../../provider/docker/container";
import { messageOf, parseAnswer } from "../../../../provider/docker/api";
import { networkProvider } from "../../../../provider/docker/network";
import { volumeProvider } from "../../../../provider/docker/volume";

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

  it("has 63 characters at most, so that the proxy finds it, and tells long ones apart", async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z][a-z0-9-]{0,130}[a-z]$/), async (namePrefix) => {
        expect(await nameOf({}, { namePrefix })).toMatch(/^[a-z][a-z0-9-]{0,54}-[0-9a-f]{7}$/);
      }),
    );
    const [app, host] = ["customer-relationship-portal-production-web", "hetzner-fsn1-production-web-0"];
    const names = await Promise.all([1, 2].map((n) => nameOf({}, { namePrefix: `${app}-${host}${n}` })));
    expect(new Set(names.map((name) => name?.slice(0, 55))).size).toBe(2);
  });

  it("keeps one that is longer, until the next release", async () => {
    const long = "a".repeat(70);
    const olds = { name: `${long}-0a1b2c3`, namePrefix: long };
    expect(await nameOf(olds, { namePrefix: long })).toBe(olds.name);
  });

  it("is the one that was given", async () => {
    expect(await nameOf({ name: "shop-0a1b2c3", namePrefix: "shop" }, { name: "db" })).toBe("db");
  });
});

describe("an image that is gone", () => {
  it.each([
    ["No such image: r.test/shop:v1", true],
    [
      "No such image: r.test/shop@sha256:a8b2ec5b315775e612b0691d538d8291567ec648a5faadd4f5095601c46725b7",
      true,
    ],
    ["network sextant not found", false],
    ["get shop-data: no such volume", false],
  ])("is told from what else is not there: %s", (message, gone) => {
    expect(imageIsGone({ status: 404, body: { message } })).toBe(gone);
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
    // A login that is new each time.
    const logged = { ...container, __auth: "bmV3" };
    expect(await containerProvider.diff?.("x", container, logged)).toEqual({ changes: false, replaces: [] });
    const stopped = { ...container, stopped: true };
    expect(await containerProvider.diff?.("x", stopped, container)).toEqual({ changes: true, replaces: [] });
  });

  it("of a volume or a network replaces it, another way to the host does not", async () => {
    const there = { shell, name: "data" };
    const moved = { ...there, shell: { ...shell, port: 2222 } };
    for (const provider of [volumeProvider, networkProvider]) {
      expect(await provider.diff?.("x", there, there)).toMatchObject({ changes: false, replaces: [] });
      expect(await provider.diff?.("x", there, moved)).toMatchObject({ changes: true, replaces: [] });
      const renamed = { ...there, name: "other" };
      expect(await provider.diff?.("x", there, renamed)).toMatchObject({ changes: true, replaces: ["name"] });
    }
  });

  it("of a network to another one of the same name makes room first, and the same again makes none", async () => {
    const there = { shell, name: "shared", options: { mtu: "1450" } };
    const other = { ...there, options: { mtu: "9000" } };
    expect(await networkProvider.diff?.("x", there, other)).toMatchObject({ deleteBeforeReplace: true });
    expect(await networkProvider.diff?.("x", there, there)).toMatchObject({ deleteBeforeReplace: false });
    // At `pulumi up --replace` the new resource has taken the network that is there: nothing is asked of the host.
    await networkProvider.check?.({}, there);
    vi.stubEnv("PATH", "/nowhere");
    await networkProvider.delete?.("x", there);
    await expect(networkProvider.delete?.("x", other)).rejects.toThrow();
    vi.unstubAllEnvs();
  });
});

describe("an answer of Docker", () => {
  it("is its body and its status", () => {
    expect(parseAnswer('{"Id":"a1"}\n\n201\n')).toEqual({ status: 201, body: { Id: "a1" } });
    expect(parseAnswer("\n204\n")).toEqual({ status: 204, body: undefined });
    expect(parseAnswer("no\n403\n")).toEqual({ status: 403, body: undefined });
  });

  it("shows nothing of an answer that was cut off: it may be the environment of a container", () => {
    for (const printed of [
      "curl: nothing",
      '{"Env":["A=canary"',
      '{"Env":["A=canary"\n200\n',
      '"canary"\nx200\n',
    ])
      expect(() => parseAnswer(printed)).toThrow(
        /^Docker's answer was cut off after \d+ characters; run it again/,
      );
  });

  it("says what is wrong", () => {
    expect(messageOf({ status: 404, body: { message: "No such image: shop" } })).toBe("No such image: shop");
    expect(messageOf({ status: 500, body: undefined })).toBe("Docker answered 500");
  });
});
