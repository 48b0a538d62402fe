/**
 * What the firewall on a machine does: puts its rules in place, and keeps them once a new connection by SSH has come through them; else the
 * machine has its former ones again. The text of the rules is in no state, so that another version of the library sets none anew.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { changed } from "../../changes";
import { oneLine } from "../../core/one-line";
import { runCall } from "../../release/step";
import type { ResourceProvider } from "../../resource-provider";
import { say } from "../../say";
import { stand, stands } from "../../standing";
import type { SshAddress } from "../../ssh/address";
import { pace } from "../../ssh/connections";
import { runOverNewConnection } from "../../ssh/run";
import { hostScripts, verbLine } from "../scripts";
import { letsEntryIn, rulesText, type Entry, type HostRule } from "./rules";

export interface HostFirewallInputs {
  shell: SshAddress;
  /** What is let in; all else is shut, in IPv4 and IPv6. */
  rules: HostRule[];
  /** The machine's address in its private network, which is let in. */
  privateAddress?: string;
  /** Project, stack and host: whose rules these are. */
  owner: string;
  /** Whether nftables is installed where it is not there. */
  install: boolean;
}

/** The inputs as they were last set, and whether a refresh found something else on the machine. */
export interface HostFirewallState extends HostFirewallInputs {
  undone: boolean;
  /** What is there, by a hash. */
  applied: string;
}

/** Seconds after which a machine takes rules back that nobody has confirmed. */
const trialSeconds = 60;
/** Seconds in which new connections are begun: less than the open one, by which rules are taken back, stays without use. */
const connectSeconds = 15;
/** Seconds for one of the verb's parts; packages may have to be installed. */
const [usual, long] = [60, 900];
/** ssh's own code where it was not let in. */
const notIn = 255;

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What a firewall stands for on its machine. */
const useOf = ({ owner }: HostFirewallInputs): string => `firewall of ${owner}`;

/** What asks for another trial. Another way to the same machine is none. */
const asked = ["rules", "privateAddress", "owner"] as const;

function call(
  { shell }: HostFirewallInputs,
  words: string[],
  seconds = usual,
  stdin?: string,
): Promise<string> {
  const given = stdin === undefined ? {} : { stdin };
  return runCall(shell, { verb: "firewall", words, ...given }, seconds);
}

/** From where SSH comes, as the machine sees it. */
async function entryOf(inputs: HostFirewallInputs): Promise<Entry> {
  const [address = "", port = ""] = (await call(inputs, ["from"])).trim().split(" ");
  if (address === "" || !/^\d+$/.test(port))
    throw new Error(
      `${inputs.shell.name}: its sshd does not tell from where this connection comes (SSH_CONNECTION), so that no rule could keep it open; nothing was changed.`,
    );
  // What is translated on the machine itself comes to one port and is meant for the other.
  return { address, ports: [Number(port), inputs.shell.port] };
}

async function apply(inputs: HostFirewallInputs, former?: string): Promise<HostFirewallState> {
  const { shell, rules, privateAddress, owner, install } = inputs;
  const entry = await entryOf(inputs);
  const text = rulesText({
    owner,
    rules,
    entry,
    ...(privateAddress === undefined ? {} : { privateAddress }),
  });
  const owners = [owner, ...(former === undefined || former === owner ? [] : [former])];
  const words = owners.map((each) => `owner=${each}`);
  const tried = ["try", ...words, `seconds=${trialSeconds}`, ...(install ? ["install=yes"] : [])];
  const trial = (await call(inputs, tried, long, text)).trim();
  const fault = await keep(shell, trial, entry).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  if (fault !== undefined)
    throw new Error(
      `${shell.name}: the new rules were not kept, and ${await takeBack(inputs, trial)}: ${fault}`,
    );
  if (!letsEntryIn(rules, entry))
    say(
      `${shell.name}: no rule lets SSH in from ${entry.address}, from where it comes now; it stays open for that address, until the firewall is changed from another one.`,
    );
  return { ...inputs, undone: false, applied: hashOf(text) };
}

/** Keeps the rules, over a new connection. What was wrong, where that did not come to be. */
async function keep(shell: SshAddress, trial: string, { address }: Entry): Promise<string | undefined> {
  const line = verbLine(hostScripts(), "firewall", ["keep", `trial=${trial}`]);
  const ends = Date.now() + connectSeconds * pace.second;
  for (;;) {
    const ran = await runOverNewConnection(shell, line, { timeout: usual, what: "firewall" });
    if (ran.code === 0) return undefined;
    const said = oneLine(ran.stderr);
    if (ran.code !== notIn) return said;
    if (Date.now() > ends)
      return `no new connection by SSH came through them from ${address} (${said}); where each comes from another address, let its network in with ssh.from(...)`;
    await sleep(pace.second);
  }
}

/** Takes the rules back by the connection that is open; where that has ended, the machine does it. Answers with what became of it. */
function takeBack(inputs: HostFirewallInputs, trial: string): Promise<string> {
  return call(inputs, ["back", `trial=${trial}`]).then(
    () => "the machine has its former ones again",
    () => `the machine takes them back by itself within ${trialSeconds} s`,
  );
}

export const hostFirewallProvider: ResourceProvider<HostFirewallInputs, HostFirewallState> = {
  check(_olds, news) {
    stand(news.shell, useOf(news));
    return Promise.resolve({ inputs: news });
  },

  async create(inputs) {
    return { id: "firewall", outs: await apply(inputs) };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: olds.undone || changed([...asked, "shell", "install"], olds, news).length > 0,
    }),

  async update(_id, olds, news) {
    if (!olds.undone && changed(asked, olds, news).length === 0)
      return { outs: { ...news, undone: false, applied: olds.applied } };
    return { outs: await apply(news, olds.owner) };
  },

  async delete(_id, state) {
    // Of the same machine, a resource stays or has come in its place.
    if (stands(state.shell, useOf(state))) return;
    await call(state, ["remove", `owner=${state.owner}`]);
  },

  async read(id, state) {
    if (state === undefined) throw new Error("the firewall of a host cannot be imported");
    const found = (await call(state, ["look"])).trim();
    const undone = found !== `${state.applied} same enabled`;
    if (undone)
      say(
        `${state.shell.name}: its firewall is not as it was set: ${fault(found, state)}; pulumi up sets it again.`,
      );
    return { id, props: { ...state, undone } };
  },
};

/** What is not as it was set, by what a look has printed. */
function fault(found: string, { applied }: HostFirewallState): string {
  const [file, table, unit] = found.split(" ");
  if (table !== "same") return "the table inet sextant was changed or is gone";
  if (file !== applied) return "the file of its rules was changed or is gone";
  return unit === "enabled" ? "it answered what nobody knows" : "the unit sextant-firewall is off";
}
