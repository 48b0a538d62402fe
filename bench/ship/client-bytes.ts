/**
 * What leaves the client: a counter in the firewall of the machine that both tools run on. It counts whole IP packets to any server's SSH
 * and to the lab's registry, from whichever process: a tool, its ssh, the Docker that pushes for it. What the servers send each other passes
 * the lab's bridge and is not this machine's output. Packets are counted before the kernel cuts them to the size of the wire, so that large
 * ones have fewer headers than they would have there.
 */
import { dockerAt, type Docker } from "../../lab/docker/docker";
import type { LabFacts } from "../../lab/facts";
import { label, publicNetwork } from "../../lab/machine/names";

const table = "bench_client";

/** An nftables script that puts the counter in, at zero; it lets all through. */
export function clientRules(registry: string): string {
  const [address = "", port = ""] = registry.split(":");
  return [
    `table inet ${table} {}`,
    `delete table inet ${table}`,
    `table inet ${table} {`,
    "  counter sent {}",
    "  chain out {",
    "    type filter hook output priority -300; policy accept;",
    `    ip daddr ${publicNetwork.ipv4.subnet} tcp dport 22 counter name sent`,
    `    ip daddr ${address} tcp dport ${port} counter name sent`,
    "  }",
    "}",
    "",
  ].join("\n");
}

/** What `nft --json list counter` has printed. @throws Error where the counter is not in it */
export function sentOf(json: string): number {
  const { nftables } = JSON.parse(json) as { nftables: { counter?: { name: string; bytes: number } }[] };
  const found = nftables.find(({ counter }) => counter?.name === "sent")?.counter;
  if (found === undefined) throw new Error(`nft: there is no counter sent in ${json.slice(0, 200)}`);
  return found.bytes;
}

/** The counter, set by the lab's own helper, which has nft and this machine's network. */
export class ClientBytes {
  private constructor(
    private readonly docker: Docker,
    private readonly helper: string,
    private readonly registry: string,
  ) {}

  static async find({ docker: { host }, registry }: LabFacts): Promise<ClientBytes> {
    const docker = dockerAt(host, false);
    const ids = await docker.run(["ps", "--quiet", "--filter", `label=${label}=fabric`]);
    const [helper = ""] = ids.trim().split("\n");
    if (helper === "")
      throw new Error("bench ship: the lab has no fabric, which comes with its first server");
    return new ClientBytes(docker, helper, registry.address);
  }

  /** Sets it to zero. */
  async start(): Promise<void> {
    await this.nft(["-f", "-"], clientRules(this.registry));
  }

  async sent(): Promise<number> {
    return sentOf(await this.nft(["--json", "list", "counter", "inet", table, "sent"]));
  }

  async remove(): Promise<void> {
    await this.nft(["-f", "-"], `table inet ${table} {}\ndelete table inet ${table}\n`);
  }

  private nft(words: string[], input = ""): Promise<string> {
    return this.docker.run(["exec", "--interactive", this.helper, "nft", ...words], { input });
  }
}
