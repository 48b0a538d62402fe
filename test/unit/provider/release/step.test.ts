/** What holds for every step: when it is taken, what a refresh looks at, and by which scripts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { needsRun, stepProvider, type Step, type StepInputs } from "../../../../provider/release/step";
import { hostScripts } from "../../../../provider/host/scripts";
import { switchStep } from "../../../../provider/release/switch";
import { here } from "../docker/here";
import { shell, switched } from "./steps";

interface Inputs extends StepInputs {
  words: string[];
  hint?: string;
  timeout?: string;
  __auth?: string;
}

const step: Step<Inputs> = {
  call: ({ words }) => ({ verb: "settle", words }),
  limit: () => "10s",
  aside: ["hint"],
  lifecycleOnly: ["timeout"],
};
const inputs: Inputs = { shell, words: ["a"] };
const state = { ...inputs, undone: false };
const provider = stepProvider(step);
const changes = async (news: Inputs): Promise<unknown> => (await provider.diff?.("x", state, news))?.changes;

describe("a step", () => {
  it("is taken again when its inputs change, and when it was found undone", async () => {
    expect(needsRun(step, state, { ...inputs, words: ["b"] })).toBe(true);
    expect(await changes({ ...inputs, words: ["b"] })).toBe(true);
    expect(needsRun(step, { ...state, undone: true }, inputs)).toBe(true);
    expect(needsRun(step, state, inputs)).toBe(false);
    expect(await changes(structuredClone(inputs))).toBe(false);
  });

  it("is not taken again for another way to the host or how it is waited for, which are kept", async () => {
    for (const edit of [{ shell: { ...shell, port: 2222 } }, { timeout: "20s" }]) {
      expect(needsRun(step, state, { ...inputs, ...edit })).toBe(false);
      expect(await changes({ ...inputs, ...edit })).toBe(true);
    }
  });

  it("is no change for what is aside, another login, or an input that is not given", async () => {
    for (const edit of [{ hint: "b" }, { __auth: "new each time" }, { timeout: undefined }])
      expect(await changes({ ...inputs, ...edit })).toBe(false);
  });
});

describe("the scripts of a step", () => {
  const current = here();

  it("are in none of its inputs: an upgrade of the library changes nothing and takes no step", async () => {
    const { inputs: checked } = (await provider.check?.({}, inputs)) ?? {};
    expect(checked).toEqual(inputs);
    expect(JSON.stringify({ checked, ...(await provider.read?.("x", state)) })).not.toContain(
      hostScripts().directory,
    );
  });

  it("are put there first where they are not, as in a destroy after an upgrade", async () => {
    const { verbs } = current();
    // A host without them: what it is told is noted, and what comes by standard input is not run here.
    verbs.command(
      "ssh",
      `for line; do :; done
      printf '%s\\n' "$line" >>'${verbs.directory}/told'
      case $line in 'sh -s') : >'${verbs.directory}/put'; cat >/dev/null ;; esac
      [ -e '${verbs.directory}/put' ] || exit 127`,
    );
    await provider.create(inputs);
    const line = `${hostScripts().directory}/settle a`;
    expect(readFileSync(join(verbs.directory, "told"), "utf8")).toContain(`${line}\nsh -s\n${line}\n`);
  });
});

describe("a refresh of a switch", () => {
  const current = here();
  const found = async (served: string): Promise<unknown> => {
    current().verbs.command("routes", served);
    const read = await stepProvider(switchStep).read?.("x", { ...switched, undone: false });
    return (read?.props as { undone: boolean }).undone;
  };

  it("finds its work done where the proxy serves its container, and undone where it does not", async () => {
    const line = `shop-web ${switched.container}:3000`;
    expect(await found(`echo 'blog-web b:3000'; echo '${line}'`)).toBe(false);
    expect(await found(`echo '${line}0'`)).toBe(true);
    expect(await found("exit 0")).toBe(true);
  });

  it("says to whose container a route leads that Kamal has taken back", async () => {
    const said = vi.spyOn(console, "log").mockReturnValue();
    current().verbs.command(
      "docker",
      `[ "$1 $2 $6" = "inspect --type 0a1b2c3d4e5f" ] || exit 1; echo kamal=/shop-web-b2`,
    );
    expect(await found("echo 'shop-web 0a1b2c3d4e5f:80'")).toBe(true);
    const text = said.mock.calls.map(([line]) => String(line)).join("");
    said.mockRestore();
    expect(text).toContain("web-1: shop-web leads to shop-web-b2, a container of Kamal's");
  });

  it("looks whether Kamal's workers run beside its own", async () => {
    const { route: _, ...worker } = switched;
    const inputs = { ...worker, takeOver: { service: "shop", role: "job" }, undone: false };
    const look = async (): Promise<unknown> =>
      ((await stepProvider(switchStep).read?.("x", inputs))?.props as { undone: boolean }).undone;
    const want =
      "ps --filter label=service=shop --filter label=role=job --filter label=destination= --format kamal={{.Names}}";
    current().verbs.command("docker", `[ "$*" = '${want}' ]`);
    expect(await look()).toBe(false);
    current().verbs.command("docker", `[ "$*" = '${want}' ] && echo kamal=shop-job-b2`);
    expect(await look()).toBe(true);
    current().verbs.command("docker", "echo no Docker >&2; exit 1");
    await expect(look()).rejects.toThrow("no Docker");
  });

  it("asks for the routes of its own stack, and fails where the proxy does not say them", async () => {
    expect(
      await found(`[ "$*" = stack=shop/prod ] || exit 1; echo 'shop-web ${switched.container}:3000'`),
    ).toBe(false);
    await expect(found("echo 'Docker does not answer' >&2; exit 1")).rejects.toThrow(
      "web-1: Docker does not answer",
    );
  });
});
