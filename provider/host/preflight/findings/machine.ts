/** The machine: its login, its tools, its kernel, its addresses. */
import { when, type Finding } from "../finding";

export const login: Finding = {
  id: "login",
  level: "refuses",
  match: ({ login: who }) =>
    who === undefined || who.id === "0"
      ? []
      : [
          `The login is ${who.name}, and the proxy's upgrade and the verbs need root. Name in ssh.user who logs in, root or one with sudo.`,
        ],
  docs: {
    chapter: "Machine",
    finds: "The verbs are not run by root: ~/.ssh/config names another user, or root has another number.",
    cure: "`ssh.user` has to be root, or a user with sudo, who is named there; the verbs and the proxy's upgrade need root.",
  },
};

/** What the verbs run, with Debian's package of each. */
export const tools: Readonly<Record<string, string>> = {
  curl: "curl",
  iptables: "iptables",
  ip: "iproute2",
  ss: "iproute2",
  flock: "util-linux",
  nsenter: "util-linux",
  setsid: "util-linux",
  awk: "mawk",
  find: "findutils",
  xargs: "findutils",
  sed: "sed",
  grep: "grep",
};

export const toolMissing: Finding = {
  id: "tool-missing",
  level: "refuses",
  match: ({ commands }) =>
    Object.entries(tools).flatMap(([tool, name]) =>
      when(commands.get(tool) === "-", `${tool} is not there. Install it: apt-get install ${name}.`),
    ),
  docs: {
    chapter: "Machine",
    finds: `A command that the verbs run is not there: ${Object.keys(tools).join(", ")}.`,
    cure: `\`apt-get install ${[...new Set(Object.values(tools))].join(" ")}\`.`,
  },
};

export const toolBusybox: Finding = {
  id: "tool-busybox",
  level: "refuses",
  match: ({ standIns }) =>
    when(
      standIns.length > 0,
      `BusyBox stands in for tools of the system here (${standIns.join(", ")}), with which secrets could not be hidden in what is shown of a failed deploy. Use Debian or Ubuntu.`,
    ),
  docs: {
    chapter: "Machine",
    finds:
      "awk, date, flock or timeout is BusyBox's, as on Alpine: with its awk, secrets cannot be hidden in what is shown of a failed deploy, and its flock knows no timeout.",
    cure: "Use Debian or Ubuntu.",
  },
};

export const readOnly: Finding = {
  id: "read-only",
  level: "refuses",
  match: (machine) =>
    machine.readOnly.map(
      (directory) =>
        `${directory} cannot be written to, and the verbs are put there. Use a system where it can.`,
    ),
  docs: {
    chapter: "Machine",
    finds: "The verbs' directories cannot be written to, as on systems that are images.",
    cure: "Use a system whose /usr/local and /var can be written to.",
  },
};

export const architecture: Finding = {
  id: "architecture",
  level: "refuses",
  match: ({ architecture: found }, { architecture: asked }) =>
    found === undefined || asked === undefined || found === asked
      ? []
      : [
          `The architecture is ${found}, and the program says ${asked}. Say architecture: ${JSON.stringify(found)}.`,
        ],
  docs: {
    chapter: "Machine",
    finds: "The machine's architecture is not `architecture`.",
    cure: "Correct `architecture`; images have to be built for it.",
  },
};

export const privateAddress: Finding = {
  id: "private-address",
  level: "refuses",
  match: ({ addresses }, { private: asked }) =>
    addresses === undefined || asked === undefined || addresses.includes(asked)
      ? []
      : [
          `The private address ${asked} is on no interface. Correct privateAddress, or bring the interface up.`,
        ],
  docs: {
    chapter: "Machine",
    finds: "`privateAddress` is on no interface.",
    cure: "Correct it, or bring the interface up.",
  },
};

export const ipv6Off: Finding = {
  id: "ipv6-off",
  level: "note",
  match: ({ ipv6 }) =>
    when(
      ipv6 === false,
      'The kernel has no IPv6 (ipv6.disable=1), on which the proxy is published by default. Give the proxy publish: ["0.0.0.0"].',
    ),
  docs: {
    chapter: "Machine",
    finds:
      "The kernel has no IPv6 (ipv6.disable=1), and nothing can be published on an address of it, as the proxy is by default.",
    cure: '`publish: ["0.0.0.0"]` for the proxy.',
  },
};

export const privateLate: Finding = {
  id: "private-late",
  level: "note",
  match: ({ nonlocalBind }, { private: asked }) =>
    nonlocalBind !== false || asked === undefined
      ? []
      : [
          `What is published on ${asked} does not start where Docker is ready before that address at a boot. Put net.ipv4.ip_nonlocal_bind = 1 into /etc/sysctl.d/, then sysctl --system.`,
        ],
  docs: {
    chapter: "Machine",
    finds:
      "What is published on `privateAddress` does not start at a boot where Docker is ready before that address: Docker does not try again.",
    cure: "`net.ipv4.ip_nonlocal_bind = 1` in /etc/sysctl.d/, then `sysctl --system`.",
  },
};
