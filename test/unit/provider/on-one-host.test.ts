import { beforeEach, describe, expect, it, vi } from "vitest";
import { declareGone, forget, namesIn } from "../../../provider/gone";
import { kept, onOneHost } from "../../../provider/on-one-host";
import type { SshAddress } from "../../../provider/ssh/address";
import { runOverSsh } from "../../../provider/ssh/run";
import { Unreached } from "../../../provider/ssh/unreached";
import { goneProvider } from "../../../provider/host/gone";

vi.mock("../../../provider/ssh/run", () => ({ runOverSsh: vi.fn() }));

const shell: SshAddress = { name: "web-2", destination: "root@192.0.2.2", port: 22 };
const down = () =>
  new Unreached("web-2", "unreachable", "web-2: it does not answer; run with SEXTANT_GONE=web-2.");
const work = { create: vi.fn(), update: vi.fn(), delete: vi.fn(), read: vi.fn() };
const provider = onOneHost<{ shell: SshAddress }, { shell: SshAddress }>(
  work,
  () => "the container shop-web-1",
);
let said: string[];

const remove = (on: Partial<SshAddress> = {}) => provider.delete?.("x", { shell: { ...shell, ...on } });
const read = () => provider.read?.("x", { shell });

beforeEach(() => {
  forget();
  vi.unstubAllEnvs();
  said = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  for (const step of Object.values(work)) step.mockReset().mockResolvedValue({ id: "x" });
  vi.mocked(runOverSsh).mockReset().mockResolvedValue({ code: 0, stdout: "", stderr: "" });
});

describe("a host that is gone", () => {
  it.each([
    ["by the program", () => goneProvider.check?.({ host: "web-2" }, { host: "web-2" })],
    ["by its state, in a refresh", () => goneProvider.read?.("web-2", { host: "web-2" })],
    ["by the variable", () => vi.stubEnv("SEXTANT_GONE", "web-9, web-2")],
  ])("%s is not asked for what is deleted; what is left there is said", async (_by, declare) => {
    await declare();
    await remove();
    expect(work.delete).not.toHaveBeenCalled();
    expect(said).toEqual([
      "web-2 is gone: the container shop-web-1 is left there, if the machine comes back.",
    ]);
  });

  it("leaves the others as they are", async () => {
    declareGone("web-2");
    await remove({ name: "web-1" });
    expect(work.delete).toHaveBeenCalledOnce();
  });

  it("keeps the state in a refresh, and says so once", async () => {
    declareGone("web-2");
    expect([await read(), await read()]).toEqual([
      { id: "x", props: { shell } },
      { id: "x", props: { shell } },
    ]);
    expect(said).toEqual(["web-2 is gone: what the state has of it stays as it is."]);
    expect(work.read).not.toHaveBeenCalled();
  });

  it("takes nothing new", async () => {
    declareGone("web-2");
    await expect(provider.create({ shell })).rejects.toThrow(
      /^web-2: it is gone, so nothing is put on it; take it out/,
    );
    await expect(provider.update?.("x", { shell }, { shell })).rejects.toThrow(/it is gone/);
  });

  it("may be made anew, where the variable names it for what was on the old one", async () => {
    vi.stubEnv("SEXTANT_GONE", "web-2");
    await provider.create({ shell: { ...shell, machine: "new" } });
    expect(work.create).toHaveBeenCalledOnce();
  });

  it("asks for nothing where a resource has left nothing there", async () => {
    declareGone("web-2");
    await onOneHost<{ shell: SshAddress }, { shell: SshAddress }>(work, () => undefined).delete?.("x", {
      shell,
    });
    expect(work.delete).toHaveBeenCalledOnce();
    await onOneHost<{ shell: SshAddress }, { shell: SshAddress }>(work, () => "").delete?.("x", { shell });
    expect(work.delete).toHaveBeenCalledOnce();
    expect(said).toEqual([]);
  });
});

describe("a host that is down", () => {
  it("is named once in a refresh, and the others of its resources stay as they are", async () => {
    work.read.mockRejectedValue(down());
    await expect(read()).rejects.toThrow(/SEXTANT_GONE=web-2/);
    expect(await read()).toEqual({ id: "x", props: { shell } });
    const elsewhere: SshAddress = { ...shell, name: "web-1" };
    expect(await kept(elsewhere, "as it was", () => Promise.resolve("found"))).toBe("found");
  });

  it("is named with the way on where a delete fails, and once", async () => {
    work.delete.mockRejectedValue(down());
    await expect(remove()).rejects.toThrow(/^web-2: it does not answer; run with SEXTANT_GONE=web-2\.$/);
    await expect(remove()).rejects.toThrow(
      /^web-2: it was not reached; why is said of another resource on it\.$/,
    );
  });

  it("has a way on also where another machine has its address", async () => {
    work.delete.mockRejectedValue(
      new Unreached("web-2", "host-key-changed", "web-2: another machine answers."),
    );
    await expect(remove()).rejects.toThrow(
      /^web-2: another machine answers\. If that machine is gone for good, run once with SEXTANT_GONE=web-2: /,
    );
  });

  it("is no reason to hide what Docker says", async () => {
    work.read.mockRejectedValue(new Error("web-2: Docker does not answer"));
    await expect(read()).rejects.toThrow("Docker does not answer");
    await expect(read()).rejects.toThrow("Docker does not answer");
  });
});

describe("a machine that was replaced", () => {
  it("is not asked for what was on it, and neither is the new one", async () => {
    await provider.check?.({ shell }, { shell: { ...shell, machine: "new" } });
    await remove({ machine: "old" });
    expect(work.delete).not.toHaveBeenCalled();
    expect(runOverSsh).not.toHaveBeenCalled();
    await remove({ machine: "new" });
    expect(work.delete).toHaveBeenCalledOnce();
  });

  it("is told from the new one at the same address by what the host has written down", async () => {
    vi.mocked(runOverSsh).mockResolvedValue({ code: 0, stdout: "4712\n", stderr: "" });
    await remove({ machine: "4711" });
    expect(work.delete).not.toHaveBeenCalled();
    await remove({ machine: "4712" });
    await remove({ machine: "4712" });
    expect(work.delete).toHaveBeenCalledTimes(2);
    // Once a run and machine.
    expect(runOverSsh).toHaveBeenCalledTimes(2);
  });

  it("counts as the one that is meant where nothing is written down yet", async () => {
    await remove({ machine: "4713" });
    expect(work.delete).toHaveBeenCalledOnce();
  });

  it("does not stumble over an address that is known only later", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9" as unknown as SshAddress;
    expect(await provider.check?.({ shell }, { shell: unknown })).toEqual({ inputs: { shell: unknown } });
  });
});

it("takes names with commas or blanks between them", () => {
  expect(namesIn(" web-1,web-2  web-3 ")).toEqual(["web-1", "web-2", "web-3"]);
  expect(namesIn(undefined)).toEqual([]);
});
