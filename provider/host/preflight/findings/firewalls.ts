/** Firewalls on the machine, and what Docker publishes past them. */
import { besideSentence, otherFirewalls } from "../beside";
import { dockerLetsIn, engineOf, exposed, exposedWords } from "../containers";
import { when, type Finding } from "../finding";
import type { Machine } from "../machine";
import { isOpen } from "../read/ufw";

export const dockerUser: Finding = {
  id: "docker-user",
  level: "note",
  match: ({ dockerUserDrops }) =>
    when(
      dockerUserDrops,
      "DOCKER-USER drops traffic to containers, so the proxy's ports have to be let in there (with ufw-docker: ufw route allow proto tcp from any to any port 80).",
    ),
  docs: {
    chapter: "Firewalls",
    finds:
      "The chain DOCKER-USER drops traffic to containers (ufw-docker does so): a published port has to be let in there, too.",
    cure: "With ufw-docker, `ufw route allow proto tcp from any to any port 80`, and so for 443.",
  },
};

export const firewallNft: Finding = {
  id: "firewall-nft",
  level: "refuses",
  match: ({ commands }, { firewall, install }) =>
    when(
      firewall && !install && commands.get("nft") === "-",
      'nft is not there, which the rules of firewall are set by. Install it: apt-get install nftables, or say docker: "install", which lets packages be installed.',
    ),
  docs: {
    chapter: "Firewalls",
    finds: "The program has a `firewall` for the machine, and there is no `nft`, by which its rules are set.",
    cure: '`apt-get install nftables`; or `docker: "install"`, which lets packages be installed, this one among them.',
  },
};

export const firewallBeside: Finding = {
  id: "firewall-beside",
  level: "note",
  match: (machine, { firewall }) => {
    const others = otherFirewalls(machine);
    return when(firewall && others.length > 0, besideSentence(others));
  },
  docs: {
    chapter: "Firewalls",
    finds:
      "UFW or firewalld is active on a machine for which the program has a `firewall`. That one stands in front: what comes in to the machine itself, such as SSH, has to be let in by both; what Docker publishes is held by the program's alone.",
    cure: "None is needed; `ufw disable` or `systemctl disable --now firewalld` leaves one list of rules.",
  },
};

export const firewallPublished: Finding = {
  id: "firewall-published",
  level: "note",
  // The rules are no words of the gate, which looks at the machine again where these change.
  match: (machine, { firewall }) => {
    const open = exposedWords(machine);
    return when(
      firewall && open !== "",
      `Containers that the program has not made publish ${open}. From outside these are reached by the rules of firewall alone: one that no rule lets in is shut.`,
    );
  },
  docs: {
    chapter: "Firewalls",
    finds:
      "The program has a `firewall` for the machine, and containers that it has not made publish ports there on public addresses. The firewall holds these as well, so that what no rule lets in is shut from then on.",
    cure: "Add what is to stay open to `firewall.allow`; none is needed for the rest.",
  },
};

/** Of a longer range of ports, the first are looked at. */
const mostPorts = 100;

/** What Docker publishes although UFW is to deny it: of each range the first such port, once for a container. */
function pastUfw(machine: Machine): { container: string; port: string; address: string }[] {
  const { ufw } = machine;
  if (ufw === undefined || !dockerLetsIn(machine)) return [];
  // From 27 on, Docker has rules of its own for IPv6, too.
  const alsoV6 = (engineOf(machine)?.major ?? 0) >= 27;
  const found = exposed(machine).flatMap(({ container, address, first, last, protocol }) => {
    const v6 = address.includes(":");
    if (v6 && !alsoV6) return [];
    const ports = Array.from({ length: Math.min(last - first + 1, mostPorts) }, (_, at) => first + at);
    const shut = ports.find((port) => !isOpen(ufw, port, protocol, v6));
    return shut === undefined ? [] : [{ container, port: `${shut}/${protocol}`, address }];
  });
  const first = ({ container, port }: (typeof found)[number]): number =>
    found.findIndex((each) => each.container === container && each.port === port);
  return found.filter((each, at) => first(each) === at);
}

export const ufwBypassed: Finding = {
  id: "ufw-bypassed",
  level: "refuses unless accepted",
  // What Docker publishes comes in by the rules of the program's own firewall, where there is one.
  match: (machine, { firewall }) =>
    (firewall ? [] : pastUfw(machine)).map(
      ({ container, port, address }) =>
        `UFW is to deny ${port}, but Docker publishes it past UFW, open to all: the container ${container} on ${address}. Publish it on 127.0.0.1 or a private address, or shut it, by firewall: { allow: [...] } of the ExistingServer or outside the machine.`,
    ),
  docs: {
    chapter: "Firewalls",
    finds:
      "UFW is to deny a port that a container publishes on a public address, and Docker publishes it past UFW: it is open to all. Containers of this library are left out; what they publish stands in the program.",
    cure: "Publish it on 127.0.0.1 or a private address, or shut it: by `firewall` of the `ExistingServer`, or in a firewall outside the machine.",
  },
};

export const firewalld: Finding = {
  id: "firewalld",
  level: "note",
  match: (machine, { firewall }) => {
    const open = exposedWords(machine);
    return when(
      !firewall && machine.processes.has("firewalld"),
      `firewalld is active, and Docker publishes past it${open && `: ${open}`}. Publish what is to be shut on 127.0.0.1 or a private address; restart Docker after a reload that cuts containers off.`,
    );
  },
  docs: {
    chapter: "Firewalls",
    finds: "firewalld is active. Docker publishes past it, and its reload may take Docker's rules away.",
    cure: "Publish on 127.0.0.1 or a private address; `systemctl restart docker` after a reload that cuts containers off.",
  },
};

export const nftRules: Finding = {
  id: "nft-rules",
  level: "note",
  match: (machine, { firewall }) => {
    const open = firewall ? "" : exposedWords(machine);
    return when(
      machine.droppingChains.length > 0,
      `nftables drops by default (${machine.droppingChains.join(", ")}). Docker publishes past an input chain${open && ` (${open})`}, and a forward chain drops containers' traffic that it does not let through.`,
    );
  },
  docs: {
    chapter: "Firewalls",
    finds:
      "A ruleset of nftables drops by default. On its way in, that does not hold what Docker publishes; forwarding, it drops the traffic of containers that it does not let through.",
    cure: "Let the proxy's ports through in its forward chain; publish nothing on a public address that is to be shut.",
  },
};
