import { beforeEach, describe, expect, it, vi } from "vitest";
import { unknownValue } from "../../../../provider/data/place";
import { declareGone, forget } from "../../../../provider/gone";
import { hostReadyProvider, type HostReadyState } from "../../../../provider/host/host-ready";
import { hostScripts, verbText } from "../../../../provider/host/scripts";
import { putVerbs } from "../../../../provider/host/install";
import { runOverSsh, type Ran } from "../../../../provider/ssh/run";

vi.mock("../../../../provider/ssh/run", () => ({ runOverSsh: vi.fn() }));

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const state: HostReadyState = {
  ...{ shell, verb: "preflight", words: ["ports=80"], version: "a", show: true },
  ...{ directory: hostScripts().directory, owner: "shop/prod/web", present: true },
};

beforeEach(() => {
  vi.mocked(runOverSsh).mockReset();
});

describe("the gate of a host", () => {
  it("looks again and puts the verbs there again when they are of another version or were found gone", async () => {
    const changes = async (olds: Partial<HostReadyState>) =>
      (await hostReadyProvider.diff?.("x", { ...state, ...olds }, state))?.changes;
    expect(await changes({})).toBe(false);
    expect(await changes({ version: "b" })).toBe(true);
    expect(await changes({ words: ["ports=80,443"] })).toBe(true);
    expect(await changes({ directory: "/usr/local/lib/sextant/0123" })).toBe(true);
    expect(await changes({ present: false })).toBe(true);
    expect(await changes({ shell: { ...shell, port: 2222 } })).toBe(true);
  });

  it("does nothing on the host where only the way to reach it is another", async () => {
    const olds = { ...state, shell: { ...shell, port: 2222 } };
    expect(await hostReadyProvider.update?.("x", olds, state)).toEqual({ outs: state });
  });

  it("keeps the host key that it saw first, until the program names one", async () => {
    const seenHostKey = "ssh-ed25519 AAAA";
    const olds = { ...state, shell: { ...shell, port: 2222 }, seenHostKey };
    expect(await hostReadyProvider.update?.("x", olds, state)).toEqual({ outs: { ...state, seenHostKey } });
    const pinned = { ...state, shell: { ...shell, hostKey: "ssh-ed25519 BBBB" } };
    expect(await hostReadyProvider.update?.("x", olds, pinned)).toEqual({ outs: pinned });
  });

  it("is known in a preview by the key that it keeps, unless another machine may answer", () => {
    const seen = { architecture: "amd64", dockerMajor: 28 };
    const olds = { ...state, seenHostKey: "ssh-ed25519 AAAA", seen };
    const foreseen = (news: Partial<HostReadyState>): Partial<HostReadyState> =>
      hostReadyProvider.foresee?.(olds, { ...state, ...news }) ?? {};
    const directory = "/usr/local/lib/sextant/0123";
    expect(foreseen({ directory })).toEqual({ ...olds, directory });
    const { seen: _, ...unseen } = olds;
    expect(foreseen({ version: "b" })).toEqual({ ...unseen, version: "b" });
    for (const other of [
      { ...shell, destination: "root@192.0.2.9" },
      unknownValue as unknown as typeof shell,
    ])
      expect(foreseen({ shell: other })).toEqual({ ...state, shell: other });
  });

  it("keeps what it has seen of the machine until it looks again", async () => {
    const seen = { architecture: "amd64", dockerMajor: 20 };
    const olds = { ...state, shell: { ...shell, port: 2222 }, seen };
    expect(await hostReadyProvider.update?.("x", olds, state)).toEqual({ outs: { ...state, seen } });
  });

  it("puts no verbs of another version there than those of the program that asks for them", async () => {
    await expect(putVerbs(shell, "/usr/local/lib/sextant/0123")).rejects.toThrow(
      /^web-1: the program was made with another version of pulumi-sextant .* install one version and run it again\.$/,
    );
  });
});

