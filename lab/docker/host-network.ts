/** What a dockerd changes in the network of the machine it runs on and leaves there when it ends. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { run, tryRun } from "./exec";

const forwarding = "/proc/sys/net/ipv4/ip_forward";

interface Before {
  ipForward: string;
  forwardPolicy: string;
  hadDockerChains: boolean;
}

/** Notes how things are before the first start; a note that is there already stays. */
export async function noteHostNetwork(file: string): Promise<void> {
  if (existsSync(file)) return;
  const rules = (await tryRun("iptables", ["-S"])).stdout;
  const before: Before = {
    ipForward: readFileSync(forwarding, "utf8").trim(),
    forwardPolicy: /^-P FORWARD (\w+)/m.exec(rules)?.[1] ?? "ACCEPT",
    hadDockerChains: /^-N DOCKER/m.test(rules),
  };
  writeFileSync(file, JSON.stringify(before));
}

/** Takes Docker's chains out again and sets back what it had set, unless another Docker was there before. */
export async function restoreHostNetwork(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const before = JSON.parse(readFileSync(file, "utf8")) as Before;
  if (!before.hadDockerChains) {
    for (const table of ["filter", "nat"]) await removeDockerChains(table);
    await run("iptables", ["--wait", "-P", "FORWARD", before.forwardPolicy]);
    writeFileSync(forwarding, before.ipForward);
  }
  rmSync(file);
}

async function removeDockerChains(table: string): Promise<void> {
  const rules = (await run("iptables", ["--wait", "-t", table, "-S"])).split("\n");
  const jumps = rules.filter((rule) => /^-A (?!DOCKER)\S+ .*-j DOCKER/.test(rule));
  for (const jump of jumps) {
    await run("iptables", ["--wait", "-t", table, "-D", ...jump.split(" ").slice(1)]);
  }
  const chains = rules.flatMap((rule) => /^-N (DOCKER\S*)$/.exec(rule)?.[1] ?? []);
  for (const chain of chains) await run("iptables", ["--wait", "-t", table, "-F", chain]);
  for (const chain of chains) await run("iptables", ["--wait", "-t", table, "-X", chain]);
}
