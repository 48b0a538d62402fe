/** Other tools that deploy to the machine, or change what is on it. */
import { isOldProxy } from "../../../kamal/proxy-version";
import { containersOf, engineOf, isOurs } from "../containers";
import { when, type Finding } from "../finding";
import { inKamals, isKamalsApp, isKamalsProxy } from "../kamal";
import type { Container, Machine } from "../machine";

/** The containers, other than ours, for which the condition holds: the first names, and how many more there are. */
function namesWhere(machine: Machine, condition: (container: Container) => boolean): string {
  const names = containersOf(machine)
    .filter((container) => !isOurs(container) && condition(container))
    .map(({ name }) => name);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return names.slice(0, 3).join(", ") + more;
}

/** A tool that is known by its containers. */
function noted(
  id: string,
  what: string,
  condition: (container: Container) => boolean,
  sentences: string,
  docs: Omit<Finding["docs"], "chapter">,
): Finding {
  return {
    id,
    level: "note",
    match: (machine) => {
      const names = namesWhere(machine, condition);
      return when(names !== "", `${what} (${names}). ${sentences}`);
    },
    docs: { chapter: "Other tools", ...docs },
  };
}

const has = ({ labels }: Container, label: string): boolean => (labels[label] ?? "") !== "";

export const kamalProxy: Finding = {
  id: "kamal-proxy",
  level: "refuses",
  match: (machine, { ports, takeOver }) =>
    when(
      takeOver !== "kamal" &&
        ports.length > 0 &&
        namesWhere(machine, ({ name }) => name === "kamal-proxy") !== "",
      'There is a kamal-proxy that Kamal made, which has the name and the ports of ours. Take its place step by step (takeOver: "kamal" on the ExistingServer, and new ExistingProxy() in place of new Proxy()), or remove it when all its apps have moved (kamal proxy remove); its routes go with it.',
    ),
  docs: {
    chapter: "Other tools",
    finds:
      "A kamal-proxy that Kamal made has the name, and the ports, of ours; a machine without a proxy (`preflight.ports: []`) may have it.",
    cure: 'Write `takeOver: "kamal"` on the `ExistingServer`, and route through that proxy with `new ExistingProxy()` in place of `new Proxy()`: [step by step](guide/from-kamal.md#on-the-same-machines); or `kamal proxy remove` when all its apps have moved over, since its routes go with it.',
  },
};

export const kamalMissing: Finding = {
  id: "kamal-missing",
  level: "refuses",
  match: (machine, { takeOver }) =>
    when(
      takeOver === "kamal" && engineOf(machine) !== undefined && !containersOf(machine).some(inKamals),
      'takeOver is "kamal", and no container here is in the Docker network kamal, in which Kamal\'s are. Take takeOver out, and write a Proxy of your own.',
    ),
  docs: {
    chapter: "Other tools",
    finds:
      'The program says `takeOver: "kamal"`, and Kamal has nothing here: no container is in its Docker network, `kamal`.',
    cure: "Take `takeOver` out, and write a `Proxy` in place of the `ExistingProxy`.",
  },
};

const tagOf = ({ image }: Container): string => image.slice(image.lastIndexOf(":") + 1);

export const kamalProxyOld: Finding = {
  id: "kamal-proxy-old",
  level: "refuses",
  match: (machine, { takeOver }) => {
    const old = containersOf(machine).find(
      (container) => isKamalsProxy(container) && isOldProxy(tagOf(container)),
    );
    return when(
      takeOver === "kamal" && old !== undefined,
      `Kamal's proxy is ${old?.image ?? ""}, and routes here have options that came with v0.9.2. Replace it: kamal proxy reboot, with Kamal 2.11 or newer, or with proxy.run.version: v0.9.2.`,
    );
  },
  docs: {
    chapter: "Other tools",
    finds:
      'The proxy of a machine with `takeOver: "kamal"` is older than v0.9.2, and would refuse the routes.',
    cure: "`kamal proxy reboot`, with Kamal 2.11 or newer, or with `proxy.run.version: v0.9.2`.",
  },
};

const deployedByKamal = noted(
  "tool-kamal",
  "Kamal deploys here",
  (container) => container.name === "kamal-proxy" || isKamalsApp(container),
  'Neither touches the other\'s containers. With takeOver: "kamal" an App takes the place of one of its apps.',
  {
    finds:
      'Kamal deploys apps here. Neither touches the other\'s containers, and both generations take memory. With `takeOver: "kamal"` the preflight says in place of this what Kamal has there, part by part, and what becomes of it.',
    cure: '`takeOver: "kamal"`, and an `App` with `takeOver`: [step by step](guide/from-kamal.md#on-the-same-machines); or `kamal app stop` when traffic has moved over.',
  },
);