describe("Kamal on a host whose place a program takes", () => {
  const pinned = { ...shell, name: "kamal-1", hostKey: "ssh-ed25519 AAAA" };
  const takes = { ...state, shell: pinned, words: ["ports=80", "takeover=kamal"] };
  const fact = (name: string, text: string): string => `fact ${name} 0 . \n${text}\n.\n`;
  const told = (image: string): string => {
    const proxy = { id: "0123456789ab", name: "kamal-proxy", image, ports: "", labels: {}, state: "running" };
    const facts = [
      ["user-id", "0"],
      ["commands", "docker /usr/bin/docker\ncurl /usr/bin/curl"],
      ["architecture", "x86_64"],
      ["memory", "MemTotal: 4000000 kB"],
      ["disk", "Head\ndev 9 9 30720000 1% /"],
      ["docker-version", "28.2.2 Engine"],
      ["containers", JSON.stringify({ ...proxy, networks: "kamal" })],
    ] as const;
    return `${facts.map(([name, text]) => fact(name, text)).join("")}told\n`;
  };
  const heard = async (work: () => Promise<unknown>): Promise<string> => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await work();
    const said = log.mock.calls.flat().join("\n");
    log.mockRestore();
    return said;
  };
  const stays = "kamal-1: Kamal's proxy (basecamp/kamal-proxy:v0.9.2): stays";
  const answers = (): void => {
    const stdout = told("basecamp/kamal-proxy:v0.9.2");
    vi.mocked(runOverSsh).mockResolvedValue({ code: 0, stdout, stderr: "" });
  };

  beforeEach(forget);

  it("is said in a preview, part by part, and not again by the update that looks at the machine", async () => {
    answers();
    const previewed = await heard(async () => hostReadyProvider.check?.({}, takes));
    expect(previewed.split("\n").map((line) => line.slice(0, stays.length))).toEqual([
      stays,
      "kamal-1: Kamal's Docker network kamal (kamal-proxy): stays, and".slice(0, stays.length),
    ]);
    const updated = await heard(() => hostReadyProvider.create(takes));
    expect(updated).toContain("kamal-1: Docker 28.2.2");
    expect(updated).not.toContain("Kamal's");
  });

  it("is asked for once, and nobody is asked who may be another machine, or is not known yet, or is gone", async () => {
    answers();
    const shells = [
      { ...pinned, hostKey: undefined },
      { ...pinned, hostKey: unknownValue },
      { ...pinned, destination: unknownValue },
      unknownValue as never,
    ];
    const said = await heard(async () => {
      await hostReadyProvider.check?.(takes, takes);
      await hostReadyProvider.check?.({}, { ...takes, words: ["ports=80"] });
      for (const each of shells) await hostReadyProvider.check?.({}, { ...takes, shell: each });
      declareGone("kamal-1");
      await hostReadyProvider.check?.({}, takes);
    });
    expect([said, vi.mocked(runOverSsh).mock.calls]).toEqual(["", []]);
  });

  it("keeps no preview from going on where the machine does not answer, or not to the end", async () => {
    vi.mocked(runOverSsh).mockRejectedValueOnce(new Error("kamal-1: ssh did not get through"));
    expect(await heard(async () => hostReadyProvider.check?.({}, takes))).toBe("");
    const stdout = told("basecamp/kamal-proxy:v0.9.2").replace(/told\n$/, "");
    vi.mocked(runOverSsh).mockResolvedValueOnce({ code: 0, stdout, stderr: "" });
    expect(await heard(async () => hostReadyProvider.check?.({}, takes))).toBe("");
  });
});

