import { describe, expect, it } from "vitest";
import { hidesHosts, hostsOf } from "../../../cli/hosts";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const directory = "/usr/local/lib/sextant/0123456789ab";
const state = (...resources: unknown[]) => ({ deployment: { resources } });
const step = (inputs: unknown, type = "sextant:index:Ready") => ({ type, inputs });
const gate = (at: unknown = shell) => step({ shell: at, directory }, "sextant:index:HostReady");

describe("the hosts of a stack", () => {
  it("are those with a gate that something is on, once each, in the order of their names", () => {
    const other = { ...shell, name: "a-1" };
    expect(
      hostsOf(state(gate(), gate(other), step({ shell }), step({ shell }), step({ shell: other }))),
    ).toEqual([
      { shell: other, directory },
      { shell, directory },
    ]);
  });

  it("are reached as what is on them is: held to the host key that the gate saw", () => {
    const held = { ...shell, hostKey: "ssh-ed25519 AAAA" };
    expect(hostsOf(state(step({ shell: held }), gate()))).toEqual([{ shell: held, directory }]);
  });

  it("are found where the state marks how they are reached as a secret", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "x", plaintext: JSON.stringify(shell) };
    expect(hostsOf(state(gate(secret), step({ shell: secret })))).toEqual([{ shell, directory }]);
  });

  it("are known to be hidden where the state has no more than a secret's cipher", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "x", ciphertext: "v1:abc:def" };
    expect(hidesHosts(state(gate(), step({ shell: secret })))).toBe(true);
    expect(hidesHosts(state(gate(), step({ shell }), step({ shell: secret }, "acme:index:Shell")))).toBe(
      false,
    );
    expect(hidesHosts({})).toBe(false);
  });

  it("are none in an empty state, without a gate, nor where other resources have such inputs", () => {
    expect(hostsOf({})).toEqual([]);
    expect(hostsOf(state(step({ shell })))).toEqual([]);
    expect(
      hostsOf(state(gate(), step({ shell }, "command:remote:Command"), step({ shell: "web-1" }))),
    ).toEqual([]);
  });
});
