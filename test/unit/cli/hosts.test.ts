import { describe, expect, it } from "vitest";
import { hostsOf } from "../../../cli/hosts";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const line = "/usr/local/lib/sextant/0123456789ab/ready container=shop-web-1";
const state = (...resources: unknown[]) => ({ deployment: { resources } });
const verb = (inputs: unknown, type = "sextant:index:Ready") => ({ type, inputs });

describe("the hosts of a stack", () => {
  it("are those that verbs run on, once each, in the order of their names", () => {
    const other = { ...shell, name: "a-1" };
    expect(
      hostsOf(state(verb({ shell, line }), verb({ shell, line }), verb({ shell: other, line }))),
    ).toEqual([
      { shell: other, directory: "/usr/local/lib/sextant/0123456789ab" },
      { shell, directory: "/usr/local/lib/sextant/0123456789ab" },
    ]);
  });

  it("have the verbs that their gate put there last, whatever the lines say that have not run since", () => {
    const directory = "/usr/local/lib/sextant/ba9876543210";
    const gate = verb({ shell, directory }, "sextant:index:HostReady");
    expect(hostsOf(state(gate, verb({ shell, line })))).toEqual([{ shell, directory }]);
  });

  it("are found where the state marks how they are reached as a secret", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "x", plaintext: JSON.stringify(shell) };
    expect(hostsOf(state(verb({ shell: secret, line })))).toEqual([
      { shell, directory: "/usr/local/lib/sextant/0123456789ab" },
    ]);
  });

  it("are none in an empty state, nor where other resources have such inputs", () => {
    expect(hostsOf({})).toEqual([]);
    expect(
      hostsOf(state(verb({ shell, line }, "command:remote:Command"), verb({ shell: "web-1", line }))),
    ).toEqual([]);
  });
});