export const toolKamal: Finding = {
  ...deployedByKamal,
  match: (machine, asked) => (asked.takeOver === "kamal" ? [] : deployedByKamal.match(machine, asked)),
};

export const toolCoolify = noted(
  "tool-coolify",
  "Coolify manages this machine",
  (container) => has(container, "coolify.managed") || container.name.startsWith("coolify"),
  "Its proxy wants 80 and 443, and its clean-up removes images that are kept for going back. Stop coolify-proxy and switch the clean-up off, or use another machine.",
  {
    finds:
      "Coolify manages this machine: its proxy wants 80 and 443, and its clean-up removes images that no container uses, those kept for going back among them.",
    cure: "Stop `coolify-proxy` and switch the clean-up off, or use another machine.",
  },
);

export const toolDokku = noted(
  "tool-dokku",
  "Dokku deploys here",
  (container) => has(container, "com.dokku.app-name"),
  "Its nginx wants 80 and 443. Say systemctl disable --now nginx when the apps have moved over.",
  {
    finds:
      "Dokku deploys here: its nginx wants 80 and 443, and writes its settings anew at each of its deploys.",
    cure: "`systemctl disable --now nginx` when the apps have moved over.",
  },
);

export const toolCaprover = noted(
  "tool-caprover",
  "CapRover manages this machine",
  ({ name }) => name.startsWith("captain-"),
  "Its nginx wants 80, 443 and 3000. Use another machine, or remove its services (docker service rm).",
  {
    finds: "CapRover manages this machine, as a swarm whose nginx wants 80, 443 and 3000.",
    cure: "Use another machine, or `docker service rm` its services.",
  },
);

export const toolDokploy = noted(
  "tool-dokploy",
  "Dokploy manages this machine",
  ({ name }) => name.startsWith("dokploy"),
  "Its Traefik wants 80 and 443. Use another machine, or remove its services and dokploy-traefik.",
  {
    finds: "Dokploy manages this machine, as a swarm whose Traefik wants 80 and 443.",
    cure: "Use another machine, or remove its services and `dokploy-traefik`.",
  },
);

export const toolPortainer = noted(
  "tool-portainer",
  "Portainer runs here",
  ({ image }) => image.includes("portainer/"),
  "What it changes by hand, pulumi up --refresh repairs.",
  {
    finds: "Portainer can change containers behind the program's back.",
    cure: "Change them in the program; `pulumi up --refresh` repairs what was changed by hand.",
  },
);

export const toolWatchtower = noted(
  "tool-watchtower",
  "Watchtower runs here",
  ({ image }) => image.includes("watchtower"),
  "It makes containers anew when a tag moves, past gates and switches. Limit it to its own (--label-enable).",
  {
    finds: "Watchtower makes containers anew when a tag moves, past gates and switches.",
    cure: "Limit it to its own by `--label-enable`.",
  },
);

export const swarm: Finding = {
  id: "swarm",
  level: "note",
  match: (machine) => {
    const stacks = containersOf(machine)
      .map(({ labels }) => labels["com.docker.stack.namespace"] ?? "")
      .filter((name) => name !== "");
    const named = stacks.length === 0 ? "" : ` (stacks: ${[...new Set(stacks)].join(", ")})`;
    return when(
      engineOf(machine)?.swarm,
      `This machine is part of a swarm${named}, with which live restore does not work. Say docker swarm leave --force where nothing needs it.`,
    );
  },
  docs: {
    chapter: "Other tools",
    finds: "The machine is part of a swarm. Its services are left alone; live restore does not work with it.",
    cure: "`docker swarm leave --force` where nothing needs it any more.",
  },
};

export const kubernetes: Finding = {
  id: "kubernetes",
  level: "refuses unless accepted",
  match: ({ processes }) => {
    const node = ["k3s", "k3s-server", "k3s-agent", "kubelet"].find((name) => processes.has(name));
    return when(
      node !== undefined,
      `A Kubernetes node runs here (${node ?? ""}): its packet rules may take 80 and 443 without anything that listens. Use another machine, or remove it.`,
    );
  },
  docs: {
    chapter: "Other tools",
    finds:
      "A Kubernetes node runs here: its packet rules may take 80 and 443 without anything that listens, and it evicts by its own measure of memory and disk.",
    cure: "Use another machine, or remove it (`k3s-uninstall.sh`).",
  },
};

export const pruneJob: Finding = {
  id: "prune-job",
  level: "note",
  match: ({ pruneJobs }) =>
    when(
      pruneJobs.length > 0,
      `A job prunes Docker (${pruneJobs.slice(0, 3).join(", ")}), with it images that are kept for going back. Remove it; each release prunes what is not kept.`,
    ),
  docs: {
    chapter: "Other tools",
    finds:
      "A job prunes Docker: it takes stopped containers that are kept with their logs, and images that are kept for going back.",
    cure: "Remove the job; images beyond those kept are pruned at each release.",
  },
};
