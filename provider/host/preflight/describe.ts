/** What a machine is, a line each, whatever is found of it. */
import type { Asked } from "./asked";
import { engineOf } from "./containers";
import { kamalLines } from "./kamal";
import type { Machine } from "./machine";
import { ourProxyOn } from "./owner";

export function describe(machine: Machine, asked: Asked): string[] {
  const kamal = asked.takeOver === "kamal" ? kamalLines(machine) : [];
  return [engine(machine), resources(machine), ...ports(machine, asked), ufw(machine), ...kamal].flat();
}

function engine(machine: Machine): string[] {
  const found = engineOf(machine);
  if (found === undefined) return [];
  const origin = found.package === "" ? "no package" : (found.package ?? "no known package");
  return [
    `Docker ${found.version} from ${origin}, data in ${found.directory ?? "a directory that is not known"}`,
  ];
}

function resources({ architecture = "?", kernel = "?", cores = "?", memory, disk }: Machine): string {
  const swap = memory !== undefined && memory.swap > 0 ? `${memory.swap} MB of swap` : "no swap";
  const space = `${memory?.total ?? "?"} MB of memory, ${swap}, ${disk ?? "?"} MB of disk free`;
  return `${architecture}, kernel ${kernel}, ${cores} cores, ${space}`;
}

function ports(machine: Machine, asked: Asked): string[] {
  return asked.ports.flatMap((port) => {
    const proxy = ourProxyOn(machine, port);
    if (proxy === undefined) return [];
    const whose = proxy.labels["sextant.proxy"] ?? "";
    return [`port ${port}: our ${proxy.name}${whose === "" ? "" : `, of ${whose}`}`];
  });
}

function ufw({ ufw: found }: Machine): string[] {
  return found === undefined ? [] : [`UFW is active; it does ${found.incoming} by default`];
}
