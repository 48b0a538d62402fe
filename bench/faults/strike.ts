/** What each fault does to a run of Pulumi, or to a host that it is at work on. */
import { setTimeout as sleep } from "node:timers/promises";
import { endAtOnce, partOf, type Process } from "./processes";
import type { Fault } from "./plan";

/** What there is to strike at. */
export interface Target {
  /** Pulumi itself; it leads a group of processes, as a shell makes one of a command line. */
  pid: number;
  /** The processes of the run, and the connections that ssh keeps warm for it. */
  processes(): Process[];
  /** Whether the run has ended. */
  ended(): boolean;
  /** Runs a command as root of the host that the step is on, from outside of it. */
  onHost(command: string): Promise<string>;
  /** Takes the power from that host for a moment. */
  reset(): Promise<void>;
}

interface Strike {
  /** Whether what is on the host does not serve for a while. */
  takesHostDown?: boolean;
  /** Does it. */
  begin(target: Target): Promise<void>;
  /** Ends it, when the run has ended or nothing comes of waiting. */
  end?(target: Target): Promise<void>;
  /** Seconds after which it ends in any case. */
  seconds?: number;
}

/** ^C in a terminal: to all processes of the group. */
function interrupt({ pid }: Target): void {
  try {
    process.kill(-pid, "SIGINT");
  } catch (error) {
    // It has just ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const kill =
  (...parts: string[]) =>
  (target: Target): Promise<void> => {
    target
      .processes()
      .filter((each) => parts.includes(partOf(each)))
      .forEach(endAtOnce);
    return Promise.resolve();
  };

/** Packets for the host's sshd, of IPv4 and IPv6. */
const filter = (verb: "-I" | "-D", rule: string): string =>
  ["iptables", "ip6tables"]
    .map((tables) => `${tables} -w 10 ${verb} INPUT -p tcp --dport 22 -j ${rule}`)
    .join(" && ");

const cut = (rule: string, seconds: number): Strike => ({
  begin: async ({ onHost }) => {
    await onHost(filter("-I", rule));
  },
  end: async ({ onHost }) => {
    await onHost(filter("-D", rule));
  },
  seconds,
});

export const strikes: Readonly<Record<Fault, Strike>> = {
  "^C": {
    begin: (target) => {
      interrupt(target);
      return Promise.resolve();
    },
  },
  "^C ^C": {
    begin: async (target) => {
      interrupt(target);
      await sleep(300);
      interrupt(target);
    },
  },
  "kill -9 pulumi": {
    begin: ({ pid }) => {
      endAtOnce({ pid, args: "pulumi" });
      return Promise.resolve();
    },
  },
  "kill -9 program": { begin: kill("language host", "program") },
  "kill -9 plugin": { begin: kill("plugin") },
  "kill -9 ssh": { begin: kill("ssh") },
  "connection reset": cut("REJECT --reject-with tcp-reset", 8),
  "connection hangs": cut("DROP", 20),
  "host reset": { takesHostDown: true, begin: ({ reset }) => reset() },
  "docker restarts": {
    begin: async ({ onHost }) => {
      await onHost("systemctl stop docker");
    },
    end: async ({ onHost }) => {
      await onHost("systemctl start docker");
    },
    seconds: 3,
  },
};
