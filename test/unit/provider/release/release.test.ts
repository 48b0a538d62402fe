import { describe, expect, it } from "vitest";
import { differences } from "../../../../provider/detailed-diff";
import { releaseStep, type ReleaseInputs } from "../../../../provider/release/release";
import { needsRun, stepProvider } from "../../../../provider/release/step";
import { releasing } from "./steps";

describe("the words of a release command", () => {
  it("name the command, and hold nothing of its variables: those come by standard input", () => {
    const { stdin = "", ...call } = releaseStep.call(releasing);
    expect(call).toEqual({
      verb: "release",
      words: [
        "name=shop-prod-shop-release",
        "image=r.test/shop:v2",
        "timeout=600",
        "--",
        "bin/rails",
        "db:prepare",
      ],
    });
    expect(JSON.parse(stdin)).toEqual({
      Image: "r.test/shop:v2",
      Cmd: ["bin/rails", "db:prepare"],
      Env: ["KAMAL_VERSION=v2", "TOKEN=canary-7f3a"],
      Labels: { "sextant.release": "shop-prod-shop-release", "sextant.secrets": "TOKEN" },
      HostConfig: { NetworkMode: "sextant", CpuShares: 256, Binds: ["shop-data:/data", "/etc/tls:/tls"] },
    });
    expect(stdin).not.toContain("\n");
  });

  it("forget it when it goes from the program", () => {
    const undo = { verb: "release", words: ["name=shop-prod-shop-release", "forget"] };
    expect(releaseStep.undo?.(releasing)).toEqual(undo);
  });

  it("wait for one that was cut off, as long as it may take, and then for their own", () => {
    expect(releaseStep.limit?.(releasing)).toBe("1200s");
  });
});

describe("a release command", () => {
  const state = { ...releasing, undone: false };

  it("is run again for all that its container is made from, and a preview names what", () => {
    const edits: [Partial<ReleaseInputs>, string[]][] = [
      [{ image: "r.test/shop:v3" }, ["image"]],
      [{ command: ["bin/rails", "db:migrate"] }, ["command[1]"]],
      [{ env: { KAMAL_VERSION: "v3" } }, ["env.KAMAL_VERSION"]],
      [{ secrets: { TOKEN: "canary-8a4b" } }, ["secrets.TOKEN"]],
      [{ network: "other" }, ["network"]],
      [{ volumes: [] }, ["volumes[0]", "volumes[1]"]],
    ];
    for (const [edit, paths] of edits) {
      const news = { ...releasing, ...edit };
      expect(needsRun(releaseStep, state, news)).toBe(true);
      expect(differences({ ...releasing }, { ...news }).map(({ path }) => path)).toEqual(paths);
    }
  });

  it("is not run again for another login or another way to its host", async () => {
    const login = { ...releasing, __auth: "new" };
    expect(await stepProvider(releaseStep).diff?.("x", state, login)).toEqual({ changes: false });
    const moved = { ...releasing, shell: { ...releasing.shell, port: 2222 } };
    expect(needsRun(releaseStep, state, moved)).toBe(false);
  });
});
