import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { here } from "./here";
import { firstOfEach, pullProvider, waiting, type PullState } from "../../../../provider/docker/pull";

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

describe("the first pulls", () => {
  it("are one for each mirror that several hosts have, and none where each has its own, or none", () => {
    expect(firstOfEach(["a", "b", "a", "", "b", "c"])).toEqual([0, 1]);
    expect(firstOfEach(["a", "b"])).toEqual([]);
    expect(firstOfEach(["", "", ""])).toEqual([]);
  });

  it("leave no mirror to be asked by two hosts before it was asked by one", () => {
    const mirrors = fc.array(fc.constantFrom("", "a", "b", "c"), { maxLength: 8 });
    fc.assert(
      fc.property(mirrors, (all) => {
        const first = firstOfEach(all);
        const names = first.map((at) => all[at]);
        expect(new Set(names).size).toBe(names.length);
        const shared = new Set(all.filter((one, at) => one !== "" && all.indexOf(one) !== at));
        expect(new Set(names)).toEqual(shared);
      }),
    );
  });
});

describe("a pull through a mirror", () => {
  const current = here();
  /** Pulls to three hosts, of which the first two have a mirror, and answers with what ssh was asked for, in order. */
  async function pulls(image: string): Promise<string[]> {
    const { verbs } = current();
    vi.stubEnv("SEXTANT_IMAGES", verbs.given);
    const log = join(verbs.directory, "log");
    const ssh = readFileSync(join(verbs.directory, "ssh"), "utf8");
    const noted = [
      "#!/bin/sh",
      'host=""; for word; do case $word in root@*) host=${word#root@} ;; esac; done; for line; do :; done',
      `case $line in`,
      `*'docker info'*) echo "asks $host" >>${log}; case $host in web-3) ;; *) echo https://mirror.test ;; esac; exit 0 ;;`,
      `*/pull*) echo "pulls $host" >>${log} ;;`,
      "esac",
      ssh.replace("#!/bin/sh\n", ""),
      "code=$?",
      `case $line in */pull*) echo "has $host" >>${log} ;; esac; exit $code`,
    ]
      .join("\n")
      .replace("exec sh -c", "sh -c");
    writeFileSync(join(verbs.directory, "ssh"), noted, { mode: 0o755 });
    const hosts = ["web-1", "web-2", "web-3"].map((name) => host(name));
    await pullProvider.create({ image, hosts, __auth: {} });
    return readFileSync(log, "utf8").trim().split("\n");
  }

  it("is on one host of the mirror first, and then on the others", async () => {
    const log = await pulls("acme/shop:v1");
    expect(log.slice(0, 3).sort()).toEqual(["asks web-1", "asks web-2", "asks web-3"]);
    expect(log.slice(3, 5)).toEqual(["pulls web-1", "has web-1"]);
    expect(log.slice(5).sort()).toEqual(["has web-2", "has web-3", "pulls web-2", "pulls web-3"]);
  });

  it("asks nothing for the image of another registry, for which Docker has no mirrors", async () => {
    expect((await pulls("r.test/shop:v1")).filter((line) => line.startsWith("asks"))).toEqual([]);
  });
});

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