describe("the preflight of a host", () => {
  const look = (ran: Partial<Ran>): Promise<unknown> => {
    vi.mocked(runOverSsh).mockResolvedValue({ code: 0, stdout: "", stderr: "", ...ran });
    return hostReadyProvider.create({ ...state, words: ["arch=arm64", "ports=80"] });
  };

  it("asks the machine for facts alone, and judges them by the words of the program", async () => {
    const told = "fact architecture 0 . \nx86_64\n.\ntold\n";
    await expect(look({ stdout: told })).rejects.toThrow(
      /^web-1: This machine cannot be used yet:\n[^]*: The architecture is amd64, and the program says arm64\./,
    );
    expect(vi.mocked(runOverSsh).mock.calls.map(([, line, { stdin }]) => ({ line, stdin }))).toEqual([
      { line: "sh -s", stdin: verbText("preflight") },
    ]);
  });

  it("is not passed where the script fails, or what it tells breaks off", async () => {
    await expect(look({ code: 127, stderr: "sh: not found\n" })).rejects.toThrow("web-1: sh: not found");
    await expect(look({ stdout: "fact architecture 0 . \nx86_64\n" })).rejects.toThrow(
      "web-1: This machine cannot be judged",
    );
  });
});

describe("Docker that the program asks for", () => {
  const asks = { ...state, show: false, words: ["docker=install", "insecure=r.test:5000"] };
  const facts = (more: string): string =>
    [
      ["user-id", "0"],
      ["commands", `docker ${more}\ncurl /usr/bin/curl`],
      ["architecture", "x86_64"],
      ["memory", "MemTotal: 4000000 kB"],
      ["disk", "Head\ndev 9 9 30720000 1% /"],
    ]
      .map(([name, text]) => `fact ${name} 0 . \n${text}\n.\n`)
      .join("");
  const lines = (): string[] => vi.mocked(runOverSsh).mock.calls.map(([, line]) => line);

  it("is installed where there is none, once, and the machine is looked at again", async () => {
    let installed = false;
    vi.mocked(runOverSsh).mockImplementation((_shell, line) => {
      if (line.includes("docker-install")) installed = true;
      const engine = "fact docker-version 0 . \n28.2.2 Engine\n.\n";
      const told = installed ? `${facts("/usr/bin/docker")}${engine}told\n` : `${facts("-")}told\n`;
      return Promise.resolve({ code: 0, stdout: line === "sh -s" ? told : "", stderr: "" });
    });
    await hostReadyProvider.create(asks);
    const [first, second = "", third] = lines();
    expect([first, third]).toEqual(["sh -s", "sh -s"]);
    expect(second).toMatch(/ docker-install 'settings=\{.*"insecure-registries":\["r\.test:5000"\]/);
    vi.mocked(runOverSsh).mockClear();
    await hostReadyProvider.create(asks);
    expect(lines().filter((line) => line.includes("docker-install"))).toEqual([]);
  });

  it("is not, where the machine is refused for something else", async () => {
    const stdout = `${facts("-")}told\n`;
    vi.mocked(runOverSsh).mockResolvedValue({ code: 0, stdout, stderr: "" });
    const words = [...asks.words, "arch=arm64"];
    await expect(hostReadyProvider.create({ ...asks, words })).rejects.toThrow(/1\. architecture: [^]*/);
    expect(lines()).toEqual(["sh -s"]);
  });

  it("ends with what apt said where it does not come", async () => {
    vi.mocked(runOverSsh).mockImplementation((_shell, line) =>
      Promise.resolve(
        line === "sh -s"
          ? { code: 0, stdout: `${facts("-")}told\n`, stderr: "" }
          : { code: 1, stdout: "Err:1 http://deb.test\n", stderr: "apt-get could not install docker.io" },
      ),
    );
    await expect(hostReadyProvider.create(asks)).rejects.toThrow(
      "web-1: Docker was not installed.\nErr:1 http://deb.test\napt-get could not install docker.io",
    );
  });

  it("is said in a preview, once it is asked for", async () => {
    const heard = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await hostReadyProvider.check?.({}, asks);
    await hostReadyProvider.check?.(asks, asks);
    await hostReadyProvider.check?.({}, state);
    await hostReadyProvider.check?.({}, { ...asks, words: ["docker=docker.com:28"] });
    const said = heard.mock.calls.flat();
    heard.mockRestore();
    expect(said).toEqual([
      "web-1: Docker is installed there, from the packages of its distribution, if it has none.",
      "web-1: Docker is installed there, from the packages of docker.com, if it has none.",
    ]);
  });
});
