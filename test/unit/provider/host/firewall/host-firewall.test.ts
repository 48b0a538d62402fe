/** The firewall of a machine as a resource: the real verb, through an ssh that can refuse new connections while the open one goes on. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  hostFirewallProvider as provider,
  type HostFirewallInputs,
  type HostFirewallState,
} from "../../../../../provider/host/firewall/host-firewall";
import { hostScripts } from "../../../../../provider/host/scripts";
import { pace } from "../../../../../provider/ssh/connections";
import { forgetStanding } from "../../../../../provider/standing";
import { FirewallHere } from "../../../host/firewall-here";
import { here } from "../../docker/here";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 2222 };
const inputs: HostFirewallInputs = {
  ...{ shell, owner: "shop/prod/web-1", install: false },
  rules: [{ direction: "in", protocol: "tcp", port: "80", sourceIps: ["0.0.0.0/0", "::/0"] }],
};
const ssh = (source: string): HostFirewallInputs["rules"][number] => ({
  ...{ direction: "in", protocol: "tcp", port: "22", sourceIps: [source] },
});

const current = here();
let machine: FirewallHere;
let said: string[] = [];
const shut = (): string => join(current().verbs.directory, "shut");

beforeEach(() => {
  const { verbs } = current();
  machine = new FirewallHere(verbs);
  for (const [name, value] of Object.entries({
    ...machine.environment,
    SSH_CONNECTION: "203.0.113.9 40000 192.0.2.1 22",
  }))
    vi.stubEnv(name, value);
  // A new connection has no socket of a warm one.
  verbs.command(
    "ssh",
    `case $* in *ControlPath=none*) [ ! -e '${shut()}' ] || { echo 'ssh: connect to host 192.0.2.1 port 2222: Connection timed out' >&2; exit 255; } ;; esac
    echo "$*" >>'${verbs.directory}/connections'
    for line; do :; done
    exec sh -c "$(printf '%s' "$line" | sed 's#${hostScripts().directory}#${verbs.directory}#g')"`,
  );
  said = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  pace.second = 10;
  forgetStanding();
});
afterEach(() => {
  vi.restoreAllMocks();
  pace.second = 1000;
});

const make = async (change: Partial<HostFirewallInputs> = {}): Promise<HostFirewallState> =>
  (await provider.create({ ...inputs, ...change })).outs;
const edit = async (state: HostFirewallState, change: Partial<HostFirewallInputs>) =>
  (await provider.update?.("firewall", state, { ...inputs, ...change }))?.outs ?? state;
const read = async (state: HostFirewallState) => (await provider.read?.("firewall", state))?.props;

describe("the firewall of a machine", () => {
  it("is set, and kept over a new connection, with SSH open for where it comes from", async () => {
    const state = await make();
    expect(machine.inPlace).toContain("meta nfproto ipv6 tcp dport 80 accept");
    for (const port of [22, 2222])
      expect(machine.inPlace).toContain(`ip saddr 203.0.113.9 tcp dport ${port} accept`);
    expect(machine.file("etc/sextant/firewall.nft")).toContain("# owner: shop/prod/web-1");
    expect(machine.file("connections").split("\n")).toContainEqual(
      expect.stringMatching(/ControlMaster=no -o ControlPath=none .*firewall keep trial=/),
    );
    expect(said).toEqual([expect.stringContaining("web-1: no rule lets SSH in from 203.0.113.9")]);
    expect(JSON.stringify(state)).not.toContain("203.0.113.9");
    expect(await read(state)).toEqual(state);
  });

  it("says nothing of SSH where a rule lets it in", async () => {
    await make({ rules: [ssh("203.0.113.0/24")] });
    expect(said).toEqual([]);
  });

  it("has its former rules again at once, by the connection that is open, where the new ones shut out new ones", async () => {
    const state = await make();
    writeFileSync(shut(), "");
    await expect(edit(state, { rules: [] })).rejects.toThrow(
      /^web-1: the new rules were not kept, and the machine has its former ones again: no new connection by SSH came through them from 203\.0\.113\.9 \(ssh: connect to host 192\.0\.2\.1 port 2222: Connection timed out\); where each comes from another address, let its network in with ssh\.from\(\.\.\.\)$/,
    );
    expect(machine.inPlace).toContain("tcp dport 80 accept");
    expect(await read(state)).toEqual(state);
    rmSync(shut());
    await edit(state, { rules: [] });
    expect(machine.inPlace).not.toContain("tcp dport 80 accept");
  });

  it("does not know what no sshd tells, and changes nothing then", async () => {
    vi.stubEnv("SSH_CONNECTION", "UNKNOWN 65535 UNKNOWN 65535");
    // Those above this process may have one of their own.
    current().verbs.command("firewall", '[ "$1" = from ] && exit 0; echo wrong >&2; exit 1');
    await expect(make()).rejects.toThrow(/^web-1: its sshd does not tell from where this connection comes/);
    expect(machine.inPlace).toBe("");
  });

  it("is set again where a refresh finds another one, and says what is another", async () => {
    const state = await make({ rules: [ssh("203.0.113.0/24"), ...inputs.rules] });
    rmSync(join(current().verbs.directory, "table"));
    const found = (await read(state)) ?? state;
    expect(found.undone).toBe(true);
    expect(said).toEqual([
      "web-1: its firewall is not as it was set: the table inet sextant was changed or is gone; pulumi up sets it again.",
    ]);
    expect((await provider.diff?.("firewall", found, found))?.changes).toBe(true);
    const mended = await edit(found, { rules: found.rules });
    expect(mended.undone).toBe(false);
    expect(machine.inPlace).toContain("tcp dport 80 accept");
  });

  it("is no change twice, and only kept where the way to the machine is another", async () => {
    const state = await make();
    expect((await provider.diff?.("firewall", state, structuredClone(inputs)))?.changes).toBe(false);
    const before = machine.file("connections");
    const other = { shell: { ...shell, keyFile: "~/.ssh/other" } };
    expect((await provider.diff?.("firewall", state, { ...inputs, ...other }))?.changes).toBe(true);
    expect(await edit(state, other)).toEqual({ ...state, ...other });
    expect(machine.file("connections")).toBe(before);
  });

  it("goes with its resource, unless another one stands for it", async () => {
    const state = await make();
    await provider.check?.({}, inputs);
    await provider.delete?.("firewall", state);
    expect(machine.inPlace).not.toBe("");
    forgetStanding();
    await provider.delete?.("firewall", state);
    expect([machine.inPlace, machine.file("etc/sextant/firewall.nft")]).toEqual(["", ""]);
  });

  it("takes another name of the stack or the machine, and nobody else's", async () => {
    const state = await make();
    const renamed = await edit(state, { owner: "shop/production/web-1" });
    expect(machine.file("etc/sextant/firewall.nft")).toContain("# owner: shop/production/web-1");
    await expect(make({ owner: "blog/prod/web" })).rejects.toThrow(
      /web-1: the firewall of this machine belongs to shop\/production\/web-1/,
    );
    expect(await read(renamed)).toEqual(renamed);
  });

  it("refuses what is no network before anything is changed, as an output may turn out to be", async () => {
    await expect(make({ rules: [ssh("web.test")] })).rejects.toThrow('firewall: "web.test" is no network');
    expect(machine.inPlace).toBe("");
  });
});
