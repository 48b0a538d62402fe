/** How long a host may let one wait: a machine that was made just now boots, all others are down. */
import { beforeEach, expect, it, vi } from "vitest";
import { answer, ask } from "../../../../cli/doctor";
import { runOverSsh } from "../../../../provider/ssh/run";
import { hostReadyProvider, type HostReadyState } from "../../../../provider/host/host-ready";
import { hostScripts } from "../../../../provider/host/scripts";

vi.mock("../../../../provider/ssh/run", () => ({ runOverSsh: vi.fn() }));

const shell = {
  name: "web-1",
  destination: "root@192.0.2.1",
  port: 22,
  hostKey: "ssh-ed25519 AAAA",
  machine: "1",
};
const state: HostReadyState = {
  ...{ shell, verb: "host-ready", words: [], version: "a", show: false },
  ...{ directory: hostScripts().directory, owner: "shop/prod/web", present: true },
};

beforeEach(() => {
  vi.mocked(runOverSsh).mockReset().mockResolvedValue({ code: 0, stdout: "", stderr: "" });
});

/** The patience with the verb, which is the first that is run. */
const patience = (): number | undefined => vi.mocked(runOverSsh).mock.calls[0]?.[2].patience;

it("has patience with a machine that is new", async () => {
  await hostReadyProvider.create(state);
  expect(patience()).toBe(120);
});

it("has patience with one that has taken the place of another", async () => {
  await hostReadyProvider.update?.("x", { ...state, version: "b", shell: { ...shell, machine: "0" } }, state);
  expect(patience()).toBe(120);
});

it("has none with a machine that was there, which is named at once when it is down", async () => {
  await hostReadyProvider.update?.("x", { ...state, version: "b" }, state);
  expect(patience()).toBe(0);
  vi.mocked(runOverSsh).mockClear();
  const silent = hostReadyProvider.create({ ...state, verb: "preflight" });
  await expect(silent).rejects.toThrow("web-1: This machine cannot be judged");
  expect(patience()).toBe(0);
});

it("writes down which machine it is, where a cloud has given it a number", async () => {
  await hostReadyProvider.create(state);
  const lines = vi.mocked(runOverSsh).mock.calls.map(([, line]) => line);
  expect(lines).toContain("mkdir -p /var/lib/sextant && printf '%s\\n' 1 >/var/lib/sextant/machine");
  vi.mocked(runOverSsh).mockClear();
  const { machine: _none, ...there } = shell;
  await hostReadyProvider.create({ ...state, shell: there });
  expect(vi.mocked(runOverSsh).mock.calls.filter(([, line]) => line.includes("sextant/machine"))).toEqual([]);
});

it("tells of the other hosts where the doctor does not reach one", async () => {
  vi.mocked(runOverSsh).mockRejectedValueOnce(new Error("web-1: it does not answer."));
  const hosts = [shell, { ...shell, name: "web-2" }].map((each) => ({ shell: each, directory: "/x" }));
  const told = await Promise.all(hosts.map(ask));
  expect(answer(told, undefined, false)).toEqual([
    "web-1: it does not answer.",
    "web-2: nothing failed here that is still kept.",
  ]);
});
