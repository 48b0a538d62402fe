/** What the benchmark of shipping makes of texts, of a folder and of a command. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { firstAnswer } from "../../../../bench/ship/answer";
import { asked, inTurn, questionFor, tools } from "../../../../bench/ship/cases";
import { clientRules, sentOf } from "../../../../bench/ship/client-bytes";
import { deployYml } from "../../../../bench/ship/kamal-config";
import { parseShipOptions } from "../../../../bench/ship/options";
import { Repository } from "../../../../bench/ship/repository";
import { siteHosts } from "../../../../bench/ship/site";
import { run } from "../../../../lab/docker/exec";

describe("options", () => {
  it("have both numbers of servers as their default, and less when asked to", () => {
    expect(parseShipOptions([])).toEqual({ sizes: [2, 8], rounds: 3, assetsMb: 4, out: undefined });
    expect(parseShipOptions(["--quick"])).toMatchObject({ sizes: [2], rounds: 1 });
    expect(
      parseShipOptions(["--servers", "8,2,8", "--rounds", "5", "--assets", "1", "--out", "x.json"]),
    ).toEqual({ sizes: [2, 8], rounds: 5, assetsMb: 1, out: "x.json" });
  });

  it.each([
    [["--servers", "1,2"], "one server has nothing to spread between"],
    [["--rounds", "0"], "--rounds: 0 is no number from 1 up"],
    [["--servers"], "--servers takes a value"],
    [["--fast"], "There is no --fast"],
  ])("refuse %j", (args, message) => {
    expect(() => parseShipOptions(args)).toThrow(message);
  });
});

describe("the order of the tools", () => {
  it("is another one each turn, with both in it", () => {
    for (const turn of [0, 1, 2, 3]) {
      expect([...inTurn(turn)].sort()).toEqual([...tools].sort());
      expect(inTurn(turn)[0]).not.toBe(inTurn(turn + 1)[0]);
    }
  });
});

describe("a question", () => {
  it("is not answered by the words in which it is asked", () => {
    for (const tool of tools)
      for (const name of asked) {
        const { words, answer } = questionFor(tool, name, "c0ffee");
        expect(answer.test(words.join(" "))).toBe(false);
      }
  });

  it("is answered by what either tool shows", () => {
    expect(questionFor("kamal", "exec", "c0ffee").answer.test("App Host: 192.0.2.1\r\npage-12\r\n")).toBe(
      true,
    );
    expect(questionFor("sextant", "ps", "c0ffee").answer.test("ship-1  shop web  c0ffee  Up 2 minutes")).toBe(
      true,
    );
    expect(questionFor("kamal", "logs", "c0ffee").answer.test('[1b] Started GET "/up" for 192.0.2.1')).toBe(
      true,
    );
  });
});

describe("what leaves the client", () => {
  it("is counted towards the registry and every server's SSH, and from nothing else", () => {
    const rules = clientRules("192.0.2.9:5000");
    expect(rules.split("\n").filter((line) => line.includes("counter name sent"))).toEqual([
      expect.stringMatching(/^ +ip daddr \S+\/\d+ tcp dport 22 counter name sent$/),
      "    ip daddr 192.0.2.9 tcp dport 5000 counter name sent",
    ]);
    expect(rules).toContain("policy accept");
  });

  it("is read from what nft prints, and an error where it is not there", () => {
    const counter = { family: "inet", name: "sent", table: "bench_client", packets: 3, bytes: 4242 };
    expect(sentOf(JSON.stringify({ nftables: [{ metainfo: {} }, { counter }] }))).toBe(4242);
    expect(() => sentOf(JSON.stringify({ nftables: [] }))).toThrow("there is no counter sent");
  });
});

describe("Kamal's configuration", () => {
  const hosts = siteHosts(
    [1, 2].map((at) => ({
      ...{ name: `ship-${at}`, address: `192.0.2.${at}`, hostKey: "ssh-ed25519 A" },
      privateAddress: `10.0.0.${at}`,
    })),
  );
  const settings = parse(
    deployYml({ hosts, registry: { address: "192.0.2.9:5000", username: "lab" }, keyFile: "/key" }),
  ) as Record<string, unknown>;

  it("builds by the client's own Docker, from a clone of the repository", () => {
    expect(settings["builder"]).toEqual({ arch: "amd64", driver: "docker", args: { HUB: "192.0.2.9:5000" } });
  });

  it("has the database of the first host, by its private address, and the password by its name alone", () => {
    expect(settings["env"]).toMatchObject({ clear: { DB_HOST: "10.0.0.1" }, secret: ["POSTGRES_PASSWORD"] });
    expect(settings["servers"]).toEqual({ web: { hosts: ["192.0.2.1", "192.0.2.2"] } });
  });

  it("is refused a host that is not in the private network", () => {
    expect(() => siteHosts([{ name: "ship-1", address: "192.0.2.1", hostKey: "ssh-ed25519 A" }])).toThrow(
      "ship-1 has no address in the private network",
    );
  });
});

describe("the repository", () => {
  const directory = mkdtempSync(join(tmpdir(), "sextant-ship-test-"));
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it("changes a page and what the app says that it is, and nothing else, and has all of it committed", async () => {
    const repository = await Repository.make(directory, 1);
    const git = async (...words: string[]): Promise<string[]> =>
      (await run("git", words, { cwd: directory })).trim().split("\n").filter(Boolean);
    const first = await repository.change();
    const files = await git("ls-files");
    expect(files).toContain("public/assets/1.bin");
    for (const kamals of ["config/", ".kamal/", "home/"])
      expect(files.filter((file) => file.startsWith(kamals))).toEqual([]);
    const second = await repository.change();
    expect(await git("diff", "--name-only", first.commit, second.commit)).toEqual([
      "app/views/orders/index.html.erb",
      "tmp/version",
    ]);
    expect(await git("status", "--porcelain")).toEqual([]);
    expect(await git("rev-parse", "HEAD")).toEqual([second.commit]);
    expect(readFileSync(join(directory, "tmp/version"), "utf8")).toBe(`${second.page}\n`);
    const page = readFileSync(join(directory, "app/views/orders/index.html.erb"), "utf8");
    expect(page.match(/shipped as/g)).toHaveLength(1);
    expect(page).toContain(`shipped as ${second.page} `);
    // What each tool's build takes besides would be another image.
    const ignored = readFileSync(join(directory, ".dockerignore"), "utf8").split("\n");
    for (const name of [".git", "config", ".kamal", "home"]) {
      expect(existsSync(join(directory, name))).toBe(true);
      expect(ignored).toContain(name);
    }
  });
});

describe("the first answer", () => {
  const sh = (script: string) => ({ command: "sh", args: ["-c", script], cwd: "/", env: {} });

  it("is when it comes, and not when the command begins to speak or ends", async () => {
    const seconds = await firstAnswer(sh("echo asking; sleep 0.5; echo 'it is' 42; sleep 2"), /is 42/);
    expect(seconds).toBeGreaterThanOrEqual(0.5);
    expect(seconds).toBeLessThan(2);
  });

  it("comes to a terminal", async () => {
    await expect(firstAnswer(sh("test -t 1 && echo a terminal"), /a terminal/)).resolves.toBeGreaterThan(0);
  });

  it("is an error where the command fails, or never answers", async () => {
    await expect(firstAnswer(sh("echo it is 42; exit 3"), /is 42/)).rejects.toThrow("exit 3");
    await expect(firstAnswer(sh("echo hello"), /is 42/)).rejects.toThrow("nothing of it is is 42");
  });
});
